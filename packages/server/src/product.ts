/** Every domain built by hand on one database and one data folder, in the order in which they need each other. */
import { timingSafeEqual } from "node:crypto";
import { join } from "node:path";
import { MegalithError } from "@megalith/contract";
import {
  accountsChannel,
  CustomerService,
  ensureOrganisation,
  hashSecret,
  InvitationService,
  KeyService,
  MemberService,
  OrganisationService,
  openAdminKey,
  SignInService,
} from "@megalith/platform/accounts";
import { BillingService } from "@megalith/platform/billing";
import { type Caller, type Clock, type Listener, listen, type NewUuid, type RandomBytes } from "@megalith/platform/foundation";
import { Ledger, Meter, MeterAccounts } from "@megalith/platform/metering";
import { ArtifactStore, RegistryService } from "@megalith/platform/registry";
import { Decider, DecisionLog, DecisionReader, Labels, ServiceCatalogue, servingChannels } from "@megalith/platform/serving";
import { TableService } from "@megalith/platform/tables";
import { TrainingJobs } from "@megalith/platform/training";
import type { Pool } from "pg";

export interface ProductOptions {
  readonly pool: Pool;
  readonly databaseUrl: string;
  readonly dataFolder: string;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly newUuid: NewUuid;
  /** Files and views that are read at once. */
  readonly imports?: number;
  /** The longest that a view may run. */
  readonly viewSeconds?: number;
  /** Told how many records of a service were answered. */
  readonly onDecided?: (service: string, count: number) => void;
  /** Told how many calls each commit made durable. */
  readonly onBatch?: (calls: number) => void;
}

export type Product = Awaited<ReturnType<typeof buildProduct>>;

/** @returns the domains, and `stop` for what listens. */
export async function buildProduct(options: ProductOptions) {
  const { pool, dataFolder, clock, random, newUuid } = options;
  const organisation = await ensureOrganisation(pool, clock, newUuid);
  const adminHash = hashSecret(await openAdminKey(dataFolder, random));
  const isAdminKey = (text: string): boolean => text.startsWith("mgladm_") && timingSafeEqual(hashSecret(text), adminHash);

  const artifacts = new ArtifactStore(join(dataFolder, "artifacts"));
  const registry = new RegistryService({ pool, clock, newUuid, artifacts });
  const tables = new TableService({
    pool,
    folder: join(dataFolder, "tables"),
    staging: join(dataFolder, "staging"),
    now: () => clock.now(),
    newUuid,
    ...(options.imports === undefined ? {} : { atOnce: options.imports }),
    ...(options.viewSeconds === undefined ? {} : { limits: { viewMs: options.viewSeconds * 1000 } }),
    dependants: async (own, tableId) => {
      const found = await pool.query<{ id: string }>("select id from stored_table_version where table_id = $1", [tableId]);
      const versions = found.rows.map((row) => row.id);
      return [...(await registry.dependantsOfTable(own, versions)), ...(await jobs.dependantsOfTable(own, versions))];
    },
  });
  await tables.sweep({ staging: true });

  const accountOptions = { pool, clock, newUuid, random, organisation };
  const members = new MemberService(accountOptions);
  const invitations = new InvitationService(accountOptions);
  const signIn = new SignInService({ ...accountOptions, isAdminKey });
  const keys = new KeyService({ pool, clock, newUuid, random });
  const customers = new CustomerService({ pool, clock, newUuid, onChange: (id) => keys.forget(id) });
  const organisations = new OrganisationService({ pool, clock, newUuid });

  const log = new DecisionLog(pool, clock, newUuid);
  const meter = new Meter({
    pool,
    areStored: (...key) => log.areStored(...key),
    ...(options.onBatch === undefined ? {} : { onBatch: options.onBatch }),
  });
  const ledger = new Ledger(pool);
  const meterAccounts = new MeterAccounts({ pool, clock, newUuid });
  const billing = new BillingService({ pool, clock, newUuid, names: invoiceNames(pool, organisations, customers) });

  const catalogue = new ServiceCatalogue({ pool, clock, newUuid, registry, planExists: billing.planExists });
  await log.preparePartitions();
  const labels = new Labels({ pool, clock, newUuid, catalogue, registry });
  const decider = new Decider({
    clock,
    newUuid,
    catalogue,
    meter,
    log,
    planVersionAt: billing.planVersionAt,
    ...(options.onDecided === undefined ? {} : { onDecided: options.onDecided }),
  });
  const reader = new DecisionReader({ pool, registry, catalogue, log, labels, priceOf: (...key) => ledger.priceOf(...key) });
  const jobs = new TrainingJobs({ pool, clock, newUuid, databaseUrl: options.databaseUrl, tables });

  const listener = await followChanges(pool, keys, catalogue);
  const stop = async (): Promise<void> => {
    await listener.stop();
    await keys.writeUse().catch(() => undefined);
    await jobs.stop();
  };
  const caller: Caller = { organisation, actor: { kind: "system", id: null, name: "first run" } };
  return {
    organisation,
    caller,
    isAdminKey,
    pool,
    clock,
    registry,
    tables,
    organisations,
    members,
    invitations,
    signIn,
    keys,
    customers,
    meter,
    ledger,
    meterAccounts,
    billing,
    catalogue,
    log,
    labels,
    decider,
    reader,
    jobs,
    stop,
  };
}

/** A change elsewhere drops what is kept here; while changes cannot be heard nothing is kept. */
function followChanges(pool: Pool, keys: KeyService, catalogue: ServiceCatalogue): Promise<Listener> {
  return listen({
    pool,
    channels: [accountsChannel, ...servingChannels],
    onNotify: (channel, payload) => (channel === accountsChannel ? keys.forget(payload) : catalogue.forget()),
    onLost: () => setFresh(false),
    onBack: () => setFresh(true),
  });

  function setFresh(fresh: boolean): void {
    keys.setFresh(fresh);
    catalogue.setFresh(fresh);
  }
}

function invoiceNames(pool: Pool, organisations: OrganisationService, customers: CustomerService) {
  return {
    seller: async (organisation: string) => {
      const { name, billing } = await organisations.read(organisation);
      return { name, identity: billing };
    },
    customer: (organisation: string, id: string) =>
      customers.find(organisation, { id }).then(
        ({ title, billing }) => ({ name: title, identity: billing }),
        (error: unknown) => {
          if (error instanceof MegalithError && error.status === 404) return undefined;
          throw error;
        },
      ),
    services: async (_organisation: string, ids: readonly string[]) => {
      const found = await pool.query<{ id: string; title: string }>(
        "select distinct on (service_id) service_id as id, title from service_revision where service_id = any ($1::uuid[]) order by service_id, number desc",
        [ids],
      );
      return new Map(found.rows.map((row) => [row.id, row.title]));
    },
  };
}
