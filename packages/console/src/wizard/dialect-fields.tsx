/** How a file is written: what was detected, and a correction where that is wrong. */
import type { MessageKey } from "@megalith/contract";
import { Field } from "../design/field.tsx";
import { useWords } from "../language/language.tsx";

export interface Dialect {
  readonly encoding?: string;
  readonly delimiter?: string;
  readonly quote?: string;
  readonly decimal?: "." | ",";
  readonly header?: "true" | "false";
}

interface DialectFieldsProps {
  readonly value: Dialect;
  readonly detected: Readonly<Record<string, string | boolean>> | null;
  readonly onChange: (value: Dialect) => void;
}

export function DialectFields({ value, detected, onChange }: DialectFieldsProps) {
  const { say } = useWords();
  return (
    <details>
      <summary>{say("file.dialect")}</summary>
      <div className="stack">
        <p className="small quiet">{say("file.dialectHint")}</p>
        <div className="fields">
          {choices.map((choice) => (
            <ChoiceField
              key={choice.name}
              choice={choice}
              value={value[choice.name] ?? ""}
              detected={detected?.[choice.name]}
              onChange={(chosen) => {
                const { [choice.name]: _, ...rest } = value;
                onChange(chosen === "" ? rest : ({ ...rest, [choice.name]: chosen } as Dialect));
              }}
            />
          ))}
        </div>
      </div>
    </details>
  );
}

interface Choice {
  readonly name: keyof Dialect;
  readonly label: MessageKey;
  /** By code: its words, or none where the code is what people call it. */
  readonly options: Readonly<Record<string, MessageKey | undefined>>;
}

const choices: readonly Choice[] = [
  {
    name: "encoding",
    label: "file.encoding",
    options: { "utf-8": undefined, "utf-16le": undefined, "utf-16be": undefined, gb18030: undefined, "windows-1252": undefined },
  },
  {
    name: "delimiter",
    label: "file.delimiter",
    options: { ",": "file.comma", ";": "file.semicolon", "\t": "file.tab", "|": "file.pipe" },
  },
  { name: "quote", label: "file.quote", options: { '"': "file.quoteDouble", "'": "file.quoteSingle" } },
  { name: "decimal", label: "file.decimal", options: { ".": "file.point", ",": "file.comma" } },
  { name: "header", label: "file.names", options: { true: "file.namesFirst", false: "file.namesNone" } },
];

interface ChoiceFieldProps {
  readonly choice: Choice;
  /** Empty: as it is detected. */
  readonly value: string;
  readonly detected: string | boolean | undefined;
  readonly onChange: (value: string) => void;
}

function ChoiceField({ choice: { label, options }, value, detected, onChange }: ChoiceFieldProps) {
  const { say } = useWords();
  const wordOf = (code: string) => {
    const key = options[code];
    return key === undefined ? code : say(key);
  };
  return (
    <Field label={say(label)}>
      <select className="input" value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">{detected === undefined ? say("file.detect") : `${say("file.detect")}: ${wordOf(String(detected))}`}</option>
        {Object.keys(options).map((code) => (
          <option key={code} value={code}>
            {wordOf(code)}
          </option>
        ))}
      </select>
    </Field>
  );
}
