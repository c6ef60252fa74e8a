/** One cell of a record as a field of its kind; a long choice is readable in full, which a select on a small screen is not. */
import type { InputColumnShape } from "@megalith/contract";
import { Field } from "../design/field.tsx";
import { useWords } from "../language/language.tsx";
import { labelOf } from "./label-of.ts";
import { optionsOf } from "./wide-fields.ts";

interface CellFieldProps {
  readonly column: InputColumnShape;
  readonly name: string;
  readonly value: string;
  readonly wide: boolean;
  readonly onChange: (value: string) => void;
}

/** What a small screen has room for. */
const smallScreenLength = 30;

export function CellField({ column, name, value, wide, onChange }: CellFieldProps) {
  const { say } = useWords();
  const options = optionsOf(column);
  const label = column.required ? say("try.required", { column: labelOf(column.name) }) : labelOf(column.name);
  if (options.length === 0)
    return (
      <Field
        label={label}
        name={name}
        wide={wide}
        fault={column.kind === "numeric" && !Number.isFinite(Number(value)) ? say("form.number") : undefined}
      >
        <input
          className="input"
          type={column.kind === "date" && /^(\d{4}-\d{2}-\d{2})?$/.test(value) ? "date" : "text"}
          inputMode={column.kind === "numeric" ? "decimal" : "text"}
          value={value}
          required={column.required}
          placeholder={say("try.missing")}
          onChange={(event) => onChange(event.target.value)}
        />
      </Field>
    );
  return (
    <Field label={label} name={name} wide={wide} aside={value.length > smallScreenLength ? value : undefined}>
      <select className="input" value={value} required={column.required} onChange={(event) => onChange(event.target.value)}>
        <option value="">{say("try.missing")}</option>
        {options.map((option) => (
          <option key={option} value={option}>
            {column.kind === "boolean" ? say(option === "true" ? "common.yes" : "common.no") : option}
          </option>
        ))}
      </select>
    </Field>
  );
}
