/** A decide call as code to paste. The key is read from the environment, never written into the code. */
import type { Cell } from "./record.ts";

export type CodeLanguage = "curl" | "typescript" | "python";

export function callIn(language: CodeLanguage, address: string, record: Readonly<Record<string, Cell>>): string {
  const json = JSON.stringify({ record }, null, 2);
  if (language === "curl")
    return `curl ${address} \\\n  -H "Authorization: Bearer $MEGALITH_KEY" \\\n  -H "Content-Type: application/json" \\\n  -d '${json.replaceAll("'", `'\\''`)}'`;
  if (language === "typescript")
    return `import { env } from "node:process";

const reply = await fetch(${JSON.stringify(address)}, {
  method: "POST",
  headers: { authorization: \`Bearer \${env.MEGALITH_KEY}\`, "content-type": "application/json" },
  body: JSON.stringify(${json.replaceAll("\n", "\n  ")}),
});
const { decisions } = await reply.json();
console.log(decisions[0].prediction, decisions[0].reasons);`;
  return `import json, os, urllib.request

body = json.loads(${JSON.stringify(JSON.stringify({ record }))})
request = urllib.request.Request(
    ${JSON.stringify(address)},
    data=json.dumps(body).encode(),
    headers={"Authorization": f"Bearer {os.environ['MEGALITH_KEY']}", "Content-Type": "application/json"},
)
decision = json.load(urllib.request.urlopen(request))["decisions"][0]
print(decision["prediction"], decision.get("reasons"))`;
}
