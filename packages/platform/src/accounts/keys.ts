/**
 * Customers' keys: issued once in clear, kept as a hash, scoped, rotated with overlap, revoked at once.
 *
 * Look-ups are answered from memory. A change in this process drops the memory before it answers; one elsewhere arrives by
 * notification; while notifications are lost nothing is remembered. Unknown keys are remembered too, in a bounded set.
 */
import { type Actor, idFromUuid, MegalithError, type Scope } from "@megalith/contract";
import type { Pool } from "pg";
import { type Caller, type Clock, type CustomerPrincipal, inTransaction, type NewUuid, type RandomBytes, recordChange } from "../foundation/index.ts";
import type { CustomerKey } from "./account.ts";
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
  readonly expiresAt?: Date | null | undefined;
}

interface Remembered {
  readonly principal: CustomerPrincipal;
  readonly suspended: boolean;
  readonly expiresAt: number;
}

const rememberLimit = 50_000;

export class KeyService {
  private readonly options: KeyOptions;
  private readonly known = new Map<string, Remembered | null>();
  private fresh = true;

  constructor(options: KeyOptions) {
    this.options = options;
  }

  /** @returns the key in clear: shown now and never again. */
  async create(caller: Caller, customerId: string, key: NewKey): Promise<{ key: CustomerKey; secret: string }> {
    const created = await inTransaction(this.options.pool, async (client) => {
      const now = this.options.clock.now();
      const secret = newSecret("mgl_", this.options.random);
      const id = this.options.newUuid();
      await client.query(
        `insert into customer_key (id, organisation, customer_id, name, hash, prefix, scopes, created_at, created_by, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
        [id, caller.organisation, customerId, key.name, hashSecret(secret), secret.slice(0, 10), [...key.scopes], now, JSON.stringify(caller.actor), key.expiresAt ?? null],
      );
      await recordChange(client, caller, this.options.newUuid(), now, { action: "accounts.key_created", subjectKind: "key", subjectId: id, subjectName: key.name, detail: { scopes: key.scopes } });
      await client.query("select pg_notify($1, $2)", [accountsChannel, customerId]);
      return { id, secret };
    });
    this.forget();
    return { key: await this.find(caller.organisation, created.id), secret: created.secret };
  }

  /** A new key with the same name and scopes; the old one ends after the overlap. */
  async rotate(caller: Caller, id: string, overlapSeconds: number): Promise<{ key: CustomerKey; secret: string }> {
    const old = await this.find(caller.organisation, id);
    if (old.revokedAt !== null) throw new MegalithError("accounts.key_revoked", { values: { key: old.name } });
    const created = await this.create(caller, old.customerId, { name: old.name, scopes: old.scopes });
    const end = new Date(this.options.clock.now().getTime() + overlapSeconds * 1000);
    await this.change(caller, old, "accounts.key_rotated", "update customer_key set expires_at = least(expires_at, $3) where organisation = $1 and id = $2", end);
    return created;
  }

  async revoke(caller: Caller, id: string): Promise<void> {
    const key = await this.find(caller.organisation, id);
    await this.change(caller, key, "accounts.key_revoked", "update customer_key set revoked_at = coalesce(revoked_at, $3) where organisation = $1 and id = $2", this.options.clock.now());
  }

  async list(organisation: string, customerId: string): Promise<CustomerKey[]> {
    const found = await this.options.pool.query<KeyRow>("select * from customer_key where organisation = $1 and customer_id = $2 order by created_at desc", [organisation, customerId]);
    return found.rows.map(toKey);
  }

  /** @throws MegalithError "request.not_found". */
  async find(organisation: string, id: string): Promise<CustomerKey> {
    const found = await this.options.pool.query<KeyRow>("select * from customer_key where organisation = $1 and id = $2", [organisation, id]);
    const row = found.rows[0];
    if (row === undefined) throw new MegalithError("request.not_found");
    return toKey(row);
  }

  /** Who holds this secret, or null. A wrong checksum costs no query. @throws MegalithError "accounts.customer_suspended". */
  async authenticate(secret: string): Promise<CustomerPrincipal | null> {
    if (!isSecret("mgl_", secret)) return null;
    const hash = hashSecret(secret);
    const name = hash.toString("base64");
    let entry = this.known.get(name);
    if (entry === undefined) {
      entry = await this.load(hash);
      if (this.fresh) {
        if (this.known.size >= rememberLimit) this.known.clear();
        this.known.set(name, entry);
      }
    }
    if (entry === null || entry.expiresAt <= this.options.clock.now().getTime()) return null;
    if (entry.suspended) throw new MegalithError("accounts.customer_suspended");
    return entry.principal;
  }

  forget(): void {
    this.known.clear();
  }

  setFresh(fresh: boolean): void {
    this.fresh = fresh;
    this.known.clear();
  }

  private async change(caller: Caller, key: CustomerKey, action: string, sql: string, time: Date): Promise<void> {
    await inTransaction(this.options.pool, async (client) => {
      await client.query(sql, [caller.organisation, key.id, time]);
      await recordChange(client, caller, this.options.newUuid(), this.options.clock.now(), { action, subjectKind: "key", subjectId: key.id, subjectName: key.name });
      await client.query("select pg_notify($1, $2)", [accountsChannel, key.customerId]);
    });
    this.forget();
  }

  private async load(hash: Buffer): Promise<Remembered | null> {
    const found = await this.options.pool.query<{ id: string; organisation: string; name: string; customer_id: string; scopes: Scope[]; expires_at: Date | null; status: string; service_ids: string[] | null }>({
      name: "accounts.key",
      text: `select k.id, k.organisation, k.name, k.customer_id, k.scopes, k.expires_at, c.status, c.service_ids
        from customer_key k join customer c on c.id = k.customer_id where k.hash = $1 and k.revoked_at is null`,
      values: [hash],
    });
    const row = found.rows[0];
    if (row === undefined) return null;
    const actor: Actor = { kind: "key", id: idFromUuid("key", row.id), name: row.name };
    return {
      principal: { kind: "customer", organisation: row.organisation, actor, customerId: row.customer_id, keyId: row.id, scopes: row.scopes, serviceIds: row.service_ids },
      suspended: row.status !== "active",
      expiresAt: row.expires_at?.getTime() ?? Number.POSITIVE_INFINITY,
    };
  }
}

interface KeyRow {
  id: string;
  customer_id: string;
  name: string;
  prefix: string;
  scopes: Scope[];
  created_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
}

function toKey(row: KeyRow): CustomerKey {
  return {
    id: row.id,
    customerId: row.customer_id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
  };
}
