import assert from "node:assert/strict";
import { test } from "node:test";
import { languages, type RouteSpec, routes, translate, wordPattern } from "./index.ts";

interface Patterned {
  readonly pattern: string;
  readonly description?: string;
}

/** Every schema with a pattern inside a value. */
function* patterned(value: unknown): Generator<Patterned> {
  if (typeof value !== "object" || value === null) return;
  if (typeof (value as Patterned).pattern === "string") yield value as Patterned;
  for (const inner of Object.values(value)) yield* patterned(inner);
}

test("each pattern of every route's schemas has words in every language, and its schema says them: nobody reads a regular expression", () => {
  let count = 0;
  for (const [name, { params, query, body, headers, response }] of Object.entries(routes) as [string, RouteSpec][])
    for (const { pattern, description = "" } of patterned([params, query, body, headers, response])) {
      const words = wordPattern(pattern);
      assert.ok(words, `${name}: ${pattern} has no words`);
      for (const language of languages) {
        const text = translate(language, words.key, words.values);
        assert.doesNotMatch(text, /[\\^$[\]]|\{/, `${name}: ${text}`);
        if (language === "en") assert.ok(description.toLowerCase().includes(text.toLowerCase()), `${name}: ${description}`);
      }
      count++;
    }
  assert.ok(count > 100);
});
