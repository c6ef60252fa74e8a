/**
 * Tables as an organisation has them: uploads and views become numbered versions, schemas are corrected, rows are read.
 *
 * A version's row is written only after its file is durable, in one transaction that holds the table's lock; a crash at
 * any point leaves either the whole version or a file that the next upload replaces or the sweep removes.
 */
import type { Readable } from "node:stream";
import { type Actor, MegalithError, type Problem, problem } from "@megalith/contract";
import { Kysely, PostgresDialect } from "kysely";
import type { ClientBase, Pool } from "pg";
import type { Change } from "../foundation/index.ts";
import type { Column, ColumnKind } from "./column.ts";
import type { TablesDatabase } from "./database.ts";
import { exportCsv } from "./export.ts";
import { TableFiles } from "./files.ts";
import { type ImportMode, type ImportOverrides, type ImportProgress, type ImportResult, importFile } from "./import.ts";
import type { TableLimits } from "./limits.ts";
import { LineageStore } from "./lineage-store.ts";
import { profileTable, type TableProfile } from "./profile.ts";
import { type CellValue, type ReadOptions, readRows, readTable, type TableContent } from "./read.ts";
import { type Corrections, checkCorrections, mergeCorrections } from "./schema.ts";
import { removeWorkspace, sweepStaging } from "./staging.ts";
import { type NewVersion, TableStore, type Transacting } from "./store.ts";
import type { Table, TableVersion } from "./table.ts";
import { Turns } from "./turns.ts";
import { checkView, runView, type ViewResult } from "./view.ts";

export interface TablesOptions {
  readonly pool: Pool;
  /** `<data>/tables` and a staging folder on the same file system. */
  readonly folder: string;
  readonly staging: string;
  readonly now: () => Date;
  /** A new UUIDv7. */
  readonly newUuid: () => string;
  readonly limits?: Partial<TableLimits> | undefined;
  /** Imports and views under way at once, 2 by default: each may take `memoryMegabytes`. */
  readonly atOnce?: number | undefined;
  /** What depends on a table, each as a problem of its removal; none: it may be deleted. */
  readonly dependants?: ((organisation: string, tableId: string) => Promise<readonly Problem[]>) | undefined;
}

export interface UploadOptions {
  readonly organisation: string;
  readonly actor: Actor;
  readonly source: string | Readable;
  readonly mode: ImportMode;
  readonly overrides?: ImportOverrides | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
}

export interface ViewDefinition {
  readonly organisation: string;
  readonly actor: Actor;
  readonly sql: string;
  readonly signal?: AbortSignal | undefined;
}

type VersionContent = Omit<NewVersion, "id" | "organisation" | "tableId" | "number" | "actor" | "now">;
type Owner = { readonly organisation: string; readonly actor: Actor };
type Target =
  | { readonly kind: "new"; readonly name: string; readonly title: string }
  | { readonly kind: "existing"; readonly name: string; readonly tableId: string };

/** Imports and views that may wait for their turn: what reads a file or runs a view takes memory by the gigabyte. */
const waitingImports = 16;
/** Profiles, rows and columns that are read for people: each has two threads and up to a gigabyte. */
const readsAtOnce = 4;
const waitingReads = 200;

export class TableService {
  private readonly options: TablesOptions;
  private readonly store: TableStore;
  private readonly lineage: LineageStore;
  private readonly files: TableFiles;
  private readonly imports: Turns;
  private readonly reads = new Turns(readsAtOnce, waitingReads);
  /** By version and revision of the schema: whoever asks meanwhile gets the one that is being made. */
  private readonly profiles = new Map<string, Promise<TableProfile>>();

  constructor(options: TablesOptions) {
    this.options = options;
    const database = new Kysely<TablesDatabase>({ dialect: new PostgresDialect({ pool: options.pool }) });
    this.store = new TableStore(database, options.pool);
    this.lineage = new LineageStore(database);
    this.files = new TableFiles(options.folder);
    this.imports = new Turns(options.atOnce ?? 2, waitingImports);
  }

  /** Makes a table from its first upload. @throws MegalithError "tables.name_taken" and those of `importFile`. */
  async create(upload: UploadOptions & { readonly name: string; readonly title?: string | undefined }): Promise<Table> {
    await this.refuseTakenName(upload.organisation, upload.name);
    const imported = await this.import(upload, {});
    return this.publish(upload, { kind: "new", name: upload.name, title: upload.title ?? "" }, imported, fromImport(imported));
  }

  /** Adds a version; columns keep the kinds that people gave them. @throws MegalithError "tables.not_upload". */
  async addVersion(upload: UploadOptions & { readonly table: string }): Promise<Table> {
    const table = await this.store.getTable(upload.organisation, upload.table);
    if (table.kind !== "upload") throw new MegalithError("tables.not_upload", { values: { table: table.name } });
    const kinds = table.version.schema.filter(({ corrected }) => corrected).map(({ name, kind }) => [name, { kind }] as const);
    const imported = await this.import(upload, Object.fromEntries(kinds));
    return this.publish(upload, { kind: "existing", name: table.name, tableId: table.id }, imported, fromImport(imported));
  }

  /** Makes a view and its first version. */
  async createView(view: ViewDefinition & { readonly name: string; readonly title?: string | undefined }): Promise<Table> {
    await this.refuseTakenName(view.organisation, view.name);
    const { result, content } = await this.runDefinition(view, undefined);
    return this.publish(view, { kind: "new", name: view.name, title: view.title ?? "" }, result, content);
  }

  /** Runs a view again over the newest versions, with new SQL when given. @throws MegalithError "tables.not_view". */
  async refreshView(view: Omit<ViewDefinition, "sql"> & { readonly table: string; readonly sql?: string | undefined }): Promise<Table> {
    const table = await this.store.getTable(view.organisation, view.table);
    if (table.viewSql === null) throw new MegalithError("tables.not_view", { values: { table: table.name } });
    const { result, content } = await this.runDefinition({ ...view, sql: view.sql ?? table.viewSql }, table);
    return this.publish(view, { kind: "existing", name: table.name, tableId: table.id }, result, content);
  }

  get(organisation: string, table: string): Promise<Table> {
    return this.store.getTable(organisation, table);
  }

  list(organisation: string, options: { after?: string | undefined; limit: number }): Promise<Table[]> {
    return this.store.listTables(organisation, options);
  }

  async versions(organisation: string, table: string): Promise<TableVersion[]> {
    return this.store.listVersions(organisation, (await this.store.getTable(organisation, table)).id);
  }

  /** One version, the newest when no number is given. @throws MegalithError "tables.version_not_found". */
  async version(organisation: string, table: string, number?: number): Promise<TableVersion> {
    const found = await this.store.getTable(organisation, table);
    if (number === undefined || number === found.version.number) return found.version;
    const version = await this.store.getVersion(organisation, found.id, number);
    if (version === undefined) throw new MegalithError("tables.version_not_found", { values: { table: found.name, version: number } });
    return version;
  }

  /** Adds corrections to the schema as a new revision. @throws MegalithError "tables.schema_invalid", "tables.schema_changed". */
  async correctSchema(owner: Owner, table: string, corrections: Corrections): Promise<Table> {
    const found = await this.store.getTable(owner.organisation, table);
    await checkCorrections(this.parquetPath(found.version), found.version.columns, corrections);
    const earlier = await this.store.corrections(owner.organisation, found.id);
    const merged = mergeCorrections(earlier.columns, corrections);
    const revision = earlier.revision + 1;
    await this.store.publish(async (transaction) => {
      const { organisation, actor } = owner;
      const inserted = await this.store.insertCorrections(transaction, organisation, found.id, revision, merged, actor, this.options.now());
      if (!inserted) throw new MegalithError("tables.schema_changed", { values: { table: found.name } });
      await this.record(transaction, owner, "tables.schema_corrected", found, { revision, columns: Object.keys(corrections) });
    });
    return this.store.getTable(owner.organisation, found.id);
  }

  /** A version's profile as the newest schema reads it; made once per schema revision and kept. */
  async profile(organisation: string, table: string, options: { number?: number | undefined } = {}): Promise<TableProfile> {
    const version = await this.version(organisation, table, options.number);
    const { revision } = await this.store.corrections(organisation, version.tableId);
    const kept = await this.store.findProfile(organisation, version.id, revision);
    if (kept !== undefined) return kept;
    const key = `${version.id} ${revision}`;
    let made = this.profiles.get(key);
    if (made === undefined) {
      made = this.makeProfile(organisation, version, revision).finally(() => this.profiles.delete(key));
      this.profiles.set(key, made);
    }
    return made;
  }

  private async makeProfile(organisation: string, version: TableVersion, revision: number): Promise<TableProfile> {
    const profile = await this.reads.take(() => profileTable(this.parquetPath(version), version.schema));
    await this.store.insertProfile(organisation, version.id, revision, profile, this.options.now());
    return profile;
  }

  async rows(
    organisation: string,
    table: string,
    options: { number?: number | undefined; offset?: number; limit?: number; columns?: readonly string[] } = {},
  ): Promise<{ columns: Column[]; rows: CellValue[][] }> {
    const { number, ...page } = options;
    const path = this.parquetPath(await this.version(organisation, table, number));
    return this.reads.take(() => readRows(path, page));
  }

  /** Columns of a version as numbers, in the kinds of its schema. */
  async content(
    organisation: string,
    table: string,
    options: ReadOptions & { readonly number?: number | undefined } = {},
  ): Promise<TableContent> {
    const version = await this.version(organisation, table, options.number);
    return this.reads.take(() => readTable(this.parquetPath(version), { ...options, kinds: kindsOf(version) }));
  }

  async csv(
    organisation: string,
    table: string,
    options: { number?: number | undefined; signal?: AbortSignal | undefined } = {},
  ): Promise<AsyncGenerator<string>> {
    return exportCsv(this.parquetPath(await this.version(organisation, table, options.number)), { signal: options.signal });
  }

  /** Where a version's file lies, for a worker that trains on it. */
  parquetPath(version: Pick<TableVersion, "tableId" | "number">): string {
    return this.files.path(version.tableId, version.number);
  }

  /** Keeps a table from being removed until the transaction ends. @throws MegalithError "tables.not_found". */
  async hold(client: ClientBase, organisation: string, tableId: string): Promise<void> {
    const held = await client.query("select from stored_table where organisation = $1 and id = $2 and deleted_at is null for share", [
      organisation,
      tableId,
    ]);
    if (held.rowCount === 0) throw new MegalithError("tables.not_found", { values: { table: tableId } });
  }

  /** @throws MegalithError "tables.in_use" while a model version or a view depends on it. */
  async remove(owner: Owner, table: string): Promise<void> {
    const { organisation, actor } = owner;
    const found = await this.store.getTable(organisation, table);
    await this.store.publish(async (transaction) => {
      await this.store.lockForVersion(transaction, organisation, found.id, this.options.now());
      const views = await this.lineage.viewsReading(transaction, organisation, found.id);
      const reading = views.map((view) => problem("/table", "in_use", "tableViewed", { view }));
      const problems = [...((await this.options.dependants?.(organisation, found.id)) ?? []), ...reading];
      if (problems.length > 0) {
        const values = { table: found.name, count: problems.length };
        throw new MegalithError("tables.in_use", { values, problems: problems.slice(0, 10) });
      }
      await this.store.markDeleted(transaction, organisation, found.id, actor, this.options.now());
      await this.record(transaction, owner, "tables.table_removed", found, {});
    });
    await this.files.remove(found.id);
  }

  /** Removes files that crashes left; call it at start. With `staging`, only while no import runs anywhere on this folder. */
  async sweep(options: { readonly staging: boolean }): Promise<{ files: number; staging: number }> {
    const files = await this.store.alone(async (transaction) => this.files.sweep(await this.store.livingVersions(transaction)));
    return { files, staging: options.staging ? await sweepStaging(this.options.staging) : 0 };
  }

  private async refuseTakenName(organisation: string, name: string): Promise<void> {
    const taken = await this.store.hasName(organisation, name);
    if (taken) throw new MegalithError("tables.name_taken", { values: { name } });
  }

  private import(upload: UploadOptions, expected: Readonly<Record<string, { kind: ColumnKind }>>): Promise<ImportResult> {
    return this.imports.take(() =>
      importFile({
        source: upload.source,
        folder: this.options.staging,
        mode: upload.mode,
        overrides: { ...upload.overrides, expected },
        limits: this.options.limits,
        signal: upload.signal,
        onProgress: upload.onProgress,
      }),
    );
  }

  private async runDefinition(view: ViewDefinition, own: Table | undefined): Promise<{ result: ViewResult; content: VersionContent }> {
    const sources = await this.lineage.newestVersions(view.organisation);
    if (own !== undefined) sources.delete(own.name);
    const names = new Map(
      [...sources].flatMap(([name, version]) => [name, name.replaceAll("-", "_")].map((alias) => [alias, version] as const)),
    );
    const reads = await checkView(view.sql, [...names.keys()]);
    const chosen = reads.map((name) => ({ name, version: names.get(name) as { id: string; tableId: string; number: number } }));
    if (own !== undefined)
      await this.refuseCycle(
        view.organisation,
        own,
        chosen.map(({ version }) => version.id),
      );
    const tables = Object.fromEntries(chosen.map(({ name, version }) => [name, this.parquetPath(version)]));
    const { staging, limits } = this.options;
    const result = await this.imports.take(() => runView({ sql: view.sql, tables, folder: staging, limits, signal: view.signal }));
    const lineage = chosen.map(({ name, version }) => ({ name, versionId: version.id }));
    return { result, content: fromView(result, view.sql, lineage) };
  }

  private async refuseCycle(organisation: string, own: Table, versionIds: readonly string[]): Promise<void> {
    if (await this.lineage.descendsFrom(organisation, versionIds, own.id))
      throw new MegalithError("tables.view_refused", { problems: [problem("/sql", "sql", "viewCycle", { name: own.name })] });
  }

  /** File first, row second, one transaction; the workspace goes in any case. */
  private async publish(
    owner: Owner,
    target: Target,
    file: { parquetPath: string; workspace: string },
    content: VersionContent,
  ): Promise<Table> {
    const { organisation, actor } = owner;
    const now = this.options.now();
    const tableId = target.kind === "new" ? this.options.newUuid() : target.tableId;
    try {
      await this.store.publish(async (transaction) => {
        if (target.kind === "new")
          await this.store.insertTable(transaction, {
            id: tableId,
            organisation,
            name: target.name,
            title: target.title,
            viewSql: content.viewSql,
            actor,
            now,
          });
        const number = await this.store.lockForVersion(transaction, organisation, tableId, now);
        if (target.kind === "existing" && content.viewSql !== null)
          await this.store.setViewSql(transaction, organisation, tableId, content.viewSql);
        await this.files.publish(file.parquetPath, tableId, number);
        await this.store.insertVersion(transaction, { ...content, id: this.options.newUuid(), organisation, tableId, number, actor, now });
        const action = target.kind === "new" ? "tables.table_created" : "tables.version_added";
        const { rowCount, sha256 } = content;
        const kind = content.viewSql === null ? "upload" : "view";
        await this.record(transaction, owner, action, { id: tableId, name: target.name }, { kind, version: number, rowCount, sha256 });
      });
    } finally {
      await removeWorkspace(file.workspace);
    }
    return this.store.getTable(organisation, tableId);
  }

  private record(
    transaction: Transacting,
    owner: Owner,
    action: string,
    table: { readonly id: string; readonly name: string },
    detail: Change["detail"] & object,
  ): Promise<void> {
    const change = { action, subjectKind: "table", subjectId: table.id, subjectName: table.name, detail };
    return this.store.record(transaction, owner, this.options.newUuid(), this.options.now(), change);
  }
}

function kindsOf(version: TableVersion): Record<string, ColumnKind> {
  return Object.fromEntries(version.schema.map(({ name, kind }) => [name, kind]));
}

function fromImport(imported: ImportResult): VersionContent {
  const { rowCount, rejectedCount, rejected, columns, dialect, sha256, parquetBytes, sourceSha256, sourceBytes } = imported;
  return {
    rowCount,
    rejectedCount,
    rejected,
    columns,
    dialect,
    sha256,
    parquetBytes,
    sourceSha256,
    sourceBytes,
    viewSql: null,
    lineage: [],
  };
}

function fromView(result: ViewResult, viewSql: string, lineage: VersionContent["lineage"]): VersionContent {
  const { rowCount, columns, sha256, parquetBytes } = result;
  return {
    rowCount,
    rejectedCount: 0,
    rejected: [],
    columns,
    dialect: null,
    sha256,
    parquetBytes,
    sourceSha256: null,
    sourceBytes: null,
    viewSql,
    lineage,
  };
}
