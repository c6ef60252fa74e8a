/** The environment that the command reads; the server has a table of its own. */
export const environmentTable = {
  url: { name: "MEGALITH_URL", default: "http://127.0.0.1:8080", doc: "Address of the server; --url goes before it." },
  key: { name: "MEGALITH_KEY", default: null, doc: "Key to show the server; --key-file goes before it." },
} as const;

export interface CommandEnvironment {
  readonly url: string;
  readonly key: string | null;
}

export function readEnvironment(environment: Readonly<Record<string, string | undefined>> = process.env): CommandEnvironment {
  const { url, key } = environmentTable;
  return { url: environment[url.name] || url.default, key: environment[key.name] || key.default };
}
