#!/usr/bin/env node
/** The `megalith` command of an installed clone: `npx --no-install megalith …`. */
import { ensureConsole } from "./console-build.mjs";
import { findNode, finish, runScript } from "./launch.mjs";

await finish(async () => {
  const node = findNode();
  const parameters = process.argv.slice(2);
  const console = parameters[0] === "up" ? ensureConsole(node) : undefined;
  return runScript(node, "packages/cli/src/main.ts", [...parameters, ...(console === undefined ? [] : ["--console-folder", console])]);
});
