import assert from "node:assert/strict";
import { test } from "node:test";
import { languages, type MessageKey, messageKeys, translate } from "./translate.ts";

const keys = messageKeys("en");
const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string).sort();

test("every language has the same keys, errors included", () => {
  for (const language of languages) {
    const own = new Set(messageKeys(language));
    assert.deepEqual(
      { missing: keys.filter((key) => !own.has(key)), extra: [...own].filter((key) => !keys.includes(key)) },
      { missing: [], extra: [] },
      language,
    );
  }
});

test("a message has the same placeholders in every language", () => {
  for (const key of keys)
    for (const language of languages)
      assert.deepEqual(
        placeholders(translate(language, key as MessageKey)),
        placeholders(translate("en", key as MessageKey)),
        `${language} ${key}`,
      );
});

test("no message is empty, and a placeholder is filled with its value", () => {
  for (const key of keys)
    for (const language of languages) assert.notEqual(translate(language, key as MessageKey).trim(), "", `${language} ${key}`);
  assert.equal(translate("en", "home.version", { number: 3 }), "Version 3");
  assert.equal(translate("zh-CN", "error.tables.not_found", { table: "loans" }), "没有名为 loans 的表。");
});
