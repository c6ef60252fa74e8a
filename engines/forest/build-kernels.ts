/**
 * Compiles assembly/<name>/index.ts into src/kernels/<name>.ts: `node engines/forest/build-kernels.ts [name …]`.
 *
 * The generated modules are committed, so that installing and starting need no compiler; build-kernels.test.ts demands
 * that they are what the sources give. A kernel imports its memory and has no runtime. An asconfig.json beside index.ts
 * may add options of its own (threads, sharedMemory). Relaxed SIMD stays off: its results differ between machines.
 */
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { main as compile } from "assemblyscript/asc";

const engine = fileURLToPath(new URL(".", import.meta.url));
const flags = ["-O3", "--noAssert", "--runtime", "stub", "--enable", "simd", "--importMemory", "--use", "abort="];

export function kernelNames(): string[] {
  return readdirSync(join(engine, "assembly")).sort();
}

export function kernelPath(name: string): string {
  return join(engine, "src/kernels", `${name}.ts`);
}

/** The text of the generated module. @throws Error with the compiler's own words. */
export async function buildKernel(name: string): Promise<string> {
  const folder = join(engine, "assembly", name);
  const files = readdirSync(folder).sort();
  const scratch = mkdtempSync(join(tmpdir(), "kernel-"));
  try {
    const binary = join(scratch, "kernel.wasm");
    const config = files.includes("asconfig.json") ? ["--config", relative(engine, join(folder, "asconfig.json"))] : ["--config", "none"];
    const options = [relative(engine, join(folder, "index.ts")), "--baseDir", engine, "-o", relative(engine, binary), ...config, ...flags];
    const { error, stderr } = await compile(options, {});
    if (error !== null) throw new Error(`assembly/${name}: ${error.message}\n${stderr.toString()}`);
    return moduleText(name, digestOf(folder, files), readFileSync(binary));
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function digestOf(folder: string, files: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(folder, file)))
      .update("\0");
  return hash.digest("hex");
}

function moduleText(name: string, digest: string, wasm: Buffer): string {
  const constant = `${name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())}Kernel`;
  return `/** Generated from assembly/${name} by build-kernels.ts: change the sources, not this file. */
export const ${constant} = {
  /** sha256 of the sources. */
  digest: "${digest}",
  /** The WebAssembly binary, ${wasm.length} bytes. */
  base64: "${wasm.toString("base64")}",
} as const;
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.length > 2 ? process.argv.slice(2) : kernelNames();
  for (const name of names) writeFileSync(kernelPath(name), await buildKernel(name));
}
