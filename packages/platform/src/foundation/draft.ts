/**
 * Drafts: what is made beside its place and moved in when it is whole.
 *
 * A draft's name tells who makes it: machine, pid and start time. So what a killed process left is known for what it is,
 * and goes with the next draft of the same place, while another's work in progress stays.
 */
import { hash } from "node:crypto";
import { readlinkSync } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { processStart } from "./process-lock.mjs";

/** Of the place's name; the rest of a file name's 255 bytes is for the maker. */
const keptBytes = 100;

/** Opens an empty file beside `place`, on its file system. @throws what the system says, by the name of `place`. */
export function openDraft(place: string, mode: number): Promise<{ readonly path: string; readonly file: FileHandle }> {
  return make(place, async (path) => ({ path, file: await open(path, "wx", mode) }));
}

/** Makes an empty folder of mode 700 beside `place`. @throws what the system says, by the name of `place`. */
export function makeDraftFolder(place: string): Promise<string> {
  return make(place, async (path) => {
    await mkdir(path, { mode: 0o700 });
    return path;
  });
}

async function make<T>(place: string, create: (path: string) => Promise<T>): Promise<T> {
  await removeStaleDrafts(place);
  const stem = `${prefixOf(place)}${machine()}-${process.pid}-${startOf(process.pid)}`;
  for (let number = 1; ; number++) {
    const path = join(dirname(place), `${stem}-${number}`);
    try {
      return await create(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw nameByPlace(error, path, place);
    }
  }
}

/** What the system says of a draft, said of its place. */
export function nameByPlace(error: unknown, draft: string, place: string): unknown {
  if (!(error instanceof Error) || !error.message.includes(draft)) return error;
  return Object.assign(error, { message: error.message.replaceAll(draft, place), path: place });
}

/** Of this place, those whose maker, on this machine, has ended. One that is another user's stays: it is theirs to remove. */
async function removeStaleDrafts(place: string): Promise<void> {
  const folder = dirname(place);
  const prefix = prefixOf(place);
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(prefix)) continue;
    const [maker, pid, start] = name.slice(prefix.length).split("-");
    if (maker === machine() && /^\d+$/.test(pid ?? "") && startOf(Number(pid)) !== start)
      await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function prefixOf(place: string): string {
  const name = Buffer.from(basename(place)).subarray(0, keptBytes).toString("utf8").replaceAll("\ufffd", "");
  return `.${name}.draft-`;
}

/** Pids mean something on one machine, and there in one container. */
function machine(): string {
  let namespace = "";
  try {
    namespace = readlinkSync("/proc/self/ns/pid");
  } catch {
    // Not Linux: there is one.
  }
  return digest(`${hostname()} ${namespace}`);
}

function startOf(pid: number): string {
  return digest(processStart(pid) ?? "ended");
}

function digest(text: string): string {
  return hash("sha256", text, "hex").slice(0, 8);
}
