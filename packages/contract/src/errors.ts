/**
 * The error catalogue: `code` is a union type made from the table; megalith-error.ts is its one class.
 *
 * `message` may go to a customer; its {placeholders} are filled from the error's values.
 */
import type { MessageValues } from "./messages/translate.ts";

export interface ErrorSpec {
  readonly status: number;
  readonly message: string;
}

export const errors = {
  "request.malformed": { status: 400, message: "The request could not be read: {reason}." },
  "request.invalid": { status: 400, message: "The request has {count} problem(s)." },
  "request.too_large": { status: 413, message: "The request is larger than the limit of {limit}." },
  "request.unsupported_media": { status: 415, message: "The body's content type is {type}; this route takes {accepted}." },
  "request.timeout": { status: 408, message: "The request took longer than {seconds} seconds to arrive." },
  "request.not_found": { status: 404, message: "There is no such {what} here." },
  "request.no_such_route": { status: 404, message: "No route of this server has this method and path." },
  "server.internal": { status: 500, message: "Something went wrong on our side; the request id names it in the log." },
  "server.overloaded": { status: 503, message: "The server is busy; try again after {seconds} second(s)." },
  "server.storage_full": { status: 507, message: "There is no room left where the server keeps its data; nothing was changed." },
  "server.starting": { status: 503, message: "The server is starting; try again after {seconds} second(s)." },
  "server.data_newer": {
    status: 503,
    message: "This data folder was written by a newer release (migration {migration}); start that release.",
  },
  "server.data_altered": { status: 503, message: "Migration {migration} was changed after it was applied; restore the original file." },
  "registry.model_not_found": { status: 404, message: "There is no model {model}." },
  "registry.version_not_found": { status: 404, message: "There is no version {version} of the model {model}." },
  "registry.no_earlier_champion": { status: 409, message: "The model {model} has no earlier champion to go back to." },
  "registry.champion_differs": {
    status: 409,
    message: "The champion of {model} is version {current}, not {expected}; look again and say which one you expect.",
  },
  "registry.artifact_invalid": { status: 400, message: "This is no model that can be used: {reason}" },
  "registry.artifact_damaged": { status: 500, message: "The stored artifact {sha256} is missing or damaged; restore it from a backup." },
  "serving.service_name_taken": { status: 409, message: "A service named {service} exists already." },
  "serving.service_paused": { status: 503, message: "The service {service} is paused." },
  "serving.champion_unfit": {
    status: 409,
    message: "Version {version} of {model} cannot be its champion: {count} service(s) that answer with it could not go on.",
  },
  "serving.settings_invalid": { status: 400, message: "The settings have {count} problem(s)." },
  "serving.record_invalid": {
    status: 400,
    message: "The records have {count} problem(s). Nothing was charged.",
  },
  "serving.key_reused": { status: 422, message: "This idempotency key was used for another request; send a new key." },
  "serving.reference_reused": { status: 422, message: "A reference was used for another record of this service; send a new one." },
  "serving.quota_exceeded": { status: 429, message: "This month's quota of {quota} decisions is used up." },
  "serving.balance_exhausted": { status: 402, message: "The prepaid balance does not cover this call." },
  "serving.rate_limited": { status: 429, message: "More than {rate} calls a second; try again after {seconds} second(s)." },
  "serving.decision_gone": { status: 410, message: "What this decision held was erased or is past its retention." },
  "serving.label_invalid": { status: 400, message: "{count} thing(s) are wrong with these labels." },
  "serving.label_unmatched": { status: 400, message: "{count} label(s) name no decision that is yours." },
  "command.output_unusable": { status: 400, message: "{file} cannot be written: {reason}." },
  "command.input_invalid": { status: 400, message: "{source} cannot be used: {reason}." },
  "command.rows_invalid": { status: 400, message: "{file} has {count} problem(s), each with its row; nothing was sent." },
  "command.name_unknown": { status: 404, message: "There is no {kind} {name} on this server." },
  "command.name_ambiguous": {
    status: 409,
    message: "{name} is a model, and a service of the model {model}; say which with --as model or --as service.",
  },
  "backup.no_data": {
    status: 404,
    message: "{folder} is no data folder of Megalith: set MEGALITH_DATA to the folder that `npm start` uses, or run this in its clone.",
  },
  "backup.file_exists": { status: 409, message: "{file} exists already; name a new file." },
  "backup.folder_not_empty": { status: 409, message: "{folder} is not empty; restore into a new data folder." },
  "backup.unreadable": { status: 400, message: "{file} is no backup that can be restored: {reason}." },
  "training.target_invalid": { status: 400, message: "The target {column} cannot be learned as it is." },
  "training.columns_unknown": {
    status: 400,
    message: "{count} column(s) that were named are not in the table.",
  },
  "training.no_columns": {
    status: 400,
    message: "None of the {count} columns is left to learn from; keep one by name, or add honest columns.",
  },
  "training.parameters_invalid": { status: 400, message: "The parameters have {count} problem(s)." },
  "training.weight_invalid": { status: 400, message: "The weight {column} must be a number from 0 in every row; row {row} is not." },
  "training.impossible": { status: 400, message: "This cannot be trained as it is." },
  "training.output_clash": { status: 400, message: "{count} column name(s) of the output clash." },
  "training.worker_lost": {
    status: 500,
    message: "The worker ended {count} times while it trained this model; a smaller table may fit into memory.",
  },
  "training.job_ended": { status: 409, message: "The job has ended already ({state})." },
  "access.unauthenticated": { status: 401, message: "Sign in, or send a valid key as `Authorization: Bearer …`." },
  "access.sign_in_failed": { status: 401, message: "The e-mail, password or key is not right." },
  "access.scope_missing": { status: 403, message: "This key lacks the scope {scope}." },
  "access.role_missing": { status: 403, message: "This needs the role {role}; yours is {own}." },
  "access.csrf": { status: 403, message: "A change with a session cookie must come from this console's own origin." },
  "access.too_many_failures": { status: 429, message: "Too many failed sign-ins; try again in {seconds} seconds." },
  "accounts.customer_suspended": { status: 403, message: "This customer is suspended; ask the provider." },
  "accounts.key_revoked": { status: 409, message: "The key {key} is revoked already." },
  "accounts.key_rotated": { status: 409, message: "The key {key} was rotated already; its successor is {successor}." },
  "accounts.email_taken": { status: 409, message: "A member with the e-mail {email} exists already." },
  "accounts.invite_invalid": { status: 410, message: "This invitation was used, has expired or never existed; ask for a new one." },
  "accounts.login_without_role": { status: 409, message: "A customer's login has no role." },
  "accounts.last_owner": { status: 409, message: "The last owner cannot be removed or demoted; make another owner first." },
  "accounts.customer_name_taken": { status: 409, message: "A customer named {name} exists already." },
  "metering.currency_differs": { status: 409, message: "The balance is kept in {kept}; a credit in {given} cannot be added to it." },
  "metering.credit_reused": { status: 409, message: "A credit with the reference {reference} exists already with another amount." },
  "billing.invoice_issued": { status: 409, message: "It was issued as {number}, which has a PDF of its own." },
  "billing.plan_not_found": { status: 404, message: "There is no plan {plan}." },
  "billing.plan_name_taken": { status: 409, message: "A plan named {plan} exists already." },
  "billing.plan_invalid": { status: 400, message: "The plan has {count} problem(s)." },
  "billing.month_open": { status: 409, message: "The month {month} is not over everywhere yet; it can be invoiced from {from}." },
  "tables.empty": { status: 400, message: "The file is empty." },
  "tables.no_rows": { status: 400, message: "The file has column names but no rows." },
  "tables.too_large": { status: 413, message: "The file is larger than the limit of {limit}." },
  "tables.too_many_rows": { status: 413, message: "The table has more rows than the limit of {limit}." },
  "tables.too_many_columns": { status: 400, message: "The table has {found} columns; the limit is {limit}." },
  "tables.row_too_long": {
    status: 400,
    message: "The row that begins on line {line} is longer than {limit}; a quote may be left open, or the line ends may be missing.",
  },
  "tables.compression_bomb": { status: 400, message: "The compressed file grows more than {limit} times when unpacked; send it unpacked." },
  "tables.compression_damaged": { status: 400, message: "The gzip data is damaged or cut short." },
  "tables.format_unknown": { status: 400, message: "This looks like {format}; send CSV (plain or gzip) or Parquet." },
  "tables.encoding_unknown": {
    status: 400,
    message: "The text encoding {encoding} is not known; use utf-8, utf-16le, utf-16be, gb18030 or windows-1252.",
  },
  "tables.encoding_invalid": {
    status: 400,
    message: "The text on line {line} is not valid {encoding}; name the right encoding, or repair the file.",
  },
  "tables.dialect_invalid": { status: 400, message: "The way to read the file has {count} problem(s)." },
  "tables.column_names": { status: 400, message: "{count} column name(s) cannot be used." },
  "tables.columns_invalid": { status: 400, message: "{count} column(s) cannot be read as asked." },
  "tables.rows_invalid": { status: 400, message: "{count} row(s) cannot be read." },
  "tables.parquet_damaged": {
    status: 400,
    message: "The Parquet file cannot be read: it is damaged or uses a feature that is not supported.",
  },
  "tables.cancelled": { status: 409, message: "The work on the table was cancelled." },
  "tables.storage_full": { status: 507, message: "There is not enough space left to store the table." },
  "tables.import_failed": { status: 500, message: "The table could not be stored; the request id names it in the log." },
  "tables.column_unknown": { status: 400, message: "The table has no column {column}." },
  "tables.view_refused": { status: 400, message: "This SQL cannot be a view." },
  "tables.view_failed": { status: 400, message: "The view's SQL failed." },
  "tables.view_limit": { status: 400, message: "The view was stopped: it went over the limit of {limit}." },
  "tables.not_found": { status: 404, message: "There is no table {table}." },
  "tables.version_not_found": { status: 404, message: "The table {table} has no version {version}." },
  "tables.name_taken": { status: 409, message: "A table named {name} exists already." },
  "tables.in_use": {
    status: 409,
    message: "The table {table} cannot be deleted: {count} thing(s) need it.",
  },
  "tables.schema_invalid": { status: 400, message: "The schema has {count} problem(s)." },
  "tables.schema_changed": { status: 409, message: "Somebody else has just changed the schema of {table}; read it again." },
  "tables.not_upload": { status: 409, message: "The table {table} is a view; refresh it, or change its SQL, instead of uploading." },
  "tables.not_view": { status: 409, message: "The table {table} is no view; upload a new version instead." },
  "forest.parameters_invalid": { status: 400, message: "The training parameters have {count} problem(s)." },
  "forest.data_invalid": { status: 400, message: "The table cannot be trained on: {reason}." },
  "forest.target_invalid": { status: 400, message: "The target cannot be learned: {reason}." },
  "forest.target_one_class": { status: 400, message: "Every training row has the same class; a model needs at least two." },
  "forest.metadata_invalid": { status: 400, message: "The model's metadata cannot be stored: {reason}." },
  "forest.model_corrupt": { status: 422, message: "The model file is damaged or is none of ours: {reason}." },
  "forest.model_version_unsupported": { status: 422, message: "The model file has a format that this version cannot read: {reason}." },
} as const satisfies Record<string, ErrorSpec>;

export type ErrorCode = keyof typeof errors;

/** One thing that is wrong with an input: where, what, and what would be right. */
export interface Problem {
  /** A JSON pointer into the request, for example `/records/0/age`. */
  readonly path: string;
  readonly code: string;
  /** Key and values of the catalogue's words; see problems.ts. Absent from what an earlier release kept. */
  readonly word?: string;
  readonly values?: MessageValues;
  readonly message: string;
  readonly expected?: string;
}
