/**
 * Decides whether a person's SQL may be a view: one SELECT over named tables and nothing else.
 *
 * The judgement is made on DuckDB's own syntax tree, not on the text. It is the first of two walls; the second is the
 * database that runs it, which can reach no file but the named tables, and no network.
 */
import { MegalithError, type MessageValues, type Problem, type ProblemWord, problem } from "@megalith/contract";
import { type Duckdb, text } from "./duckdb.ts";

export const sqlLengthLimit = 100_000;
const treeDepthLimit = 400;

/** Table functions that only make rows of their arguments. */
const tableFunctions: ReadonlySet<string> = new Set(["range", "generate_series", "unnest", "repeat", "repeat_row"]);
/** Scalar functions that tell about the machine, or run text as SQL. */
const refusedFunctions =
  /^(getenv|getvariable|current_setting|current_(user|role|database|schema|schemas|query|catalog)|(session_)?user|nextval|currval|query|query_table|version|json_execute_serialized_sql|json_serialize_sql|json_serialize_plan|write_log|parse_duckdb_log_message|pg_.*|duckdb_.*|pragma_.*|read_.*|parquet_.*|sniff_csv|glob|in_search_path|txid_current|file_.*|getfile.*|is_histogram_other_bin|add_parquet_key|.*_secret.*|sleep.*)$/;

type Node = { readonly [key: string]: unknown };

/**
 * @param names  the tables that may be read.
 * @returns the names that it reads, sorted.
 * @throws MegalithError "tables.view_refused", naming the reason.
 */
export async function guardView(duckdb: Duckdb, sql: string, names: readonly string[]): Promise<string[]> {
  if (sql.length > sqlLengthLimit) throw refusal("viewLong", { limit: sqlLengthLimit });
  if (sql.includes("\0") || !sql.isWellFormed()) throw refusal("viewCharacters");
  const tree = await parse(duckdb, sql);
  const walk = new Walk(names, await ownViews(duckdb));
  walk.visit(tree, 0);
  return [...walk.read].sort();
}

async function parse(duckdb: Duckdb, sql: string): Promise<Node> {
  const tree = JSON.parse(await serialize(duckdb, sql)) as {
    error: boolean;
    error_message?: string;
    statements?: Node[];
  };
  if (tree.error) {
    const message = tree.error_message ?? "";
    if (/Only SELECT statements/.test(message)) throw refusal("viewNotSelect");
    throw new MegalithError("tables.view_refused", { problems: [sqlProblem("Parser Error", message)], detail: message });
  }
  const statements = tree.statements ?? [];
  if (statements.length !== 1) throw refusal("viewStatements");
  return statements[0] as Node;
}

/** Names of DuckDB's own views, in lower case: settings, paths and the definitions of what it was given stand in them. */
async function ownViews(duckdb: Duckdb): Promise<ReadonlySet<string>> {
  const rows = await duckdb.rows("select view_name from duckdb_views() where internal");
  return new Set(rows.map(([name]) => String(name).toLowerCase()));
}

async function serialize(duckdb: Duckdb, sql: string): Promise<string> {
  try {
    return String((await duckdb.rows(`select json_serialize_sql(${text(sql)})`))[0]?.[0]);
  } catch (cause) {
    if (cause instanceof MegalithError) throw cause;
    throw refusal("viewUnreadable");
  }
}

function refusal(word: ProblemWord, values: MessageValues = {}): MegalithError {
  return new MegalithError("tables.view_refused", { problems: [problem(sqlPath, "sql", word, values)] });
}

export const sqlPath = "/sql";

/** What DuckDB says of a view's SQL: the kind of the fault in the reader's language, with DuckDB's own words. */
export function sqlProblem(kind: string, message: string): Problem {
  const found = /^(?:Error: )?(?<kind>[A-Z][A-Za-z ]+ Error): /.exec(message)?.groups?.kind ?? kind;
  return problem(sqlPath, "sql", sqlFaults[found] ?? "viewFault", { text: wordSqlError(message).replace(/^[A-Z][A-Za-z ]+ Error: /, "") });
}

const sqlFaults: Readonly<Record<string, ProblemWord>> = {
  "Parser Error": "viewSyntax",
  "Syntax Error": "viewSyntax",
  "Binder Error": "viewNames",
  "Catalog Error": "viewNames",
  "Conversion Error": "viewValues",
  "Invalid Input Error": "viewValues",
  "Out of Range Error": "viewValues",
};

/** First line of DuckDB's message, without the position picture and without paths. */
function wordSqlError(message: string): string {
  const first = (message.split(/\n\n|\nLINE/)[0] ?? message)
    .replace(/^Error: /, "")
    .replace(/\s+/g, " ")
    .trim();
  return first
    .replace(/(?:\/[^\s"'/]+){2,}/g, "…")
    .slice(0, 300)
    .replace(/\.+$/, "");
}

/** Walks every node of the tree: a kind of table or function that is not known to be harmless is refused. */
class Walk {
  readonly read = new Set<string>();
  private readonly names: ReadonlyMap<string, string>;
  private readonly local = new Set<string>();

  private readonly own: ReadonlySet<string>;

  constructor(names: readonly string[], own: ReadonlySet<string>) {
    this.own = own;
    this.names = new Map(names.map((name) => [name.toLowerCase(), name]));
  }

  visit(value: unknown, depth: number): void {
    if (depth > treeDepthLimit) throw refusal("viewDeep");
    if (Array.isArray(value)) {
      for (const item of value) this.visit(item, depth + 1);
      return;
    }
    if (typeof value !== "object" || value === null) return;
    const node = value as Node;
    this.collectLocal(node);
    this.checkNode(node);
    for (const child of Object.values(node)) this.visit(child, depth + 1);
  }

  /**
   * Names that WITH gives to its queries. None may be that of a table: the lineage would not be certain. None may be that of a
   * view of DuckDB's own: where the WITH does not reach, the name would mean that view.
   */
  private collectLocal(node: Node): void {
    const map = (node.cte_map as { map?: { key: string }[] } | undefined)?.map;
    for (const entry of map ?? []) {
      if (!/^[\p{L}_][\p{L}\p{N}_ -]*$/u.test(entry.key)) throw refusal("viewWithName");
      if (this.names.has(entry.key.toLowerCase())) throw refusal("viewWithTable", { name: entry.key });
      if (this.own.has(entry.key.toLowerCase())) throw refusal("viewTableUnknown", { name: entry.key.slice(0, 80) });
      this.local.add(entry.key.toLowerCase());
    }
  }

  private checkNode(node: Node): void {
    const type = node.type;
    if (type === "BASE_TABLE") this.checkTable(node);
    else if (type === "TABLE_FUNCTION") this.checkFunction(node.function as Node | undefined, true);
    else if (type === "FUNCTION") this.checkFunction(node, false);
    else if (type === "SHOW_REF" || type === "COLUMN_DATA" || type === "PIVOT" || type === "DELIM_GET" || type === "BOUND_TABLE_REF")
      throw refusal("viewShow");
    else if (type === "PARAMETER" || type === "VALUE_PARAMETER") throw refusal("viewParameters");
  }

  private checkTable(node: Node): void {
    const name = String(node.table_name);
    if (node.schema_name !== "" || node.catalog_name !== "") throw refusal("viewTableSchema", { name: name.slice(0, 80) });
    if (this.local.has(name.toLowerCase())) return;
    const known = this.names.get(name.toLowerCase());
    if (known === undefined) throw refusal("viewTableUnknown", { name: name.slice(0, 80) });
    this.read.add(known);
  }

  private checkFunction(node: Node | undefined, table: boolean): void {
    const name = String(node?.function_name ?? "").toLowerCase();
    const schema = String(node?.schema ?? "");
    if (schema !== "" && schema !== "main") throw refusal("viewFunctionSchema", { name: name.slice(0, 80) });
    if (table && !tableFunctions.has(name)) throw refusal("viewFunctionTable", { name: name.slice(0, 80) });
    if (!table && refusedFunctions.test(name)) throw refusal("viewFunctionRefused", { name: name.slice(0, 80) });
  }
}
