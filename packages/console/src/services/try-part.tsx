/** A form made from the service's schema, and the answer beside it. */
import { type DecideReply, type InputColumnShape, pointerPart, type ServiceSchemaShape, servingRoutes } from "@megalith/contract";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { callRoute } from "../api/call-route.ts";
import { Form, SubmitButton } from "../design/form.tsx";
import { useWords } from "../language/language.tsx";
import { Answer } from "./answer.tsx";
import { CellField } from "./cell-field.tsx";
import { exampleForm, recordOf } from "./record.ts";
import { wideFields } from "./wide-fields.ts";

export function TryPart({ schema }: { schema: ServiceSchemaShape }) {
  const { say } = useWords();
  const client = useQueryClient();
  const [form, setForm] = useState(() => exampleForm(schema.columns));
  const decide = useMutation({
    mutationFn: () =>
      callRoute(servingRoutes.decide, { params: { service: schema.service }, body: { record: recordOf(schema.columns, form) } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["decisions", schema.service] }),
  });
  const wide = wideFields(schema.columns);
  const set = ({ name }: InputColumnShape, value: string) => setForm((before) => ({ ...before, [name]: value }));
  return (
    <div className="two">
      <Form
        className="card"
        onSend={() => decide.mutateAsync()}
        actions={
          <>
            <SubmitButton>{say("try.submit")}</SubmitButton>
            <button type="button" className="button" onClick={() => setForm(exampleForm(schema.columns))}>
              {say("try.reset")}
            </button>
          </>
        }
      >
        <h2>{say("try.record")}</h2>
        <div className="fields">
          {schema.columns.map((column) => (
            <CellField
              key={column.name}
              column={column}
              name={`record/${pointerPart(column.name)}`}
              value={form[column.name] ?? ""}
              wide={wide.has(column.name)}
              onChange={(value) => set(column, value)}
            />
          ))}
        </div>
      </Form>
      <AnswerCard reply={decide.data} schema={schema} />
    </div>
  );
}

/** Stays in sight beside a long form; where it is below the form, it comes into sight with the answer. */
function AnswerCard({ reply, schema }: { reply: DecideReply | undefined; schema: ServiceSchemaShape }) {
  const { say, number } = useWords();
  const card = useRef<HTMLElement>(null);
  const decision = reply?.decisions[0];
  const id = decision?.id;
  useEffect(() => {
    const top = card.current?.getBoundingClientRect().top ?? 0;
    if (id !== undefined && (top < 0 || top > innerHeight / 2)) card.current?.scrollIntoView({ block: "start" });
  }, [id]);
  return (
    <section ref={card} className="card beside-long" aria-live="polite">
      <h2>{say("try.result")}</h2>
      {decision === undefined ? (
        <p className="quiet">{say("try.empty")}</p>
      ) : (
        <Answer decision={decision} target={schema.target} positive={schema.positive} />
      )}
      {reply === undefined || reply.remaining === null ? null : (
        <p className="small quiet">{say("try.remaining", { count: number(reply.remaining) })}</p>
      )}
    </section>
  );
}
