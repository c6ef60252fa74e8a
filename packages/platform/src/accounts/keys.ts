/**
 * Customers' keys: issued once in clear, kept as a hash, scoped, rotated with overlap, revoked at once.
 *
 * A change in this process is in force before it answers; in another one it arrives by notification on `accountsChannel`,
 * with the customer's id as payload.
 */
import { type Actor, idFromUuid, MegalithError, problem, type Scope } from "@megalith/contract";
import type { Pool, PoolClient } from "pg";
import {
  type Caller,
  type Clock,
  type CustomerPrincipal,
  inTransaction,
  type NewUuid,
  notify,
  type RandomBytes,
  recordChange,
} from "../foundation/index.ts";
import type { CustomerKey } from "./account.ts";
import { KeyCache, type KeyHolder } from "./key-cache.ts";
import { KeyUse } from "./key-use.ts";
import { hashSecret, isSecret, newSecret } from "./secret.ts";

export const accountsChannel = "megalith_accounts";

export interface KeyOptions {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly newUuid: NewUuid;
  readonly random: RandomBytes;
}

export interface NewKey {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Null: every service of the customer. */
  readonly serviceIds?: readonly string[] | null | undefined;
  readonly expiresAt?: Date | null | undefined;
}

export interface IssuedKey {
  readonly key: CustomerKey;
  /** In clear: shown now and never again. */
  readonly secret: string;
}

export class KeyService {
  private readonly options: KeyOptions;
  private readonly cache: KeyCache;
  private readonly use: KeyUse;

  constructor(options: KeyOptions) {
    this.options = options;
    this.cache = new KeyCache({ clock: options.clock, load: (hash) => this.load(hash) });
    this.use = new KeyUse({ pool: options.pool });
  }

  /** @throws MegalithError "request.not_found" when the organisation has no such customer, "request.invalid" when it would have ended already. */
  async create(caller: Caller, customerId: string, key: NewKey): Promise<IssuedKey> {
    refuseEnded(key.expiresAt, this.options.clock.now());
    return inTransaction(this.options.pool, async (client) => {
      const owner = await client.query("select from customer where organisation = $1 and id = $2 for key share", [
        caller.organisation,
        customerId,
      ]);
      if (owner.rowCount === 0) throw new MegalithError("request.not_found");
      const issued = await this.issue(client, caller, customerId, key);
      await this.recordAndNotify(client, caller, issued.key, "accounts.key_created", { prefix: issued.key.prefix, scopes: key.scopes });
      return issued;
    });
  }

  /**
   * A successor with the same name, rights and length of life; the old key ends after the overlap.
   * @throws MegalithError "request.not_found", "accounts.key_revoked"; "accounts.key_rotated" for one that has a successor.
   */
  async rotate(caller: Caller, id: string, overlapSeconds: number): Promise<IssuedKey> {
    const issued = await inTransaction(this.options.pool, async (client) => {
      const old = await lockKey(client, caller.organisation, id);
      if (old.revokedAt !== null) throw new MegalithError("accounts.key_revoked", { values: { key: old.name } });
      await refuseRotated(client, old);
      const now = this.options.clock.now().getTime();
      const expiresAt = old.expiresAt === null ? null : new Date(now + old.expiresAt.getTime() - old.createdAt.getTime());
      const next = await this.issue(client, caller, old.customerId, { ...old, expiresAt });
      await client.query("update customer_key set expires_at = least(expires_at, $2), successor_id = $3 where id = $1", [
        id,
        new Date(now + overlapSeconds * 1000),
        next.key.id,
      ]);
      await this.recordAndNotify(client, caller, old, "accounts.key_rotated", {
        successor: idFromUuid("key", next.key.id),
        overlapSeconds,
      });
      return next;
    });
    this.cache.forget(issued.key.customerId);
    return issued;
  }

  /** Repeating it is harmless. @throws MegalithError "request.not_found". */
  async revoke(caller: Caller, id: string): Promise<void> {
    const key = await inTransaction(this.options.pool, async (client) => {
      const found = await lockKey(client, caller.organisation, id);
      if (found.revokedAt !== null) return found;
      await client.query("update customer_key set revoked_at = $2 where id = $1", [id, this.options.clock.now()]);
      await this.recordAndNotify(client, caller, found, "accounts.key_revoked", { prefix: found.prefix });
      return found;
    });
    this.cache.forget(key.customerId);
  }

  /** Newest first, at most a thousand. */
  async list(organisation: string, customerId: string): Promise<CustomerKey[]> {
    const found = await this.options.pool.query<KeyRow>(
      "select * from customer_key where organisation = $1 and customer_id = $2 order by id desc limit 1000",
      [organisation, customerId],
    );
    return found.rows.map(toKey);
  }

  /** Who holds this secret, or null; at once when it is remembered. A wrong checksum costs no query. @throws MegalithError "accounts.customer_suspended". */
  authenticate(secret: string): Promise<CustomerPrincipal | null> | CustomerPrincipal | null {
    const hash = hashSecret(secret);
    const remembered = this.cache.peek(hash);
    if (remembered !== undefined) return this.admit(remembered);
    if (!isSecret("mgl_", secret)) return null;
    return this.cache.find(hash).then((holder) => this.admit(holder));
  }

  private admit(holder: KeyHolder | null): CustomerPrincipal | null {
    const now = this.options.clock.now().getTime();
    if (holder === null || holder.expiresAt <= now) return null;
    if (holder.suspended) throw new MegalithError("accounts.customer_suspended");
    if (holder.principal.keyId !== null) this.use.note(holder.principal.keyId, now);
    return holder.principal;
  }

  /** Writes when keys were last used, before the pool ends; else it is done twice a minute. */
  writeUse(): Promise<void> {
    return this.use.flush();
  }

  /** A customer changed, here or in another process. */
  forget(customerId?: string): void {
    this.cache.forget(customerId);
  }

  /** Whether changes of other processes are heard; until told so, nothing is remembered. */
  setFresh(fresh: boolean): void {
    this.cache.setFresh(fresh);
  }

  private async issue(client: PoolClient, caller: Caller, customerId: string, key: NewKey): Promise<IssuedKey> {
    const secret = newSecret("mgl_", this.options.random);
    const inserted = await client.query<KeyRow>(
      `insert into customer_key (id, organisation, customer_id, name, hash, prefix, scopes, service_ids, created_at, created_by, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning *`,
      [
        this.options.newUuid(),
        caller.organisation,
        customerId,
        key.name,
        hashSecret(secret),
        secret.slice(0, 10),
        [...key.scopes],
        key.serviceIds ?? null,
        this.options.clock.now(),
        JSON.stringify(caller.actor),
        key.expiresAt ?? null,
      ],
    );
    return { key: toKey(inserted.rows[0] as KeyRow), secret };
  }

  /** Puts the change on the trail, and has every process forget the customer's keys. */
  private async recordAndNotify(
    client: PoolClient,
    caller: Caller,
    key: CustomerKey,
    action: string,
    detail: Record<string, unknown>,
  ): Promise<void> {
    await recordChange(client, caller, this.options.newUuid(), this.options.clock.now(), {
      action,
      subjectKind: "key",
      subjectId: key.id,
      subjectName: key.name,
      detail: { customer: idFromUuid("customer", key.customerId), ...detail },
    });
    await notify(client, accountsChannel, key.customerId);
  }

  private async load(hash: Buffer): Promise<KeyHolder | null> {
    const found = await this.options.pool.query<HolderRow>({
      name: "accounts.key",
      text: `select k.id, k.organisation, k.name, k.customer_id, k.scopes, k.expires_at, k.service_ids as key_services, c.status,
          c.service_ids as customer_services
        from customer_key k join customer c on c.id = k.customer_id where k.hash = $1 and k.revoked_at is null`,
      values: [hash],
    });
    const row = found.rows[0];
    if (row === undefined) return null;
    const actor: Actor = { kind: "key", id: idFromUuid("key", row.id), name: row.name };
    return {
      principal: {
        kind: "customer",
        organisation: row.organisation,
        actor,
        customerId: row.customer_id,
        keyId: row.id,
        scopes: row.scopes,
        serviceIds: bothAllow(row.customer_services, row.key_services),
      },
      suspended: row.status !== "active",
      expiresAt: row.expires_at?.getTime() ?? Number.POSITIVE_INFINITY,
    };
  }
}

function refuseEnded(expiresAt: Date | null | undefined, now: Date): void {
  if (expiresAt === undefined || expiresAt === null || expiresAt > now) return;
  const told = problem("/expiresAt", "past", "expiryPast", { time: expiresAt.toISOString() });
  throw new MegalithError("request.invalid", { values: { count: 1 }, problems: [told] });
}

/** Null allows all. */
function bothAllow(left: readonly string[] | null, right: readonly string[] | null): readonly string[] | null {
  if (left === null || right === null) return left ?? right;
  return left.filter((id) => right.includes(id));
}

/** Its end is that of the overlap by now, and no measure for another successor's. */
async function refuseRotated(client: PoolClient, key: CustomerKey): Promise<void> {
  const found = await client.query<{ successor_id: string | null }>("select successor_id from customer_key where id = $1", [key.id]);
  const id = found.rows[0]?.successor_id ?? null;
  if (id !== null) throw new MegalithError("accounts.key_rotated", { values: { key: key.name, successor: idFromUuid("key", id) } });
}

async function lockKey(client: PoolClient, organisation: string, id: string): Promise<CustomerKey> {
  const found = await client.query<KeyRow>("select * from customer_key where organisation = $1 and id = $2 for update", [organisation, id]);
  const row = found.rows[0];
  if (row === undefined) throw new MegalithError("request.not_found");
  return toKey(row);
}

interface HolderRow {
  id: string;
  organisation: string;
  name: string;
  customer_id: string;
  scopes: Scope[];
  expires_at: Date | null;
  key_services: string[] | null;
  customer_services: string[] | null;
  status: string;
}

interface KeyRow {
  id: string;
  customer_id: string;
  name: string;
  prefix: string;
  scopes: Scope[];
  service_ids: string[] | null;
  created_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
  last_used_at: Date | null;
}

function toKey(row: KeyRow): CustomerKey {
  return {
    id: row.id,
    customerId: row.customer_id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    serviceIds: row.service_ids,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    lastUsedAt: row.last_used_at,
  };
}
