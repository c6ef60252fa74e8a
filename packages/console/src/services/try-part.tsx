/** A form made from the service's schema, and the answer beside it. */
import { type ServiceSchemaShape, servingRoutes } from "@megalith/contract";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { callRoute } from "../api/call-route.ts";
import { Field } from "../design/field.tsx";
import { ErrorNotice } from "../design/parts.tsx";
import { useWords } from "../language/language.tsx";
import { Answer } from "./answer.tsx";
import { exampleForm, recordOf } from "./record.ts";

type Column = ServiceSchemaShape["columns"][number];

export function TryPart({ schema }: { schema: ServiceSchemaShape }) {
  const { say, number } = useWords();
  const client = useQueryClient();
  const [form, setForm] = useState(() => exampleForm(schema.columns));
  const decide = useMutation({
    mutationFn: () =>
      callRoute(servingRoutes.decide, { params: { service: schema.service }, body: { record: recordOf(schema.columns, form) } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["decisions", schema.service] }),
  });
  const decision = decide.data?.decisions[0];
  const remaining = decide.data?.remaining ?? null;
  return (
    <div className="two">
      <form
        className="card"
        onSubmit={(event) => {
          event.preventDefault();
          decide.mutate();
        }}
      >
        <h2>{say("try.record")}</h2>
        <div className="fields">
          {schema.columns.map((column) => (
            <Field key={column.name} label={column.name.replaceAll("_", " ")}>
              <CellInput column={column} value={form[column.name] ?? ""} onChange={(value) => setForm({ ...form, [column.name]: value })} />
            </Field>
          ))}
        </div>
        <div className="row">
          <button type="submit" className="button primary" disabled={decide.isPending}>
            {say("try.submit")}
          </button>
          <button type="button" className="button" onClick={() => setForm(exampleForm(schema.columns))}>
            {say("try.reset")}
          </button>
        </div>
      </form>
      <section className="card" aria-live="polite">
        <h2>{say("try.result")}</h2>
        <ErrorNotice error={decide.error} />
        {decision === undefined ? (
          <p className="quiet">{say("try.empty")}</p>
        ) : (
          <Answer decision={decision} target={schema.target} positive={schema.positive} />
        )}
        {remaining === null ? null : <p className="small quiet">{say("try.remaining", { count: number(remaining) })}</p>}
      </section>
    </div>
  );
}

function CellInput({ id, column, value, onChange }: { id?: string; column: Column; value: string; onChange: (value: string) => void }) {
  const { say } = useWords();
  const options = column.kind === "boolean" ? ["true", "false"] : column.kind === "category" ? (column.categories ?? []) : [];
  if (options.length > 0)
    return (
      <select id={id} className="input" value={value} required={column.required} onChange={(event) => onChange(event.target.value)}>
        <option value="">{say("try.missing")}</option>
        {options.map((option) => (
          <option key={option} value={option}>
            {column.kind === "boolean" ? say(option === "true" ? "common.yes" : "common.no") : option}
          </option>
        ))}
      </select>
    );
  const inputMode = column.kind === "numeric" ? "decimal" : "text";
  return (
    <input
      id={id}
      className="input"
      type={column.kind === "date" && /^(\d{4}-\d{2}-\d{2})?$/.test(value) ? "date" : "text"}
      inputMode={inputMode}
      value={value}
      required={column.required}
      placeholder={say("try.missing")}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
