/** What turned out to be true of a decision: what is on record, and adding to it. Nothing is ever changed or removed. */
import { type ReplyOf, servingRoutes } from "@megalith/contract";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { callRoute } from "../api/call-route.ts";
import { Field } from "../design/field.tsx";
import { Form, SubmitButton } from "../design/form.tsx";
import { useToast } from "../design/toasts.tsx";
import { useWords } from "../language/language.tsx";
import { mayAs, useSignedIn } from "../session/session.tsx";

interface LabelsPartProps {
  readonly decision: string;
  readonly labels: ReplyOf<typeof servingRoutes.readDecision>["labels"];
  /** Of a classification; otherwise a number is asked for. */
  readonly classes: readonly string[];
}

export function LabelsPart({ decision, labels, classes }: LabelsPartProps) {
  const { say, time } = useWords();
  const toast = useToast();
  const client = useQueryClient();
  const mayLabel = mayAs(useSignedIn(), "analyst");
  const [value, setValue] = useState(classes[0] ?? "");
  const record = useMutation({
    mutationFn: () => {
      const told = classes.length > 0 ? value : Number(value);
      return callRoute(servingRoutes.recordLabels, { body: { labels: [{ decision, value: told, time: new Date().toISOString() }] } });
    },
    onSuccess: () => {
      toast(say("label.recorded"));
      return client.invalidateQueries({ queryKey: ["decision", decision] });
    },
  });
  return (
    <section className="card">
      <h2>{say("label.title")}</h2>
      {labels.length === 0 ? <p className="quiet">{say("label.none")}</p> : null}
      {labels.length === 0 ? null : (
        <ul className="stack">
          {labels.map((label) => (
            <li key={label.id} className="row apart small">
              <strong>{String(label.value)}</strong>
              <span className="quiet">{time(label.time)}</span>
            </li>
          ))}
        </ul>
      )}
      {mayLabel ? (
        <Form className="row top" onSend={() => record.mutateAsync()}>
          <Field label={say("label.value")} name="labels/0/value">
            {classes.length > 0 ? (
              <select className="input" value={value} onChange={(event) => setValue(event.target.value)}>
                {classes.map((name) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
              </select>
            ) : (
              <input className="input" type="number" step="any" required value={value} onChange={(event) => setValue(event.target.value)} />
            )}
          </Field>
          <SubmitButton className="button beside">{say("label.record")}</SubmitButton>
        </Form>
      ) : null}
    </section>
  );
}
