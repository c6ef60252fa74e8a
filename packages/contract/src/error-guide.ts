/**
 * Of each error what causes it and what to do about it: the reference's words. Its meaning is its message in errors.ts.
 *
 * English alone: programs read codes, and what a reply says of one input is in its problems, in the reader's language.
 */
import type { ErrorCode } from "./errors.ts";

interface Guide {
  readonly cause: string;
  readonly remedy: string;
}

const guide = (cause: string, remedy: string): Guide => ({ cause, remedy });
const listed = "Read `problems`: each has the path of its field, what was found and what would be right. Nothing was changed.";
const again = "Send the call again after the time in `Retry-After`, with the same Idempotency-Key if it has one: a repeat is free.";

export const errorGuide: Readonly<Record<ErrorCode, Guide>> = {
  "request.malformed": guide(
    "The body is no JSON, a text holds a NUL or half a surrogate pair, or the address has a wrong escape.",
    "Write the body by a JSON library. `problems` gives line, column and position, and what would be right there.",
  ),
  "request.invalid": guide("A field is missing, is unknown, or has a value that the operation does not take.", listed),
  "request.too_large": guide(
    "The body is longer than the operation reads: 1 MiB, or 4 MiB where records are asked.",
    "Send fewer records a call, at most 1,000. A table goes as a file of its own.",
  ),
  "request.unsupported_media": guide(
    "The body's content type is another one or is not given. curl's `-d` alone says it is a form.",
    "Send `Content-Type: application/json`, or for a file one of the types that are named.",
  ),
  "request.timeout": guide("The body did not arrive in time.", "Look at the connection and send the call again."),
  "request.not_found": guide(
    "Nothing of that kind has that name or id, or it is another customer's: the two are not told apart.",
    "Compare the id with a list of the caller's own things. For an id of a wrong form, `problems` says the right one.",
  ),
  "request.no_such_route": guide(
    "No operation has this method and path, or it is one of the provider's and the key is a customer's.",
    "Compare method and path with the API reference. `problems` names the operation that is near, when one is.",
  ),
  "server.internal": guide("A fault of the server.", "Look for the request id in the server's log, and report it."),
  "server.overloaded": guide("More calls wait than the server takes on, or its database is away for a moment.", again),
  "server.storage_full": guide("The disk of the data folder has no room.", "Free space there, then send the call again."),
  "server.starting": guide("The server has not finished starting, or is stopping.", `${again} \`GET /v2/health/ready\` says when.`),
  "server.data_newer": guide(
    "A later release has migrated the data folder.",
    "Start that release or a later one, or restore a backup that is older.",
  ),
  "server.data_altered": guide(
    "A migration's file is not what it was when it ran.",
    "Restore the release's own files; put a change into a migration of a new number.",
  ),
  "registry.model_not_found": guide("No model has that name.", "`GET /api/v1/models` lists them. A model is named by its first training."),
  "registry.version_not_found": guide("The model has no version of that number.", "`GET /api/v1/models/{model}/versions` lists them."),
  "registry.no_earlier_champion": guide("Nothing was champion before this one.", "Promote the version that you want by its number."),
  "registry.champion_differs": guide(
    "Somebody made another version the champion after you looked.",
    "Read the model again, and send the number that it has now as `expected`.",
  ),
  "serving.champion_unfit": guide(
    "The version predicts something else than the champion, or lacks the column from which a service takes a transaction's value.",
    "Publish another prediction as a model of its own; train the version with the column as a number, or change the service's value column first.",
  ),
  "registry.artifact_invalid": guide(
    "The bytes are no model that this server reads, or their card does not fit them.",
    "Send the file that `megalith train` wrote, unchanged.",
  ),
  "registry.artifact_damaged": guide(
    "The file of a version is gone from the disk or has other bytes than its hash.",
    "Restore it from a backup; a version is never made anew.",
  ),
  "serving.service_name_taken": guide("Another service has that name.", "Take another name, or change that service."),
  "serving.service_paused": guide(
    "The provider has paused the service.",
    "Try later or ask the provider. A repeat of an answered call is still answered.",
  ),
  "serving.settings_invalid": guide("Settings name a column or a plan that is not there.", listed),
  "serving.record_invalid": guide(
    "A record has an unknown column, a value of a wrong type, or lacks one that is required.",
    "Read `problems`; `GET /api/v1/services/{service}/schema` lists columns with an example. Nothing was charged.",
  ),
  "serving.key_reused": guide(
    "The key stands for a call with another body.",
    "Make a new Idempotency-Key for each question; keep it only for repeats.",
  ),
  "serving.reference_reused": guide(
    "A reference was sent before with another record, or stands twice in one call.",
    "Give each record a reference of its own.",
  ),
  "serving.quota_exceeded": guide(
    "The customer's quota of this month is used up.",
    "Wait for the next month of the plan's time zone, or ask the provider for more.",
  ),
  "serving.balance_exhausted": guide(
    "The customer pays in advance, and its balance is lower than the price.",
    "Ask the provider to credit the balance.",
  ),
  "serving.rate_limited": guide("The customer's calls a second are over its limit.", again),
  "serving.decision_gone": guide(
    "The subject was erased, or the service's retention has passed.",
    "Nothing can bring it back; usage and invoices stay.",
  ),
  "serving.label_invalid": guide("A label's value or time is none that its decision can have.", listed),
  "serving.label_unmatched": guide(
    "A label names a decision that is not the caller's or does not exist.",
    "Send `decision`, or `service` and the `reference` of the call.",
  ),
  "command.output_unusable": guide(
    "The file of `--out` cannot be written.",
    "Name a file in a folder that exists and that you may write to.",
  ),
  "command.input_invalid": guide(
    "A file or an option cannot be read as what it should be.",
    "Look at the file; the message says what is wrong.",
  ),
  "command.rows_invalid": guide("Rows of the file have problems of their own.", "Correct the rows that are named. Nothing was sent."),
  "command.name_unknown": guide("The server has no such thing under that name.", "List what there is, and look at `--url` and the key."),
  "command.name_ambiguous": guide("A model and a service have the same name.", "Add `--as model` or `--as service`."),
  "backup.file_exists": guide("A file of that name is there.", "Name another file; a backup never overwrites."),
  "backup.folder_not_empty": guide("The data folder holds something.", "Restore into a folder that is new or empty."),
  "backup.no_data": guide("The folder was never a server's, or `MEGALITH_DATA` names another.", "Name the folder that the server uses."),
  "backup.unreadable": guide(
    "The file is no backup, is cut short, or was altered.",
    "Take another copy; a damaged backup is refused whole.",
  ),
  "training.target_invalid": guide("The target has one value, is text where a number is needed, or has too many classes.", listed),
  "training.columns_unknown": guide("A column that was named is not in the table.", `${listed} A near name is asked for.`),
  "training.no_columns": guide(
    "Every column is ignored or was left out as a leak.",
    "Keep a column by `keep`, or add columns that are known before the outcome.",
  ),
  "training.parameters_invalid": guide("A parameter is outside of its range.", listed),
  "training.weight_invalid": guide("A row has no weight, or one below 0.", "Repair the row that is named, or train without weights."),
  "training.impossible": guide("The rows cannot be learned from.", listed),
  "training.output_clash": guide("Two columns of the output would have one name.", "Rename the column of the table, or leave reasons out."),
  "training.worker_lost": guide(
    "The worker's process ended again and again, mostly for want of memory.",
    "Train on fewer rows or columns, or give the machine more memory.",
  ),
  "training.job_ended": guide("A job that is done, failed or cancelled cannot be cancelled.", "Read the job: it says how it ended."),
  "access.unauthenticated": guide(
    "No key and no session, or one that has ended or is not right.",
    "Send `Authorization: Bearer` and the key, or sign in again.",
  ),
  "access.sign_in_failed": guide("E-mail, password or key do not fit.", "Look at both; which of them is wrong is not told."),
  "access.scope_missing": guide("The key may not do this.", "Make a key with the scope that is named."),
  "access.role_missing": guide("The member's role is too low.", "Ask an owner for the role that is named."),
  "access.csrf": guide(
    "A change came with the console's cookie from another page.",
    "Send a key from programs; cookies are for the console.",
  ),
  "access.too_many_failures": guide(
    "Signing in failed too often for this account or address.",
    "Wait for the time that is named; each further failure doubles it.",
  ),
  "accounts.customer_suspended": guide("The provider has suspended the customer.", "Ask the provider. Keys work again when it is active."),
  "accounts.key_revoked": guide("The key has ended.", "Make a new key instead of a successor."),
  "accounts.key_rotated": guide("The key has a successor.", "Rotate that one; its secret is shown once, and lost it can only be replaced."),
  "accounts.email_taken": guide("A person with that e-mail has a login.", "Sign in with it, or take another e-mail."),
  "accounts.invite_invalid": guide("The link was used, is older than seven days, or was never made.", "Ask for a new invitation."),
  "accounts.login_without_role": guide(
    "Roles are the provider's; a customer's login has none.",
    "Invite the person to the provider instead.",
  ),
  "accounts.last_owner": guide("Without an owner nobody could manage members.", "Make another member an owner first."),
  "accounts.customer_name_taken": guide("Another customer has that name.", "Take another name, or change that customer."),
  "metering.currency_differs": guide("A balance is of one currency.", "Send the credit in the currency that is kept."),
  "metering.credit_reused": guide(
    "The reference stands for a credit of another amount.",
    "Send a new reference, or the first amount for a repeat.",
  ),
  "billing.invoice_issued": guide(
    "A preview was asked of a month that is invoiced.",
    "Read the invoice by its number; it has a PDF of its own.",
  ),
  "billing.plan_not_found": guide("No plan has that name.", "`GET /api/v1/plans` lists them."),
  "billing.plan_name_taken": guide("Another plan has that name.", "Take another name, or add a version to that plan."),
  "billing.plan_invalid": guide("Tiers do not rise, a price is below 0, or currency or time zone are not known.", listed),
  "billing.month_open": guide(
    "Somewhere in the plans' time zones the month is not over.",
    "Issue it from the time that is named; a preview works at any time.",
  ),
  "tables.empty": guide("The file has no bytes.", "Send the file itself as the body, for example by `curl --data-binary @FILE`."),
  "tables.no_rows": guide("Below its header the file has no row.", "Send a file with rows, or `header=false` if the first line is one."),
  "tables.too_large": guide("The file is larger than the server takes.", "Send less, or Parquet, which is smaller."),
  "tables.too_many_rows": guide("The table has more rows than the server takes.", "Send a sample or fewer years."),
  "tables.too_many_columns": guide(
    "The table has more columns than a model can have.",
    "Leave columns out. A wrong `delimiter` can make too many too.",
  ),
  "tables.row_too_long": guide(
    "A quote is never closed, or lines have no ends.",
    "Look at the line that is named; give `quote` and `escape` if they are unusual.",
  ),
  "tables.compression_bomb": guide("The packed file is mostly repetition.", "Send it unpacked."),
  "tables.compression_damaged": guide("The gzip data ends early or is altered.", "Pack and send the file again."),
  "tables.format_unknown": guide("The first bytes are those of another format.", "Export CSV or Parquet from the program that wrote it."),
  "tables.encoding_unknown": guide(
    "`encoding` names none that is read.",
    "Send one of those that are named, or leave it out: it is detected.",
  ),
  "tables.encoding_invalid": guide("Bytes are not of the encoding.", "Name the right `encoding`, or repair the line that is named."),
  "tables.dialect_invalid": guide("Delimiter, quote and escape are not single characters, or two are the same.", listed),
  "tables.column_names": guide("Names are missing, too long, or the same twice.", listed),
  "tables.columns_invalid": guide("A column cannot be read as the kind that was asked.", listed),
  "tables.rows_invalid": guide(
    "Rows have a wrong number of cells or values of a wrong kind.",
    "Repair the lines that are named, or send `mode=lenient`, which leaves them out and lists them.",
  ),
  "tables.parquet_damaged": guide(
    "The file is cut short, or uses an encryption or codec that is not read.",
    "Write it again, for example with Snappy or Zstandard.",
  ),
  "tables.cancelled": guide("The caller hung up, or the work was stopped.", "Send it again; nothing half-imported stays."),
  "tables.storage_full": guide("The disk has no room.", "Free space in the data folder, or move it."),
  "tables.import_failed": guide(
    "A fault of the server while it stored the table.",
    "Look for the request id in the log; nothing half-imported stays.",
  ),
  "tables.column_unknown": guide("The table has no such column.", "`GET /api/v1/tables/{table}` lists them."),
  "tables.view_refused": guide("The SQL is no single SELECT, or uses what could reach files or the network.", listed),
  "tables.view_failed": guide("The query failed when it ran.", "Read `problems`: it holds what the database said."),
  "tables.view_limit": guide("The query took too long or too much memory or room.", "Select fewer rows or columns, or join on a key."),
  "tables.not_found": guide("No table has that name.", "`GET /api/v1/tables` lists them."),
  "tables.version_not_found": guide("The table has no version of that number.", "`GET /api/v1/tables/{table}/versions` lists them."),
  "tables.name_taken": guide("Another table has that name.", "Take another name, or add a version to that table."),
  "tables.in_use": guide("Views, versions of models or jobs need the table.", "Remove what `problems` names first."),
  "tables.schema_invalid": guide("A correction names an unknown column, or a kind that the values do not have.", listed),
  "tables.schema_changed": guide(
    "Somebody else has corrected the schema at the same time.",
    "Read the table again and send the correction once more.",
  ),
  "tables.not_upload": guide("A view has no file.", "Refresh the view, or upload to a table of its own."),
  "tables.not_view": guide("A table that was uploaded has no SQL.", "Upload a new version instead."),
  "forest.parameters_invalid": guide("A parameter is outside of its range.", listed),
  "forest.data_invalid": guide("The engine cannot read the table as it was handed over.", "Correct what the message names."),
  "forest.target_invalid": guide("A row's outcome is missing or is none of the classes.", "Leave such rows out, or repair them."),
  "forest.target_one_class": guide("All rows have the same outcome.", "Add rows of another outcome."),
  "forest.metadata_invalid": guide("What stands beside the trees is too long or cannot be text.", "Shorten names and categories."),
  "forest.model_corrupt": guide("The file is cut short, altered, or of something else.", "Take the file that training wrote."),
  "forest.model_version_unsupported": guide("A later release wrote the file.", "Read it with that release, or train again."),
};

/** What stands in the place of a message's {placeholder} in an example. */
export const exampleValues: Readonly<Record<string, string | number>> = {
  accepted: "application/json",
  column: "outcome",
  count: 1,
  current: 3,
  email: "ada@provider.example",
  encoding: "utf-8",
  expected: 2,
  file: "loans.csv",
  folder: ".megalith",
  format: "a ZIP archive",
  found: 5001,
  from: "2026-06-01T10:00:00Z",
  given: "USD",
  kept: "EUR",
  key: "loan desk",
  kind: "service",
  limit: "1048576 bytes",
  line: 7,
  migration: "0013",
  model: "credit-risk",
  month: "2026-05",
  name: "loans",
  number: "INV-2026-000001",
  own: "viewer",
  plan: "standard",
  quota: 100_000,
  rate: 50,
  reason: "the body is not JSON at line 1, column 16 (position 15)",
  reference: "transfer-311",
  role: "engineer",
  row: 7,
  scope: "decide",
  seconds: 1,
  service: "credit-risk",
  sha256: "c9a6034bfc3eeb68328700f0d43983a776fd6f780233232b980efc4ca49c7b86",
  source: "loans.csv",
  state: "done",
  successor: "key_0193c0ffee0070008000000000000002",
  table: "loans",
  type: "application/x-www-form-urlencoded",
  version: 2,
  what: "service",
};
