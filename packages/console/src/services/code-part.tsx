/** The same call in three languages, with the service's own example. */
import type { ServiceSchemaShape } from "@megalith/contract";
import { CopyButton, scrollsByKeyboard, Tabs } from "../design/parts.tsx";
import { useWords } from "../language/language.tsx";
import { callIn } from "./code.ts";
import { exampleForm, recordOf } from "./record.ts";

const languages = [
  ["curl", "curl"],
  ["typescript", "TypeScript"],
  ["python", "Python"],
] as const;

export function CodePart({ schema }: { schema: ServiceSchemaShape }) {
  const { say } = useWords();
  const address = `${location.origin}/api/v1/services/${schema.service}/decide`;
  const record = recordOf(schema.columns, exampleForm(schema.columns));
  const tabs = languages.map(([id, label]) => ({
    id,
    label,
    content: () => (
      <>
        <section className="code" aria-label={label} {...scrollsByKeyboard}>
          <code>{callIn(id, address, record)}</code>
        </section>
        <div>
          <CopyButton text={callIn(id, address, record)} />
        </div>
      </>
    ),
  }));
  return (
    <section className="card">
      <p className="quiet">{say("code.lead")}</p>
      <Tabs label={say("code.language")} tabs={tabs} />
    </section>
  );
}
