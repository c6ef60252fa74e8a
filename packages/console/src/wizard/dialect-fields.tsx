/** How a file is written: what was detected, and a correction where that is wrong. */
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
  const names = (encoding: string): [string, string] => [encoding, encoding];
  const fields: readonly [keyof Dialect, string, readonly [string, string][]][] = [
    ["encoding", say("file.encoding"), ["utf-8", "utf-16le", "utf-16be", "gb18030", "windows-1252"].map(names)],
    [
      "delimiter",
      say("file.delimiter"),
      [
        [",", say("file.comma")],
        [";", say("file.semicolon")],
        ["\t", say("file.tab")],
        ["|", say("file.pipe")],
      ],
    ],
    [
      "quote",
      say("file.quote"),
      [
        ['"', say("file.quoteDouble")],
        ["'", say("file.quoteSingle")],
      ],
    ],
    [
      "decimal",
      say("file.decimal"),
      [
        [".", say("file.point")],
        [",", say("file.comma")],
      ],
    ],
    [
      "header",
      say("file.names"),
      [
        ["true", say("file.namesFirst")],
        ["false", say("file.namesNone")],
      ],
    ],
  ];
  const wordOf = (options: readonly [string, string][], found: string | boolean | undefined) =>
    options.find(([code]) => code === String(found))?.[1] ?? found;
  return (
    <details>
      <summary>{say("file.dialect")}</summary>
      <div className="stack">
        <p className="small quiet">{say("file.dialectHint")}</p>
        <div className="fields">
          {fields.map(([name, label, options]) => {
            const found = wordOf(options, detected?.[name]);
            return (
              <Field key={name} label={label}>
                <select
                  className="input"
                  value={value[name] ?? ""}
                  onChange={(event) => {
                    const { [name]: _, ...rest } = value;
                    onChange(event.target.value === "" ? rest : ({ ...rest, [name]: event.target.value } as Dialect));
                  }}
                >
                  <option value="">{found === undefined ? say("file.detect") : `${say("file.detect")}: ${String(found)}`}</option>
                  {options.map(([code, word]) => (
                    <option key={code} value={code}>
                      {word}
                    </option>
                  ))}
                </select>
              </Field>
            );
          })}
        </div>
      </div>
    </details>
  );
}
