#!/usr/bin/env node
/** The `megalith` command of an installed clone: `npx --no-install megalith …`. */
import { consoleFlags } from "./console-build.mjs";
import { findNode, finish, runScript } from "./launch.mjs";

await finish(async () => {
  const node = findNode();
  const parameters = process.argv.slice(2);
  return runScript(node, "packages/cli/src/main.ts", [...parameters, ...(parameters[0] === "up" ? consoleFlags(node) : [])]);
});
