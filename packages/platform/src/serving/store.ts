/** SQL of services: the row, its newest revision. */
import type { Actor } from "@megalith/contract";
import type { Pool, PoolClient } from "pg";
import type { PublishedService, ServiceSettings } from "./published-service.ts";

type Queryable = Pool | PoolClient;

interface ServiceRow {
  id: string;
  organisation: string;
  name: string;
  kind: "risk";
  created_at: Date;
  revision_id: string;
  number: number;
  title: string;
  settings: ServiceSettings;
  updated_at: Date;
  updated_by: Actor;
}

export async function findServices(
  client: Queryable,
  organisation: string,
  where: { name?: string; id?: string } = {},
): Promise<PublishedService[]> {
  const found = await client.query<ServiceRow>({
    name: "serving.services",
    text: `select s.id, s.organisation, s.name, s.kind, s.created_at, r.id as revision_id, r.number, r.title, r.settings, r.created_at as updated_at, r.created_by as updated_by
      from service s join lateral (select * from service_revision r where r.service_id = s.id order by r.number desc limit 1) r on true
      where s.organisation = $1 and ($2::text is null or s.name = $2) and ($3::uuid is null or s.id = $3) order by s.created_at`,
    values: [organisation, where.name ?? null, where.id ?? null],
  });
  return found.rows.map((row) => ({
    id: row.id,
    organisation: row.organisation,
    name: row.name,
    title: row.title,
    kind: row.kind,
    revisionId: row.revision_id,
    revision: row.number,
    settings: row.settings,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    updatedBy: row.updated_by,
  }));
}

/** Ids of an organisation's services by their names. */
export async function findServiceNames(client: Queryable, organisation: string): Promise<ReadonlyMap<string, string>> {
  const found = await client.query<{ name: string; id: string }>("select name, id from service where organisation = $1", [organisation]);
  return new Map(found.rows.map(({ name, id }) => [name, id]));
}

/** The settings and number of one revision, for asking an old decision again. */
export async function findRevision(
  client: Queryable,
  organisation: string,
  id: string,
): Promise<{ number: number; settings: ServiceSettings } | undefined> {
  const found = await client.query<{ number: number; settings: ServiceSettings }>(
    "select number, settings from service_revision where organisation = $1 and id = $2",
    [organisation, id],
  );
  return found.rows[0];
}

export async function insertRevision(
  client: PoolClient,
  revision: { id: string; organisation: string; serviceId: string; title: string; settings: ServiceSettings; now: Date; actor: Actor },
): Promise<number> {
  const inserted = await client.query<{ number: number }>(
    `insert into service_revision (id, organisation, service_id, number, title, settings, created_at, created_by)
     select $1, $2, $3, coalesce(max(number), 0) + 1, $4, $5, $6, $7 from service_revision where service_id = $3 returning number`,
    [
      revision.id,
      revision.organisation,
      revision.serviceId,
      revision.title,
      JSON.stringify(revision.settings),
      revision.now,
      JSON.stringify(revision.actor),
    ],
  );
  return inserted.rows[0]?.number ?? 0;
}
