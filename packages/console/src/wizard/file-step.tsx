/** The first step: a file is dropped, sent with progress, and read; what cannot be read is shown by line and column. */
import { type TableShape, tablesRoutes } from "@megalith/contract";
import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { ApiError } from "../api/call-route.ts";
import { uploadFile } from "../api/upload.ts";
import { DataTable, ErrorNotice, Field } from "../design/parts.tsx";
import { useWords } from "../language/language.tsx";
import { type Dialect, DialectFields } from "./dialect-fields.tsx";
import { FirstRows } from "./first-rows.tsx";

export function nameOfFile(file: string): string {
  const plain = file.replace(/\.(csv|tsv|txt|parquet)?(\.gz)?$/i, "").toLowerCase();
  return (
    plain
      .replaceAll(/[^a-z0-9]+/g, "-")
      .slice(0, 60)
      .replaceAll(/^-+|-+$/g, "") || "table"
  );
}

export function FileStep({ onDone }: { onDone: (table: TableShape) => void }) {
  const { say, number } = useWords();
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState("");
  const [mode, setMode] = useState<"strict" | "lenient">("strict");
  const [dialect, setDialect] = useState<Dialect>({});
  const [share, setShare] = useState(0);
  const [table, setTable] = useState<TableShape | null>(null);
  const send = useMutation({
    mutationFn: (chosen: File) => {
      setShare(0);
      const { header, ...rest } = dialect;
      const reading = { mode, ...rest, ...(header === undefined ? {} : { header: header === "true" }) };
      if (table === null) return uploadFile(tablesRoutes.createTable, { query: { name, ...reading } }, chosen, setShare).done;
      return uploadFile(tablesRoutes.addTableVersion, { params: { table: table.name }, query: reading }, chosen, setShare).done;
    },
    onSuccess: setTable,
  });
  const choose = (chosen: File) => {
    setFile(chosen);
    setName(nameOfFile(chosen.name));
    setTable(null);
    send.reset();
  };
  if (file === null) return <DropArea onFile={choose} />;
  return (
    <form
      className="stack loose"
      onSubmit={(event) => {
        event.preventDefault();
        send.mutate(file);
      }}
    >
      <section className="card">
        <div className="row apart">
          <h2>{say("file.chosen", { name: file.name, size: `${number(file.size / 1024, 1)} KB` })}</h2>
          <button type="button" className="button small" onClick={() => setFile(null)}>
            {say("file.other")}
          </button>
        </div>
        <div className="fields">
          <Field label={say("file.tableName")}>
            <input
              className="input"
              required
              disabled={table !== null}
              pattern="[a-z0-9]([a-z0-9\-]*[a-z0-9])?"
              maxLength={64}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          </Field>
          <Field label={say("file.mode")}>
            <select className="input" value={mode} onChange={(event) => setMode(event.target.value as typeof mode)}>
              <option value="strict">{say("file.strict")}</option>
              <option value="lenient">{say("file.lenient")}</option>
            </select>
          </Field>
        </div>
        <DialectFields value={dialect} detected={table?.version.dialect ?? null} onChange={setDialect} />
        {send.isPending ? (
          <div role="status">
            <p className="small quiet">{say(share < 1 ? "file.uploading" : "file.reading")}</p>
            {share < 1 ? (
              <progress className="progress" value={share} aria-label={say("file.uploading")} />
            ) : (
              <progress className="progress" aria-label={say("file.reading")} />
            )}
          </div>
        ) : null}
        <UploadFault error={send.error} />
        {table === null ? null : <ReadTable table={table} />}
        <div className="row">
          <button type="submit" className={table === null ? "button primary" : "button"} disabled={send.isPending}>
            {say(table === null ? "file.upload" : "file.again")}
          </button>
          {table === null ? null : (
            <button type="button" className="button primary" onClick={() => onDone(table)}>
              {say("common.next")}
            </button>
          )}
        </div>
      </section>
    </form>
  );
}

function DropArea({ onFile }: { onFile: (file: File) => void }) {
  const { say } = useWords();
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  return (
    <section
      className={over ? "drop over" : "drop"}
      aria-label={say("file.title")}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const file = event.dataTransfer.files[0];
        if (file !== undefined) onFile(file);
      }}
    >
      <h2>{say("file.title")}</h2>
      <p className="quiet">{say("file.text")}</p>
      <button type="button" className="button primary" onClick={() => input.current?.click()}>
        {say("file.choose")}
      </button>
      <p className="small quiet">{say("file.drop")}</p>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={say("file.choose")}
        accept=".csv,.tsv,.txt,.gz,.parquet"
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file !== undefined) onFile(file);
        }}
      />
    </section>
  );
}

function UploadFault({ error }: { error: Error | null }) {
  const { say, sayError } = useWords();
  if (!(error instanceof ApiError) || error.code !== "tables.rows_invalid") return <ErrorNotice error={error} />;
  return (
    <div className="notice bad stack" role="alert">
      <p>{sayError(error)}</p>
      <DataTable label={say("file.problems")} head={[say("file.problems"), say("file.problem")]}>
        {error.problems.map((problem) => (
          <tr key={`${problem.path}${problem.message}`}>
            <td>{problem.path}</td>
            <td>{problem.message}</td>
          </tr>
        ))}
      </DataTable>
    </div>
  );
}

function ReadTable({ table }: { table: TableShape }) {
  const { say, number } = useWords();
  const { rowCount, schema, rejectedCount, rejected } = table.version;
  return (
    <div className="stack" role="status">
      <p className="notice good">{say("file.read", { rows: number(rowCount), columns: number(schema.length) })}</p>
      <h3>{say("file.preview")}</h3>
      <FirstRows table={table} />
      {rejectedCount === 0 ? null : (
        <>
          <p>{say("file.rejected", { count: number(rejectedCount) })}</p>
          <DataTable
            label={say("file.problems")}
            head={[{ number: say("file.line") }, say("file.column"), say("file.problem"), say("file.text.found")]}
          >
            {rejected.map((row) => (
              <tr key={`${row.line} ${row.column}`}>
                <td className="number">{row.line}</td>
                <td>{row.column ?? "–"}</td>
                <td>{row.message}</td>
                <td>
                  <code>{row.text}</code>
                </td>
              </tr>
            ))}
          </DataTable>
        </>
      )}
    </div>
  );
}
