import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { renderReply, type StoredAnswer, showDecision } from "./reply.ts";

const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const text = fc.string({ unit: "grapheme", maxLength: 20 });
const answer = fc.record(
  {
    prediction: fc.oneof(number, text),
    probability: fc.option(number),
    probabilities: fc.dictionary(text, number, { noNullPrototype: true }),
    score: number,
    base: number,
    reasons: fc.array(fc.tuple(text, fc.oneof(number, text, fc.boolean(), fc.constant(null)), number), { maxLength: 4 }),
    other: number,
    unseen: fc.array(text, { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: ["prediction", "probability", "score"], noNullPrototype: true },
);
const stored = fc
  .record({
    id: fc.uuid({ version: 7 }),
    reference: fc.option(text),
    answer,
    version: fc.record({ number: fc.nat(), sha256: fc.constant("ab".repeat(32)) }),
    price: fc.option(fc.record({ nanos: fc.bigInt(0n, 10n ** 20n), currency: fc.constantFrom("EUR", "CNY") })),
  })
  .map((given): StoredAnswer => ({ ...given, answerText: JSON.stringify(given.answer) }) as StoredAnswer);

test("a reply is the JSON of its decisions, whether an answer has reasons or is put in as its stored text", () => {
  fc.assert(
    fc.property(
      fc.array(stored, { maxLength: 3 }),
      fc.option(fc.nat()),
      fc.constantFrom("en" as const, "zh-CN" as const),
      (given, left, language) => {
        const decisions = given.map((one) => showDecision(one, language));
        assert.equal(renderReply(given, left, language), JSON.stringify({ decisions, remaining: left }));
      },
    ),
    { seed: 20_261_125, numRuns: 300 },
  );
});
