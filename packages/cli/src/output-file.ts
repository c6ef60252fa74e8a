/** Files that a command writes: looked at before the work begins, written beside their place, moved in whole. */
import { access, constants, type FileHandle, open, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { MegalithError } from "@megalith/contract";
import { nameByPlace, openDraft } from "@megalith/platform/foundation";

/**
 * Says now what would fail after the work.
 * @param inputs files that are read: none of them may be written over.
 * @throws MegalithError "command.output_unusable".
 */
export async function checkOutput(path: string, inputs: readonly string[] = []): Promise<void> {
  const refuse = (reason: string): MegalithError => new MegalithError("command.output_unusable", { values: { file: path, reason } });
  const folder = dirname(resolve(path));
  const home = await stat(folder).catch(() => undefined);
  if (home === undefined) throw refuse(`there is no folder ${folder}`);
  if (!home.isDirectory()) throw refuse(`${folder} is a file and no folder`);
  const present = await stat(path).catch(() => undefined);
  if (present?.isDirectory() === true) throw refuse("it is a folder");
  const isPlain = present === undefined || present.isFile();
  const place = isPlain ? folder : path;
  if (!(await mayWrite(place))) throw refuse(`this user may not write in ${place}`);
  if (present === undefined) return;
  if (!(await mayWrite(path))) throw refuse("it is there and may not be written over");
  for (const input of inputs) {
    const read = await stat(input).catch(() => undefined);
    if (isPlain && read?.dev === present.dev && read.ino === present.ino) throw refuse(`it is the input ${input}`);
  }
}

function mayWrite(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
}

type Content = Uint8Array | string | AsyncIterable<string | Uint8Array>;

/**
 * Writes beside the place and moves in: a stop half-way leaves what was there, and nothing else. A pipe or a device is
 * written as it comes.
 * @throws what `content` throws; what the system says of the place, by the place's name.
 */
export async function writeWhole(path: string, content: Content): Promise<void> {
  const present = await stat(path).catch(() => undefined);
  if (present !== undefined && !present.isFile()) return writeInto(await open(path, "w"), content);
  // Through a link into the file that it names.
  const place = present === undefined ? path : await realpath(path);
  const draft = await openDraft(place, 0o666);
  try {
    if (present !== undefined) await draft.file.chmod(present.mode & 0o777);
    await writeInto(draft.file, content);
    await rename(draft.path, place);
  } catch (error) {
    await rm(draft.path, { force: true });
    throw nameByPlace(error, draft.path, path);
  }
}

async function writeInto(file: FileHandle, content: Content): Promise<void> {
  try {
    await file.writeFile(content);
    if ((await file.stat()).isFile()) await file.sync();
  } finally {
    await file.close();
  }
}
