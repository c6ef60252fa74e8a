/** The organisation that runs this installation: made once, the same for every start; its name and what invoices print of it. */
import { MegalithError, type OrganisationShape } from "@megalith/contract";
import type { Pool } from "pg";
import { type Caller, type Clock, inTransaction, type NewUuid, recordChange } from "../foundation/index.ts";
import { type IdentityRow, toIdentity } from "./billing-identity.ts";

/** @returns its bare uuid. Two starts at once make one. */
export async function ensureOrganisation(pool: Pool, clock: Clock, newUuid: NewUuid): Promise<string> {
  return inTransaction(pool, async (client) => {
    await client.query("lock table organisation in share row exclusive mode");
    const found = await client.query<{ id: string }>("select id from organisation order by id limit 1");
    const row = found.rows[0];
    if (row !== undefined) return row.id;
    const id = newUuid();
    await client.query("insert into organisation (id, name, created_at) values ($1, 'provider', $2)", [id, clock.now()]);
    return id;
  });
}

interface OrganisationRow extends IdentityRow {
  name: string;
}

export class OrganisationService {
  private readonly options: { readonly pool: Pool; readonly clock: Clock; readonly newUuid: NewUuid };

  constructor(options: { readonly pool: Pool; readonly clock: Clock; readonly newUuid: NewUuid }) {
    this.options = options;
  }

  /** @throws MegalithError "request.not_found". */
  async read(id: string): Promise<OrganisationShape> {
    const found = await this.options.pool.query<OrganisationRow>(
      "select name, legal_name, address, tax_id from organisation where id = $1",
      [id],
    );
    const row = found.rows[0];
    if (row === undefined) throw new MegalithError("request.not_found");
    return { name: row.name, billing: toIdentity(row) };
  }

  /** Sets all of it. Invoices that were issued keep what they printed. */
  async change(caller: Caller, { name, billing }: OrganisationShape): Promise<OrganisationShape> {
    const { pool, clock, newUuid } = this.options;
    await inTransaction(pool, async (client) => {
      await client.query("update organisation set name = $2, legal_name = $3, address = $4, tax_id = $5 where id = $1", [
        caller.organisation,
        name,
        billing.legalName,
        billing.address,
        billing.taxId,
      ]);
      await recordChange(client, caller, newUuid(), clock.now(), {
        action: "accounts.organisation_changed",
        subjectKind: "organisation",
        subjectId: caller.organisation,
        subjectName: name,
        detail: { name, billing },
      });
    });
    return { name, billing };
  }
}
