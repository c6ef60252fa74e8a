/**
 * The services of an organisation: publish, change by revision, look up ready to answer.
 *
 * Compiled services stay in memory. A change in this process drops them at once; a change elsewhere arrives by
 * notification. While the notifications are lost nothing is kept, so a stale answer cannot outlive a promotion.
 */
import { MegalithError, type Problem, problem } from "@megalith/contract";
import type { Pool } from "pg";
import {
  type Caller,
  type Clock,
  inTransaction,
  isUniqueViolation,
  type NewUuid,
  notify,
  type Principal,
  recordChange,
} from "../foundation/index.ts";
import { championChannel, type RegistryService, type Version } from "../registry/index.ts";
import { createRecordEncoder } from "../training/index.ts";
import { Answerer } from "./answer.ts";
import { type CompiledService, type CompiledVersion, RecentlyUsed } from "./compiled.ts";
import {
  checkSettings,
  defaultSettings,
  type PriceChange,
  type PublishedService,
  planAfter,
  type ServiceSettings,
} from "./published-service.ts";
import { findServiceNames, findServices, insertRevision } from "./store.ts";

export const serviceChannel = "megalith_service";
export const servingChannels = [serviceChannel, championChannel] as const;

export interface CatalogueOptions {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly newUuid: NewUuid;
  readonly registry: RegistryService;
  readonly planExists: (organisation: string, plan: string) => Promise<boolean>;
}

export type SettingsChange = Partial<Omit<ServiceSettings, "plan">> & PriceChange & { readonly title?: string | undefined };

const compiledLimit = 4096;
const versionLimit = 512;

export class ServiceCatalogue {
  private readonly options: CatalogueOptions;
  private readonly compiled = new RecentlyUsed<Promise<CompiledService | undefined>>(compiledLimit);
  private readonly versions = new RecentlyUsed<Promise<CompiledVersion>>(versionLimit);
  /** Ids by name, by organisation. */
  private readonly names = new Map<string, Promise<ReadonlyMap<string, string>>>();
  private fresh = true;

  constructor(options: CatalogueOptions) {
    this.options = options;
  }

  async create(caller: Caller, name: string, change: SettingsChange & { readonly model: string }): Promise<CompiledService> {
    const problems: Problem[] = [];
    const plan = planAfter(change, undefined, problems);
    const settings: ServiceSettings = { ...defaultSettings, ...plainSettings(change), model: change.model, plan };
    await this.check(caller.organisation, settings, problems);
    const { pool, newUuid, clock } = this.options;
    try {
      await inTransaction(pool, async (client) => {
        const id = newUuid();
        const now = clock.now();
        await client.query(
          "insert into service (id, organisation, name, kind, created_at, created_by) values ($1, $2, $3, 'risk', $4, $5)",
          [id, caller.organisation, name, now, JSON.stringify(caller.actor)],
        );
        await insertRevision(client, {
          id: newUuid(),
          organisation: caller.organisation,
          serviceId: id,
          title: change.title ?? name,
          settings,
          now,
          actor: caller.actor,
        });
        await recordChange(client, caller, newUuid(), now, {
          action: "serving.service_created",
          subjectKind: "service",
          subjectId: id,
          subjectName: name,
          detail: { settings },
        });
        await notify(client, serviceChannel, id);
      });
    } catch (error) {
      if (isUniqueViolation(error, "service_organisation_name_key"))
        throw new MegalithError("serving.service_name_taken", { values: { service: name } });
      throw error;
    }
    this.forget();
    return this.ready(caller.organisation, name);
  }

  /** Writes a new revision with the changed settings. */
  async change(caller: Caller, name: string, change: SettingsChange): Promise<CompiledService> {
    const { pool, newUuid, clock } = this.options;
    await inTransaction(pool, async (client) => {
      await client.query("select id from service where organisation = $1 and name = $2 for update", [caller.organisation, name]);
      const service = (await findServices(client, caller.organisation, { name }))[0];
      if (service === undefined) throw new MegalithError("request.not_found");
      const problems: Problem[] = [];
      const plan = planAfter(change, service.settings.plan, problems);
      const settings = { ...service.settings, ...plainSettings(change), plan };
      await this.check(caller.organisation, settings, problems);
      const now = clock.now();
      const title = change.title ?? service.title;
      const number = await insertRevision(client, {
        id: newUuid(),
        organisation: caller.organisation,
        serviceId: service.id,
        title,
        settings,
        now,
        actor: caller.actor,
      });
      await recordChange(client, caller, newUuid(), now, {
        action: "serving.service_changed",
        subjectKind: "service",
        subjectId: service.id,
        subjectName: name,
        detail: { revision: number, change },
      });
      await notify(client, serviceChannel, service.id);
    });
    this.forget();
    return this.ready(caller.organisation, name);
  }

  /** The service as it answers now. @throws MegalithError "request.not_found". */
  async ready(organisation: string, name: string): Promise<CompiledService> {
    const found = await this.lookUp(organisation, name);
    if (found === undefined) throw new MegalithError("request.not_found");
    return found;
  }

  /** The service when the principal may see it; a customer's look at another's is as if there were none. */
  async visible(principal: Principal, name: string): Promise<CompiledService> {
    if (!(await this.mayName(principal, name))) throw new MegalithError("request.not_found");
    const found = await this.lookUp(principal.organisation, name);
    if (found === undefined || !maySee(principal, found.service.id)) throw new MegalithError("request.not_found");
    return found;
  }

  /** Asked before a service is looked up: what a customer may not use costs what a name without a service costs. */
  private async mayName(principal: Principal, name: string): Promise<boolean> {
    if (principal.kind === "provider" || principal.serviceIds === null) return true;
    const { organisation } = principal;
    let names = this.names.get(organisation);
    if (names === undefined) {
      names = findServiceNames(this.options.pool, organisation);
      if (this.fresh) this.names.set(organisation, names);
      names.catch(() => this.names.delete(organisation));
    }
    const id = (await names).get(name);
    return id !== undefined && principal.serviceIds.includes(id);
  }

  async list(principal: Principal): Promise<CompiledService[]> {
    const all = await findServices(this.options.pool, principal.organisation);
    const own = all.filter((service) => maySee(principal, service.id));
    return Promise.all(own.map((service) => this.ready(principal.organisation, service.name)));
  }

  async byId(organisation: string, id: string): Promise<PublishedService | undefined> {
    return (await findServices(this.options.pool, organisation, { id }))[0];
  }

  /** Any version, ready to answer; used to ask an old decision again. */
  compileVersion(version: Version): Promise<CompiledVersion> {
    const cached = this.versions.get(version.sha256);
    if (cached !== undefined) return cached.then((compiled) => ({ ...compiled, version }));
    const compiling = this.compile(version);
    this.versions.set(version.sha256, compiling);
    compiling.catch(() => this.versions.delete(version.sha256));
    return compiling;
  }

  /**
   * That the services of a model can go on when the version becomes its champion: it predicts the same, and a price that needs a
   * value has its column.
   * @throws MegalithError "serving.champion_unfit" naming each that could not.
   */
  async requireFit(organisation: string, model: string, number: number): Promise<void> {
    const all = await findServices(this.options.pool, organisation);
    const services = all.filter(({ settings }) => settings.model === model);
    const { champion } = await this.options.registry.model(organisation, model);
    if (services.length === 0 || champion === null) return;
    const next = await this.compileVersion(await this.options.registry.version(organisation, model, number));
    const [was, now] = [await this.compileVersion(champion), next].map(predictionOf) as [string, string];
    const { columns } = next.encoder;
    const problems = services.flatMap(({ name, settings: { valueColumn } }) => {
      if (was !== now) return [problem("/number", "unfit", "championPredictsOther", { service: name, was, now })];
      const hasValue = valueColumn === null || columns.some((column) => column.name === valueColumn && column.kind === "numeric");
      return hasValue ? [] : [problem("/number", "unfit", "championWithoutValue", { service: name, column: valueColumn })];
    });
    if (problems.length > 0)
      throw new MegalithError("serving.champion_unfit", { values: { model, version: number, count: problems.length }, problems });
  }

  /** Something changed: what is compiled is looked up again on the next call. Decoded versions stay, they never change. */
  forget(): void {
    this.compiled.clear();
    this.names.clear();
  }

  /** Told by the listener: while notifications are lost nothing is kept. */
  setFresh(fresh: boolean): void {
    this.fresh = fresh;
    this.forget();
  }

  private lookUp(organisation: string, name: string): Promise<CompiledService | undefined> {
    const key = `${organisation}/${name}`;
    const cached = this.compiled.get(key);
    if (cached !== undefined) return cached;
    const loading = this.load(organisation, name);
    if (!this.fresh) return loading;
    this.compiled.set(key, loading);
    loading.then(
      (found) => found ?? this.compiled.delete(key),
      () => this.compiled.delete(key),
    );
    return loading;
  }

  private async load(organisation: string, name: string): Promise<CompiledService | undefined> {
    const service = (await findServices(this.options.pool, organisation, { name }))[0];
    if (service === undefined) return undefined;
    const model = await this.options.registry.model(organisation, service.settings.model);
    if (model.champion === null) return undefined;
    return { service, champion: await this.compileVersion(model.champion) };
  }

  private async compile(version: Version): Promise<CompiledVersion> {
    const forest = await this.options.registry.forest(version);
    const meaning = forest.metadata as { target?: string; positive?: string | null; classes?: readonly string[] };
    const classes = meaning.classes ?? [];
    return {
      version,
      encoder: createRecordEncoder(forest),
      answerer: new Answerer(forest, classes),
      target: meaning.target ?? "",
      positive: meaning.positive ?? null,
      classes,
    };
  }

  private async check(organisation: string, settings: ServiceSettings, problems: Problem[]): Promise<void> {
    const model = await this.options.registry.model(organisation, settings.model);
    if (model.champion === null) throw new MegalithError("registry.version_not_found", { values: { model: settings.model, version: 1 } });
    const { encoder } = await this.compileVersion(model.champion);
    const planExists = settings.plan === null || (await this.options.planExists(organisation, settings.plan));
    checkSettings(settings, encoder.columns, planExists, problems);
  }
}

/** What a version's answers mean, in the words of its target. */
function predictionOf({ answerer, target, positive }: CompiledVersion): string {
  const { task } = answerer.forest;
  return `${task} ${target}${positive === null ? "" : ` = ${positive}`}`;
}

function maySee(principal: Principal, serviceId: string): boolean {
  return principal.kind === "provider" || principal.serviceIds === null || principal.serviceIds.includes(serviceId);
}

function plainSettings({ title: _title, plan: _plan, free: _free, ...settings }: SettingsChange): Partial<ServiceSettings> {
  return settings;
}
