/** A chosen file: under which name it is kept and how it is read; then what was read of it. */
import type { TableShape } from "@megalith/contract";
import { useState } from "react";
import { Field } from "../design/field.tsx";
import { Form, SubmitButton } from "../design/form.tsx";
import { useUnsaved } from "../design/unsaved.tsx";
import { useWords } from "../language/language.tsx";
import { namePattern } from "./address-name.ts";
import { type Dialect, DialectFields } from "./dialect-fields.tsx";
import { ReadTable, UploadFault } from "./read-table.tsx";
import { StepTitle } from "./step-title.tsx";
import { type Reading, useUpload } from "./use-upload.ts";

interface FileFormProps {
  readonly file: File;
  readonly onOther: () => void;
  readonly onDone: (table: TableShape) => void;
}

export function FileForm({ file, onOther, onDone }: FileFormProps) {
  const { say, number } = useWords();
  const title = titleOfFile(file.name);
  const [name, setName] = useState(() => nameOfTitle(title));
  const [mode, setMode] = useState<Reading["mode"]>("strict");
  const [dialect, setDialect] = useState<Dialect>({});
  const { table, share, wasCancelled, send, cancel } = useUpload(file);
  useUnsaved(table === null || share !== null);
  return (
    <Form
      className="card"
      onSend={() => send({ name, title, mode, dialect })}
      codes={{ "tables.name_taken": "name" }}
      explain={(error) => <UploadFault error={error} />}
      actions={
        <>
          <SubmitButton className={table === null ? "button primary" : "button"}>
            {say(table === null ? "file.upload" : "file.again")}
          </SubmitButton>
          {table === null ? null : (
            <button type="button" className="button primary" disabled={share !== null} onClick={() => onDone(table)}>
              {say("common.next")}
            </button>
          )}
        </>
      }
    >
      <div className="row apart">
        <StepTitle step="file">{say("file.chosen", { name: file.name, size: sizeInWords(file.size, number) })}</StepTitle>
        <button type="button" className="button small" disabled={share !== null} onClick={onOther}>
          {say("file.other")}
        </button>
      </div>
      <div className="fields roomy">
        <Field label={say("file.tableName")} name="name">
          <input
            className="input"
            required
            disabled={table !== null}
            pattern={namePattern}
            title={say("common.nameHint")}
            maxLength={64}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <Field label={say("file.mode")} name="mode">
          <select className="input" value={mode} onChange={(event) => setMode(event.target.value as Reading["mode"])}>
            <option value="strict">{say("file.strict")}</option>
            <option value="lenient">{say("file.lenient")}</option>
          </select>
        </Field>
      </div>
      <DialectFields value={dialect} detected={table?.version.dialect ?? null} onChange={setDialect} />
      {share === null ? null : <Progress share={share} onCancel={cancel} />}
      {wasCancelled ? (
        <p className="notice" role="status">
          {say("network.cancelled")}
        </p>
      ) : null}
      {table === null ? null : <ReadTable table={table} />}
    </Form>
  );
}

/** Sent by share; how long the reading takes nobody knows before. */
function Progress({ share, onCancel }: { share: number; onCancel: () => void }) {
  const { say, number } = useWords();
  const text = say(share < 1 ? "file.uploading" : "file.reading");
  return (
    <div className="stack tight">
      <p className="row apart small">
        <span className="quiet" role="status">
          {text}
        </span>
        {share < 1 ? <span className="number">{number(share * 100)}%</span> : null}
      </p>
      <progress className="progress" aria-label={text} {...(share < 1 ? { value: share } : {})} />
      <div>
        <button type="button" className="button small" onClick={onCancel}>
          {say("common.cancel")}
        </button>
      </div>
    </div>
  );
}

function titleOfFile(file: string): string {
  return file.replace(/\.(csv|tsv|txt|parquet)?(\.gz)?$/i, "").slice(0, 200) || file.slice(0, 200);
}

function nameOfTitle(title: string): string {
  return (
    title
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .slice(0, 60)
      .replaceAll(/^-+|-+$/g, "") || "table"
  );
}

function sizeInWords(bytes: number, number: (value: number, digits?: number) => string): string {
  const units = ["KB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(bytes, 1)) / 10) - 1));
  return `${number(bytes / 1024 ** (power + 1), 1)} ${units[power]}`;
}
