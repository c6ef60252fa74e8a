import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { runCount } from "../../../../test/counts.ts";
import { countingRandom } from "./accounts.fixture.ts";
import { hashPassword, isSecret, newSecret, verifyPassword } from "./secret.ts";

const random = countingRandom();
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

test("a key has its prefix, 43 random characters and a checksum, and its form is accepted", () => {
  const key = newSecret("mgl_", random);
  assert.match(key, /^mgl_[A-Za-z0-9_-]{43}_[A-Za-z0-9]{6}$/);
  assert.equal(isSecret("mgl_", key), true);
  assert.equal(isSecret("mgladm_", key), false);
});

test("the checksum catches every typo of one character", () => {
  const key = newSecret("mgl_", random);
  for (let index = 0; index < key.length; index++)
    for (const character of alphabet) {
      if (character === key[index]) continue;
      const typo = `${key.slice(0, index)}${character}${key.slice(index + 1)}`;
      assert.equal(isSecret("mgl_", typo), false, typo);
    }
});

test("the checksum catches swapped neighbours, a lost and a doubled character", () => {
  const arbitrary = fc.tuple(fc.integer({ min: 4, max: 51 }), fc.constantFrom("swap", "lose", "double"));
  fc.assert(
    fc.property(arbitrary, ([index, kind]) => {
      const key = newSecret("mgl_", random);
      const [left, right] = [key[index] as string, key[index + 1] as string];
      const middle = kind === "swap" ? right + left : kind === "lose" ? right : left + left + right;
      const typo = `${key.slice(0, index)}${middle}${key.slice(index + 2)}`;
      return typo === key || !isSecret("mgl_", typo);
    }),
    { seed: 20_261_125, numRuns: runCount(300, 20_000) },
  );
});

test("a password is verified by its hash, and nobody's password is never right", async () => {
  const stored = await hashPassword("correct horse battery", random);
  assert.doesNotMatch(stored, /horse/);
  assert.equal(await verifyPassword("correct horse battery", stored), true);
  assert.equal(await verifyPassword("correct horse batterY", stored), false);
  assert.equal(await verifyPassword("", undefined), false);
});
