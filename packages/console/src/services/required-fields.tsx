/** Which columns a record must have a value for. */
import type { InputColumnShape } from "@megalith/contract";
import { useWords } from "../language/language.tsx";
import { labelOf } from "./label-of.ts";

interface RequiredFieldsProps {
  readonly columns: readonly InputColumnShape[];
  readonly value: readonly string[];
  readonly onChange: (value: string[]) => void;
}

export function RequiredFields({ columns, value, onChange }: RequiredFieldsProps) {
  const { say, number } = useWords();
  return (
    <details>
      <summary>{say("settings.required", { count: number(value.length) })}</summary>
      <p className="small quiet">{say("settings.requiredHint")}</p>
      <fieldset className="plain checks">
        <legend>{say("settings.requiredColumns")}</legend>
        {columns.map(({ name }) => (
          <label key={name} className="check">
            <input
              type="checkbox"
              checked={value.includes(name)}
              onChange={(event) => onChange(event.target.checked ? [...value, name] : value.filter((one) => one !== name))}
            />
            {labelOf(name)}
          </label>
        ))}
      </fieldset>
    </details>
  );
}
