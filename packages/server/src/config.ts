/**
 * The settings of a server: one table gives the type, the parser, `--help` and the reference page.
 *
 * The only file that reads the environment. All faults are told at once; an unknown MEGALITH_ name is refused.
 */
import { isIP } from "node:net";

type Kind = "seconds" | "port" | "path" | "text" | "host" | "count" | "flag" | "networks";

interface Setting {
  readonly name: string;
  readonly kind: Kind;
  readonly default: string | null;
  readonly unit?: string;
  readonly doc: string;
  readonly secret?: boolean;
}

export const settings = {
  port: { name: "MEGALITH_PORT", kind: "port", default: "8080", doc: "Port of the console and the API." },
  host: { name: "MEGALITH_HOST", kind: "host", default: "127.0.0.1", doc: "Address to listen on; 0.0.0.0 for all." },
  dataFolder: {
    name: "MEGALITH_DATA",
    kind: "path",
    default: ".megalith",
    doc: "Where everything is kept, relative to where the command is given: the clone.",
  },
  databaseUrl: {
    name: "DATABASE_URL",
    kind: "text",
    default: null,
    secret: true,
    doc: "A PostgreSQL of your own; without it one is started in the data folder.",
  },
  metricsHost: {
    name: "MEGALITH_METRICS_HOST",
    kind: "host",
    default: null,
    doc: "Serve /metrics without a key on this address (and MEGALITH_METRICS_PORT); otherwise it needs the admin key.",
  },
  metricsPort: { name: "MEGALITH_METRICS_PORT", kind: "port", default: "9464", doc: "Port of /metrics when MEGALITH_METRICS_HOST is set." },
  trainingThreads: { name: "MEGALITH_WORKERS", kind: "count", default: "1", unit: "processes", doc: "Training jobs that run at once." },
  imports: {
    name: "MEGALITH_IMPORTS",
    kind: "count",
    default: "2",
    unit: "imports",
    doc: "Files and views that are read at once; a few more wait, others are asked to come back.",
  },
  viewSeconds: { name: "MEGALITH_VIEW_SECONDS", kind: "seconds", default: "30", unit: "seconds", doc: "The longest that a view may run." },
  secureCookies: { name: "MEGALITH_SECURE_COOKIES", kind: "flag", default: "false", doc: "true behind HTTPS: cookies are marked Secure." },
  trustedProxies: {
    name: "MEGALITH_TRUSTED_PROXIES",
    kind: "networks",
    default: null,
    doc: "Addresses or networks (10.0.0.0/8), by comma, of proxies whose X-Forwarded-For says where a caller is; else it is not read.",
  },
  requestLog: {
    name: "MEGALITH_REQUEST_LOG",
    kind: "flag",
    default: "true",
    doc: "One JSON line a request on standard output; where that is a terminal, in requests.log in the data folder, the last 64 MiB of them.",
  },
  demo: {
    name: "MEGALITH_DEMO",
    kind: "flag",
    default: "true",
    doc: "On the first run, make the service credit-risk and the customer demo.",
  },
} as const satisfies Record<string, Setting>;

/** Names of the command's own table and of the tests; they are no faults here. */
const foreign = new Set([
  "MEGALITH_URL",
  "MEGALITH_KEY",
  "MEGALITH_TEST_DATABASE",
  "MEGALITH_TEST_FOLDER",
  "MEGALITH_PROVE",
  "MEGALITH_PROVE_COUNTS",
]);

type ValueOf<S extends Setting> = S["kind"] extends "port" | "count" | "seconds"
  ? number
  : S["kind"] extends "flag"
    ? boolean
    : S["kind"] extends "networks"
      ? readonly string[]
      : string;
export type Config = {
  readonly [K in keyof typeof settings]: (typeof settings)[K]["default"] extends null
    ? ValueOf<(typeof settings)[K]> | null
    : ValueOf<(typeof settings)[K]>;
};

export type Environment = Readonly<Record<string, string | undefined>>;

export class ConfigError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The configuration has ${faults.length} fault(s):\n${faults.map((fault) => `  - ${fault}`).join("\n")}`);
    this.name = "ConfigError";
    this.faults = faults;
  }
}

/** @throws ConfigError with every fault. */
export function readConfig(environment: Environment = process.env): Config {
  const faults: string[] = [];
  const known = new Set<string>(Object.values(settings).map((setting) => setting.name));
  for (const name of Object.keys(environment))
    if (name.startsWith("MEGALITH_") && !known.has(name) && !foreign.has(name))
      faults.push(`${name} is no setting. Known: ${[...known].join(", ")}.`);
  const entries = Object.entries(settings).map(([key, setting]: [string, Setting]) => {
    const text = environment[setting.name] ?? setting.default;
    return [key, text === null ? null : parse(setting, text, faults)];
  });
  if (faults.length > 0) throw new ConfigError(faults);
  return Object.fromEntries(entries) as Config;
}

const ranges = { port: [0, 65_535], count: [1, 64], seconds: [1, 86_400] } as const;

type Value = string | number | boolean | readonly string[];

function parse(setting: Setting, text: string, faults: string[]): Value {
  const shown = setting.secret === true ? "***" : JSON.stringify(text);
  switch (setting.kind) {
    case "port":
    case "seconds":
    case "count": {
      const value = Number(text);
      const [low, high] = ranges[setting.kind];
      if (text.trim() === "" || !Number.isInteger(value) || value < low || value > high)
        faults.push(`${setting.name}=${shown}: a whole number from ${low} to ${high}.`);
      return value;
    }
    case "flag":
      if (text !== "true" && text !== "false") faults.push(`${setting.name}=${shown}: true or false.`);
      return text === "true";
    case "networks": {
      const parts = text.split(",").map((part) => part.trim());
      if (!parts.every(isNetwork))
        faults.push(`${setting.name}=${shown}: addresses or networks by comma, for example 127.0.0.1,10.0.0.0/8.`);
      return parts;
    }
    default:
      if (text.trim() === "") faults.push(`${setting.name} is empty.`);
      return text;
  }
}

function isNetwork(text: string): boolean {
  const [address = "", bits, ...rest] = text.split("/");
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}
