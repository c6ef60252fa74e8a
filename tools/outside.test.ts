/**
 * What a test must be able to drive comes through the foundation: time, chance, ids, the environment, the network, the disk.
 *
 * Outside the places named here nothing of the product reaches for them itself.
 */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "./step.ts";

interface Rule {
  readonly pattern: RegExp;
  /** Each must be found by the pattern, or the rule holds nothing. */
  readonly breaches: readonly string[];
  /** None of these is a breach. */
  readonly fine: readonly string[];
  /** Where it is done for all others. */
  readonly places: RegExp;
}

const rules: Readonly<Record<string, Rule>> = {
  "the time of day": {
    pattern:
      /\bDate\s*\.\s*now\b|\bnew\s+Date\s*(?:\(\s*\)|;|,|\))|(?<!new\s)\bDate\s*\(|\bTemporal\s*\.\s*Now\b|\bprocess\s*\.\s*hrtime\b/,
    breaches: ["Date.now()", "new Date()", "new Date( )", "const now = Date.now;", "new Date;", "Date()", "Temporal.Now.instant()"],
    fine: ["new Date(time)", "new Date(0)", "toDate(row)", "Date.parse(text)", "clock.now()", "Date.UTC(2026, 1, 1)"],
    places: /^packages\/platform\/src\/foundation\/identity\.ts$/,
  },
  "how long something takes, except where it can be handed in": {
    pattern: /(?<!\?\? \(\(\) => )\bperformance\s*\.\s*now\b/,
    breaches: ["const startedAt = performance.now();"],
    fine: ["options.elapsedMs ?? (() => performance.now())"],
    places: /^packages\/platform\/src\/foundation\/postgres\.ts$/,
  },
  "chance and new ids": {
    pattern:
      /\bMath\s*\.\s*random\b|\brandomUUID\b|\brandomBytes\b|\brandomInt\b|\brandomFill(?:Sync)?\b|\bgetRandomValues\b|\bgen_random_uuid\b/,
    breaches: ["Math.random()", "crypto.randomUUID()", "randomBytes(32)", "randomFillSync(bytes)", "select gen_random_uuid()"],
    fine: ["random(bytes)", "newUuid()", "Math.round(x)"],
    places: /^packages\/platform\/src\/foundation\/identity\.ts$/,
  },
  "the environment": {
    pattern: /\bprocess\s*\.\s*(?:env|argv|cwd)\b|\bfrom "node:process"/,
    breaches: ["process.env.HOME", "process . env", "process.cwd()", 'import { env } from "node:process"'],
    fine: ["process.stdout", "process.execPath", "process.on('exit')"],
    places: /^packages\/server\/src\/(?:config|worker)\.ts$/,
  },
  "the network": {
    pattern: /\bfrom "node:(?:http|https|http2|net|tls|dgram|dns)(?:\/[a-z]+)?"|(?<![.\w])fetch\s*\(|\bnew\s+WebSocket\b/,
    breaches: ['import { connect } from "node:net"', "await fetch(url)", "new WebSocket(url)", 'from "node:dns/promises"'],
    fine: ["uses.fetch(url)", "prefetch(url)", 'from "node:stream"'],
    places: /^packages\/server\/src\/(?:main|metrics|config|caller-network|route-call|app)\.ts$/,
  },
  "the disk": {
    pattern: /\bfrom "node:fs(?:\/promises)?"/,
    breaches: ['import { open } from "node:fs/promises"', 'import { readFileSync } from "node:fs"'],
    fine: ['from "./files.ts"'],
    places: new RegExp(
      `^packages/platform/src/(?:${[
        "foundation/.*",
        "registry/artifacts",
        "tables/(?:files|staging|clean|encoding|import|import-csv)",
        "accounts/admin-key",
        "billing/invoice-pdf",
      ].join(
        "|",
      )})\\.m?ts$|^packages/server/src/(?:data-folder|request-file|first-run|console-files|routes/reference-page|backup/[a-z-]+)\\.ts$`,
    ),
  },
};

const sources = ["engines/*/src/**/*.ts", "packages/{contract,platform,server}/src/**/*.{ts,mts}"]
  .flatMap((pattern) => globSync(pattern, { cwd: root }))
  .filter((path) => !/\.(?:test|fixture)\.ts$|\.d\.mts$/.test(path));

for (const [what, { pattern, breaches, fine, places }] of Object.entries(rules))
  test(`only its place reaches for ${what}`, () => {
    for (const breach of breaches) assert.match(breach, pattern);
    for (const text of fine) assert.doesNotMatch(text, pattern);
    const found = sources
      .filter((path) => !places.test(path))
      .flatMap((path) => {
        const lines = readFileSync(join(root, path), "utf8").split("\n");
        return lines.flatMap((line, index) =>
          pattern.test(line.replace(/^\s*(?:\/\/|\*|\/\*\*).*$/, "")) ? [`${path}:${index + 1} ${line.trim()}`] : [],
        );
      });
    assert.deepEqual(found, []);
    assert.ok(
      sources.some((path) => places.test(path) && pattern.test(readFileSync(join(root, path), "utf8"))),
      "the place that is named does it",
    );
  });

test("the sources are found", () => {
  assert.ok(sources.length > 200, String(sources.length));
});
