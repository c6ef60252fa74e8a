import assert from "node:assert/strict";
import { test } from "node:test";
import { wordEvidence, wordLeak } from "./leak-words.ts";

const leak = { reason: "after_by_name", evidence: { auc: 0.98, name: "payments_received", nonZeroPurity: 0.9712345 } };

test("evidence against a column is words in both languages, its codes too", () => {
  assert.equal(
    wordLeak("en", leak),
    "Its name and its values say that it is written afterwards: AUC alone 0.98; its name speaks of payments received; share of one outcome where it is not zero 0.971",
  );
  assert.equal(
    wordLeak("zh-CN", leak),
    "名称和取值表明是事后写入：单独使用时 AUC 为 0.98；名称指已收到的付款；非零行中同一结果的占比 0.971",
  );
});

test("every reason and evidence that the guard gives has words", () => {
  const reasons = ["declared_after", "copy_of_target", "identifier", "near_perfect", "after_by_name", "strong"];
  for (const language of ["en", "zh-CN"] as const) {
    for (const reason of reasons) assert.doesNotMatch(wordLeak(language, { reason, evidence: {} }), /_/);
    const evidence = { auc: 1, declared: "after", distinctShare: 1, jump: 0.1, nonZeroPurity: 1, missingFollowsOutcome: 1, strength: 0.8 };
    for (const words of wordEvidence(language, evidence)) assert.doesNotMatch(words, /^\w+ \S+$/);
    for (const name of ["after_the_outcome", "payments_received", "latest_value"])
      assert.doesNotMatch(wordEvidence(language, { name }).join(), /_/);
  }
});

test("a card from elsewhere with a reason of its own is told as it is", () => {
  assert.equal(wordLeak("en", { reason: "odd", evidence: { weight: 3 } }), "odd: weight 3");
  const evidence = { name: null, auc: { a: 1 } } as unknown as Record<string, string>;
  assert.equal(wordLeak("en", { reason: "strong", evidence }).split(": ")[1], "its name speaks of null; AUC alone [object Object]");
});
