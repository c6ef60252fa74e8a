/** How many reasons come with an answer. */
import type { ExplanationPolicy } from "@megalith/contract";
import { Field } from "../design/field.tsx";
import { useWords } from "../language/language.tsx";

const kinds = ["none", "top", "all"] as const;

export function ExplanationFields({ value, onChange }: { value: ExplanationPolicy; onChange: (value: ExplanationPolicy) => void }) {
  const { say } = useWords();
  return (
    <>
      <Field label={say("publish.explanation")} name="explanation/kind">
        <select
          className="input"
          value={value.kind}
          onChange={(event) => {
            const kind = event.target.value as ExplanationPolicy["kind"];
            onChange(kind === "top" ? { kind, count: value.count ?? 5 } : { kind });
          }}
        >
          {kinds.map((kind) => (
            <option key={kind} value={kind}>
              {say(`explanation.${kind}`)}
            </option>
          ))}
        </select>
      </Field>
      {value.kind === "top" ? (
        <Field label={say("publish.count")} name="explanation/count">
          <input
            className="input"
            type="number"
            min={1}
            max={50}
            required
            value={Number.isNaN(value.count) ? "" : (value.count ?? 5)}
            onChange={(event) => onChange({ kind: "top", count: event.target.valueAsNumber })}
          />
        </Field>
      ) : null}
    </>
  );
}
