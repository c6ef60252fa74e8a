import assert from "node:assert/strict";
import { test } from "node:test";
import { SignInLimit } from "./sign-in-limit.ts";

const refused = { code: "access.too_many_failures" };

test("the eleventh failure of one name in a minute is refused, another name is not, and a minute later it is heard again", () => {
  let time = 1_000_000;
  const limit = new SignInLimit({ now: () => new Date(time) });
  for (let count = 0; count < 10; count++) limit.take("a@b.example");
  assert.throws(() => limit.take("a@b.example"), refused);
  limit.take("c@d.example");
  time += 60_000;
  limit.take("a@b.example");
});

test("attempts that succeed do not count", () => {
  const limit = new SignInLimit({ now: () => new Date(0) });
  for (let count = 0; count < 1000; count++) {
    limit.take("a@b.example");
    limit.giveBack("a@b.example");
  }
});

test("guessing over many names is bounded too", () => {
  const limit = new SignInLimit({ now: () => new Date(0) });
  for (let count = 0; count < 300; count++) limit.take(`${count}@b.example`);
  assert.throws(() => limit.take("one more"), refused);
});
