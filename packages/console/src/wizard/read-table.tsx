/** What was read of a file, and what could not be. */
import type { TableShape } from "@megalith/contract";
import { ApiError } from "../api/call-route.ts";
import { DataTable, ErrorNotice } from "../design/parts.tsx";
import { useWords } from "../language/language.tsx";
import { FirstRows } from "./first-rows.tsx";

export function ReadTable({ table }: { table: TableShape }) {
  const { say, number } = useWords();
  const { rowCount, schema, rejectedCount } = table.version;
  return (
    <>
      <p className="notice good" role="status">
        {say("file.read", { rows: number(rowCount), columns: number(schema.length) })}
        {rejectedCount === 0 ? null : ` · ${say("file.rejected", { count: number(rejectedCount) })}`}
      </p>
      <div className="stack tight">
        <h3>{say("file.preview")}</h3>
        <FirstRows table={table} />
      </div>
      {rejectedCount === 0 ? null : <RejectedRows table={table} />}
    </>
  );
}

function RejectedRows({ table }: { table: TableShape }) {
  const { say } = useWords();
  return (
    <div className="stack tight">
      <h3>{say("file.problems")}</h3>
      <DataTable
        label={say("file.problems")}
        head={[{ number: say("file.line") }, say("file.column"), say("file.problem"), say("file.text.found")]}
      >
        {table.version.rejected.map((row) => (
          <tr key={`${row.line} ${row.column}`}>
            <td className="number">{row.line}</td>
            <td>{row.column ?? "–"}</td>
            <td className="wrap">{row.message}</td>
            <td>
              <code>{row.text}</code>
            </td>
          </tr>
        ))}
      </DataTable>
    </div>
  );
}

export function UploadFault({ error }: { error: unknown }) {
  const { say, number } = useWords();
  if (!(error instanceof ApiError) || error.code !== "tables.rows_invalid") return <ErrorNotice error={error} />;
  return (
    <div className="notice bad stack tight" role="alert">
      <p>{say("file.refused", { count: number(Number(error.values.count ?? error.problems.length)) })}</p>
      <ul className="small listed">
        {error.problems.map(({ path, message }) => (
          <li key={`${path}${message}`}>{message}</li>
        ))}
      </ul>
    </div>
  );
}
