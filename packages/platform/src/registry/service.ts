/** The registry's doings: add an immutable version, promote, roll back, load an artifact that is what it says. */
import { MegalithError, type Problem, problem } from "@megalith/contract";
import { decodeForest, type Forest, ForestError } from "@megalith/forest";
import type { Pool, PoolClient } from "pg";
import { type Caller, type Clock, inTransaction, type NewUuid, notify, recordChange } from "../foundation/index.ts";
import { ArtifactWrites } from "./artifact-writes.ts";
import { type ArtifactStore, digestOf } from "./artifacts.ts";
import { championBefore, isRolledBackFrom } from "./champion-line.ts";
import type { AddedVersion, Card, Champion, Model, Version } from "./model.ts";
import {
  findChampionNumbers,
  findChampions,
  findModels,
  findVersion,
  findVersionByBytes,
  findVersionById,
  findVersionByJob,
  findVersions,
  findVersionsOfTable,
} from "./store.ts";

export interface RegistryOptions {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly newUuid: NewUuid;
  readonly artifacts: ArtifactStore;
}

export interface NewVersion {
  readonly model: string;
  readonly artifact: Uint8Array;
  readonly card: Card;
  readonly tableVersionId?: string | undefined;
  /** Bare uuid of the job: adding again for the same job gives the first version. */
  readonly jobId?: string | undefined;
  /** Makes a version even when the model has one of the same bytes. A job's is one of its own anyway: its table and figures are. */
  readonly again?: boolean | undefined;
}

export interface ChampionChange {
  /** The number of the champion that the caller knows of: another one refuses the change. */
  readonly expected?: number | undefined;
  /** Why, for the trail. */
  readonly note?: string | undefined;
}

/** NOTIFY channel on which every replica learns that a champion changed; the payload is the model's bare uuid. */
export const championChannel = "megalith_champion";

export class RegistryService {
  private readonly options: RegistryOptions;
  private readonly writes: ArtifactWrites;

  constructor(options: RegistryOptions) {
    this.options = options;
    this.writes = new ArtifactWrites(options);
  }

  /**
   * Stores the artifact, then its row. The first version of a model becomes its champion. Bytes that the model has already are
   * that version, not another one. @throws MegalithError "registry.artifact_invalid".
   */
  async addVersion(caller: Caller, version: NewVersion): Promise<AddedVersion> {
    const { pool, newUuid } = this.options;
    if (version.jobId !== undefined) {
      const earlier = await findVersionByJob(pool, caller.organisation, version.jobId);
      if (earlier !== undefined) return { version: earlier, isNew: false };
    }
    decode(version.artifact);
    const id = newUuid();
    const sha256 = digestOf(version.artifact);
    await this.writes.begin(caller.organisation, id, version.artifact, sha256);
    return inTransaction(pool, async (client) => {
      const now = this.options.clock.now();
      const modelId = await this.lockModel(client, caller, version.model, now);
      await this.writes.finish(client, id, version.artifact, sha256);
      const known = version.again === true || version.jobId !== undefined ? undefined : await findVersionByBytes(client, modelId, sha256);
      if (known !== undefined) {
        await this.tell(client, caller, known, "registry.version_known", now, { number: known.number, sha256 });
        return { version: known, isNew: false };
      }
      const inserted = await client.query<{ number: number }>(
        `insert into model_version (id, organisation, model_id, number, sha256, size_bytes, task, card, table_version_id, job_id, created_at, created_by)
         select $1, $2, $3, coalesce(max(number), 0) + 1, $4, $5, $6, $7, $8, $9, $10, $11 from model_version where model_id = $3
         on conflict (job_id) do nothing returning number`,
        [
          id,
          caller.organisation,
          modelId,
          sha256,
          version.artifact.byteLength,
          version.card.task,
          JSON.stringify(version.card),
          version.tableVersionId ?? null,
          version.jobId ?? null,
          now,
          JSON.stringify(caller.actor),
        ],
      );
      const number = inserted.rows[0]?.number;
      if (number === undefined) {
        const twin = await findVersionByJob(client, caller.organisation, version.jobId ?? "");
        return { version: this.present(twin, version.model, 0), isNew: false };
      }
      const subject = { modelId, model: version.model };
      await this.tell(client, caller, subject, "registry.version_added", now, { number, sha256 });
      if (number === 1) await this.writeChampion(client, caller, { ...subject, id, number }, { from: null, note: "first version" }, now);
      return { version: this.present(await findVersionById(client, caller.organisation, id), version.model, number), isNew: true };
    });
  }

  /** Makes a version the champion; harmless when it is. @throws MegalithError "registry.version_not_found"; "registry.champion_differs". */
  async promote(caller: Caller, model: string, number: number, change: ChampionChange = {}): Promise<Model> {
    await inTransaction(this.options.pool, async (client) => {
      const modelId = await this.lockExisting(client, caller.organisation, model);
      const version = this.present(await findVersion(client, caller.organisation, model, number), model, number);
      if (version.champion) return;
      const [current] = await findChampionNumbers(client, modelId);
      requireExpected(model, current, change.expected);
      await this.writeChampion(client, caller, version, { from: current ?? null, note: change.note ?? "" }, this.options.clock.now());
    });
    return this.model(caller.organisation, model);
  }

  /**
   * Goes back to the champion before the present one; asked again, further back. With `expected`, a repeat changes nothing.
   * @throws MegalithError "registry.no_earlier_champion"; "registry.champion_differs".
   */
  async rollBack(caller: Caller, model: string, { expected, note = "" }: ChampionChange = {}): Promise<Model> {
    await inTransaction(this.options.pool, async (client) => {
      const modelId = await this.lockExisting(client, caller.organisation, model);
      const history = await findChampionNumbers(client, modelId);
      const [current] = history;
      if (expected !== undefined && current !== expected && isRolledBackFrom(expected, history)) return;
      requireExpected(model, current, expected);
      const target = championBefore(history);
      if (current === undefined || target === undefined) throw new MegalithError("registry.no_earlier_champion", { values: { model } });
      const version = this.present(await findVersion(client, caller.organisation, model, target), model, target);
      const words = note === "" ? `rolled back from version ${current}` : note;
      await this.writeChampion(client, caller, version, { from: current, note: words }, this.options.clock.now());
    });
    return this.model(caller.organisation, model);
  }

  /** Removes files of artifacts that no version came to need, an hour after they were begun. @returns how many. */
  async sweepArtifacts(): Promise<number> {
    return this.writes.sweep();
  }

  /** @throws MegalithError "registry.model_not_found". */
  async model(organisation: string, name: string): Promise<Model> {
    const found = (await findModels(this.options.pool, organisation, name))[0];
    if (found === undefined) throw new MegalithError("registry.model_not_found", { values: { model: name } });
    return found;
  }

  models(organisation: string): Promise<Model[]> {
    return findModels(this.options.pool, organisation);
  }

  async versions(organisation: string, model: string): Promise<Version[]> {
    await this.model(organisation, model);
    return findVersions(this.options.pool, organisation, model);
  }

  /** @throws MegalithError "registry.version_not_found". */
  async version(organisation: string, model: string, number: number): Promise<Version> {
    return this.present(await findVersion(this.options.pool, organisation, model, number), model, number);
  }

  async versionById(organisation: string, id: string): Promise<Version> {
    return this.present(await findVersionById(this.options.pool, organisation, id), id, 0);
  }

  async champions(organisation: string, model: string, at?: Date): Promise<Champion[]> {
    await this.model(organisation, model);
    return findChampions(this.options.pool, organisation, model, at);
  }

  /** Versions trained on any of these table versions, in words: what keeps a table from being removed. */
  async dependantsOfTable(organisation: string, tableVersionIds: readonly string[]): Promise<Problem[]> {
    const found = await findVersionsOfTable(this.options.pool, organisation, tableVersionIds);
    return found.map(({ number, model }) => problem("/table", "in_use", "tableTrained", { number, model }));
  }

  /** The bytes of a version, checked against its SHA-256. */
  artifact(version: Pick<Version, "sha256">): Promise<Uint8Array> {
    return this.options.artifacts.get(version.sha256);
  }

  async forest(version: Pick<Version, "sha256">): Promise<Forest> {
    return decode(await this.artifact(version));
  }

  private async lockModel(client: PoolClient, caller: Caller, name: string, now: Date): Promise<string> {
    await client.query(
      "insert into model (id, organisation, name, created_at, created_by) values ($1, $2, $3, $4, $5) on conflict (organisation, name) do nothing",
      [this.options.newUuid(), caller.organisation, name, now, JSON.stringify(caller.actor)],
    );
    return this.lockExisting(client, caller.organisation, name);
  }

  private async lockExisting(client: PoolClient, organisation: string, name: string): Promise<string> {
    const found = await client.query<{ id: string }>("select id from model where organisation = $1 and name = $2 for update", [
      organisation,
      name,
    ]);
    const id = found.rows[0]?.id;
    if (id === undefined) throw new MegalithError("registry.model_not_found", { values: { model: name } });
    return id;
  }

  private async writeChampion(
    client: PoolClient,
    caller: Caller,
    to: Pick<Version, "modelId" | "model" | "id" | "number">,
    { from, note }: { from: number | null; note: string },
    now: Date,
  ): Promise<void> {
    await client.query(
      `insert into champion (model_id, sequence, organisation, version_id, from_at, actor, note)
       select $1, coalesce(max(sequence), 0) + 1, $2, $3, $4, $5, $6 from champion where model_id = $1`,
      [to.modelId, caller.organisation, to.id, now, JSON.stringify(caller.actor), note],
    );
    await this.tell(client, caller, to, "registry.champion_changed", now, { number: to.number, from, note });
    await notify(client, championChannel, to.modelId);
  }

  private tell(
    client: PoolClient,
    caller: Caller,
    { modelId, model }: Pick<Version, "modelId" | "model">,
    action: string,
    now: Date,
    detail: Readonly<Record<string, string | number | null>>,
  ): Promise<void> {
    const change = { action, subjectKind: "model", subjectId: modelId, subjectName: model, detail };
    return recordChange(client, caller, this.options.newUuid(), now, change);
  }

  private present(version: Version | undefined, model: string, number: number): Version {
    if (version === undefined) throw new MegalithError("registry.version_not_found", { values: { model, version: number } });
    return version;
  }
}

function requireExpected(model: string, current: number | undefined, expected: number | undefined): void {
  if (expected === undefined || current === expected) return;
  throw new MegalithError("registry.champion_differs", { values: { model, expected, current: current ?? 0 } });
}

function decode(artifact: Uint8Array): Forest {
  try {
    return decodeForest(artifact);
  } catch (cause) {
    if (cause instanceof ForestError) throw new MegalithError("registry.artifact_invalid", { values: { reason: cause.message }, cause });
    throw cause;
  }
}
