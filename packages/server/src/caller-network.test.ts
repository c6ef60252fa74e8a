import assert from "node:assert/strict";
import { test } from "node:test";
import { callerNetwork } from "./caller-network.ts";

test("an IPv4 address is itself, however it is written", () => {
  for (const address of [
    "192.0.2.7",
    "192.0.2.7:49152",
    "::ffff:192.0.2.7",
    "::FFFF:c000:207",
    "0:0:0:0:0:ffff:c000:0207",
    "[::ffff:192.0.2.7]:443",
  ])
    assert.equal(callerNetwork(address), "192.0.2.7", address);
});

test("an IPv6 address is its network of 64 bits, however it is written", () => {
  const network = "2001:db8:0:7::/64";
  for (const address of [
    "2001:db8:0:7::1",
    "2001:DB8::7:0:0:0:1",
    "2001:0db8:0000:0007:aaaa:bbbb:cccc:dddd",
    "2001:db8:0:7::192.0.2.1",
    "[2001:db8:0:7::2]:8443",
  ])
    assert.equal(callerNetwork(address), network, address);
  assert.equal(callerNetwork("::1"), "0:0:0:0::/64");
  assert.equal(callerNetwork("fe80::1%eth0"), "fe80:0:0:0::/64");
});

test("what is no address is bounded", () => {
  assert.equal(callerNetwork(undefined), "");
  assert.equal(callerNetwork("x".repeat(5000)).length, 64);
});
