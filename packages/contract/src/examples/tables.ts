import type { TableProfileShape, TableShape } from "../tables.ts";
import { ids, owner, times } from "./story.ts";

const file = "duration,amount,purpose,outcome\n24,3500,car (new),good\n48,5951,radio/television,bad\n";

const table: TableShape = {
  id: ids.table,
  name: "loans",
  title: "Loans",
  kind: "upload",
  viewSql: null,
  createdAt: times.made,
  createdBy: owner,
  updatedAt: times.made,
  schemaRevision: 0,
  version: {
    id: ids.tableVersion,
    number: 1,
    rowCount: 1000,
    rejectedCount: 0,
    rejected: [],
    schema: [
      { name: "duration", kind: "numeric", storage: "DOUBLE", known: "before", corrected: false },
      { name: "amount", kind: "numeric", storage: "DOUBLE", known: null, corrected: false },
      { name: "purpose", kind: "category", storage: "VARCHAR", known: null, corrected: false },
      { name: "outcome", kind: "category", storage: "VARCHAR", known: null, corrected: false },
    ],
    dialect: { format: "csv", encoding: "utf-8", delimiter: ",", quote: '"', escape: '"', decimal: ".", header: true, compressed: false },
    sha256: "ef16d0ed6a5f02bac6efd9ba11725fbff03e0ad8a65a18354a58ee3fd97e7baa",
    parquetBytes: 15_185,
    createdAt: times.made,
    createdBy: owner,
    lineage: [],
  },
};
const sql = "select l.*, c.region from loans l join customers c on c.id = l.customer_id";
const view: TableShape = {
  ...table,
  name: "loans-with-regions",
  title: "Loans with regions",
  kind: "view",
  viewSql: sql,
  version: { ...table.version, dialect: null, lineage: [{ name: "loans", table: ids.table, version: 1 }] },
};
const profile: TableProfileShape = {
  rowCount: 1000,
  columns: [
    {
      name: "duration",
      kind: "numeric",
      missing: 0,
      distinct: 33,
      approximate: false,
      summary: { min: 4, max: 72, mean: 20.903, deviation: 12.059, quantiles: [{ probability: 0.5, value: 18 }] },
      histogram: { edges: [4, 38, 72], counts: [910, 90] },
      examples: ["6", "48"],
    },
    {
      name: "purpose",
      kind: "category",
      missing: 0,
      distinct: 10,
      approximate: false,
      top: [{ value: "radio/television", count: 280 }],
      examples: ["car (new)"],
    },
  ],
  target: {
    column: "outcome",
    kind: "classes",
    missing: 0,
    classes: [
      { value: "good", count: 700, share: 0.7 },
      { value: "bad", count: 300, share: 0.3 },
    ],
  },
};

export const tablesExamples = {
  listTables: { reply: { items: [table], next: null } },
  createTable: { request: file, reply: table },
  addTableVersion: { request: file, reply: { ...table, version: { ...table.version, number: 2 } } },
  createView: { request: { name: view.name, title: view.title, sql }, reply: view },
  refreshView: { request: { sql }, reply: { ...view, version: { ...view.version, number: 2 } } },
  readTable: { reply: table },
  listTableVersions: { reply: { items: [table.version], next: null } },
  readTableProfile: { reply: profile },
  listTableRows: { reply: { rows: [{ duration: 24, amount: 3500, purpose: "car (new)", outcome: "good" }] } },
  correctTableSchema: {
    request: { columns: { duration: { known: "before" }, amount: { kind: "numeric" } } },
    reply: { ...table, schemaRevision: 1 },
  },
  removeTable: {},
} as const;
