/** SQL of the registry. Every query names the organisation. */
import type { Pool, PoolClient } from "pg";
import type { Champion, Model, Version } from "./model.ts";

type Queryable = Pool | PoolClient;

const versionColumns = `v.id, v.model_id, m.name as model, v.number, v.sha256, v.size_bytes, v.task, v.card, v.table_version_id, v.created_at, v.created_by,
  v.id = (select c.version_id from champion c where c.model_id = v.model_id order by c.sequence desc limit 1) as champion`;

interface VersionRow {
  id: string;
  model_id: string;
  model: string;
  number: number;
  sha256: string;
  size_bytes: bigint;
  task: Version["task"];
  card: Version["card"];
  table_version_id: string | null;
  created_at: Date;
  created_by: Version["createdBy"];
  champion: boolean | null;
}

function toVersion(row: VersionRow): Version {
  return {
    id: row.id,
    modelId: row.model_id,
    model: row.model,
    number: row.number,
    sha256: row.sha256,
    sizeBytes: Number(row.size_bytes),
    task: row.task,
    card: row.card,
    tableVersionId: row.table_version_id,
    createdAt: row.created_at,
    createdBy: row.created_by,
    champion: row.champion === true,
  };
}

async function versions(client: Queryable, where: string, values: readonly unknown[]): Promise<Version[]> {
  const found = await client.query<VersionRow>(
    `select ${versionColumns} from model_version v join model m on m.id = v.model_id where ${where} order by v.number desc`,
    [...values],
  );
  return found.rows.map(toVersion);
}

export async function findVersion(client: Queryable, organisation: string, model: string, number: number): Promise<Version | undefined> {
  return (await versions(client, "v.organisation = $1 and m.name = $2 and v.number = $3", [organisation, model, number]))[0];
}

export async function findVersionById(client: Queryable, organisation: string, id: string): Promise<Version | undefined> {
  return (await versions(client, "v.organisation = $1 and v.id = $2", [organisation, id]))[0];
}

/** The newest of these bytes. */
export async function findVersionByBytes(client: Queryable, modelId: string, sha256: string): Promise<Version | undefined> {
  return (await versions(client, "v.model_id = $1 and v.sha256 = $2", [modelId, sha256]))[0];
}

export async function findVersionByJob(client: Queryable, organisation: string, jobId: string): Promise<Version | undefined> {
  return (await versions(client, "v.organisation = $1 and v.job_id = $2", [organisation, jobId]))[0];
}

export function findVersions(client: Queryable, organisation: string, model: string): Promise<Version[]> {
  return versions(client, "v.organisation = $1 and m.name = $2", [organisation, model]);
}

export function findVersionsOfTable(client: Queryable, organisation: string, tableVersionIds: readonly string[]): Promise<Version[]> {
  return versions(client, "v.organisation = $1 and v.table_version_id = any ($2::uuid[])", [organisation, tableVersionIds]);
}

export async function findModels(client: Queryable, organisation: string, name?: string): Promise<Model[]> {
  const found = await client.query<{
    id: string;
    name: string;
    created_at: Date;
    created_by: Model["createdBy"];
    version_count: number;
    champion_id: string | null;
  }>(
    `select m.id, m.name, m.created_at, m.created_by,
       (select count(*)::int from model_version v where v.model_id = m.id) as version_count,
       (select c.version_id from champion c where c.model_id = m.id order by c.sequence desc limit 1) as champion_id
     from model m where m.organisation = $1 and ($2::text is null or m.name = $2) order by m.created_at desc`,
    [organisation, name ?? null],
  );
  const champions = found.rows.flatMap((row) => (row.champion_id === null ? [] : [row.champion_id]));
  const byId = new Map(
    (await versions(client, "v.organisation = $1 and v.id = any ($2::uuid[])", [organisation, champions])).map((v) => [v.id, v]),
  );
  return found.rows.map((row) => ({
    id: row.id,
    name: row.name,
    createdAt: row.created_at,
    createdBy: row.created_by,
    versionCount: row.version_count,
    champion: row.champion_id === null ? null : (byId.get(row.champion_id) ?? null),
  }));
}

/** Numbers of all champions of a model, newest first. */
export async function findChampionNumbers(client: Queryable, modelId: string): Promise<number[]> {
  const found = await client.query<{ number: number }>(
    "select v.number from champion c join model_version v on v.id = c.version_id where c.model_id = $1 order by c.sequence desc",
    [modelId],
  );
  return found.rows.map(({ number }) => number);
}

/** All champions, newest first; with `at`, only the one that answered then. */
export async function findChampions(client: Queryable, organisation: string, model: string, at?: Date): Promise<Champion[]> {
  const found = await client.query<{ number: number; sha256: string; from_at: Date; actor: Champion["actor"]; note: string }>(
    `select v.number, v.sha256, c.from_at, c.actor, c.note
     from champion c join model m on m.id = c.model_id join model_version v on v.id = c.version_id
     where c.organisation = $1 and m.name = $2 and ($3::timestamptz is null or c.from_at <= $3)
     order by c.sequence desc limit $4`,
    [organisation, model, at ?? null, at === undefined ? 1000 : 1],
  );
  return found.rows.map((row) => ({ number: row.number, sha256: row.sha256, from: row.from_at, actor: row.actor, note: row.note }));
}
