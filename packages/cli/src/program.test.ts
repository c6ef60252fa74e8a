/** The command from file to predictions, as a script sees it. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { after, before, test } from "node:test";
import { type ErrorCode, errors, MegalithError } from "@megalith/contract";
import { exitCodes } from "./exit-codes.ts";
import { runProgram, tell } from "./program.ts";
import type { Terminal } from "./terminal.ts";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "megalith-cli-"));
});
after(() => rm(folder, { recursive: true, force: true }));

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(parameters: string[], signal = new AbortController().signal): Promise<Run> {
  let out = "";
  let err = "";
  let now = 0;
  const terminal: Terminal = {
    in: Readable.from([]),
    out: { write: (text) => (out += text) },
    err: { write: (text) => (err += text) },
    environment: { url: "http://127.0.0.1:9", key: null },
    signal,
    elapsedMs: () => (now += 50),
  };
  return { code: await runProgram(parameters, terminal), out, err };
}

/** A table whose label is the last column. */
async function tableFile(name: string, header: string, label: (x: number) => string, rows = 200): Promise<string> {
  const path = join(folder, name);
  const lines = Array.from(
    { length: rows },
    (_, row) => `${(row * 37) % 101},${row % 2 === 0 ? "red" : "blue"},${label((row * 37) % 101)}`,
  );
  await writeFile(path, `${header}\n${lines.join("\n")}\n`);
  return path;
}

const noisy = (x: number): string => ((x * 7919 + 3) % 101 < x ? "yes" : "no");
const quick = ["--rounds", "10", "--folds", "2", "--json"];

test("training from a file prints one JSON object with the fixed fields, and progress on stderr", async () => {
  const file = await tableFile("binary.csv", "x,colour,y", noisy);
  const model = join(folder, "binary.model");
  const { code, out, err } = await run(["train", file, "--target", "y", "--out", model, ...quick]);
  assert.equal(code, 0, err);
  const told = JSON.parse(out) as Record<string, unknown> & { metrics: Record<string, number>; seconds: Record<string, number> };
  assert.deepEqual([told.task, told.rows, told.model], ["binary", 200, model]);
  assert.ok((told.metrics.auc ?? 0) > 0.5);
  assert.deepEqual(Object.keys(told.seconds).sort(), ["bin", "read", "train"]);
  assert.ok(Array.isArray(told.leaks));
  assert.notEqual(err, "");
});

test("early stopping ends a training, and the card, --json and the words say how many rounds were chosen and what a constant scores", async () => {
  const file = await tableFile("stopped.csv", "x,colour,y", noisy);
  const model = join(folder, "stopped.model");
  const given = ["train", file, "--target", "y", "--out", model, "--folds", "2", "--early-stopping-rounds", "5"];
  const told = JSON.parse((await run([...given, "--json"])).out) as {
    rounds: { rounds: number; by: string; most: number; patience: number };
    constant: Record<string, number>;
    warnings: unknown[];
  };
  const { rounds } = told;
  assert.deepEqual([rounds.by, rounds.most, rounds.patience], ["folds", 1000, 5]);
  assert.ok((told.constant.logLoss ?? 0) > 0.5 && told.constant.auc === undefined);
  assert.ok(Array.isArray(told.warnings));
  const words = await run(given);
  assert.match(
    words.out,
    new RegExp(`^${rounds.rounds} rounds? of 8 leaves, chosen on rows each fold did not see \\(at most 1000, ended by 5`, "m"),
  );
  assert.match(words.out, /^ {2}logLoss .*\(a constant: 0\.\d{4}\)$/m);
  const shown = await run(["explain", model]);
  assert.match(shown.out, new RegExp(`^rounds {5}${rounds.rounds} of 8 leaves$`, "m"));
  assert.match(shown.out, /^logLoss .*\(a constant: 0\.\d{4}\)$/m);
});

test("--valid measures on that table and on nothing else, --weight by its weights", async () => {
  const file = await tableFile("learn.csv", "x,colour,y", noisy);
  const valid = await tableFile("ask.csv", "x,colour,y", noisy, 60);
  const given = ["train", file, "--target", "y", "--valid", valid, "--out", join(folder, "valid.model"), ...quick];
  const told = JSON.parse((await run(given)).out) as { metrics: Record<string, number>; evaluation: unknown };
  assert.deepEqual(told.evaluation, { scheme: "validation", splits: 1, rows: 60 });
  assert.ok((told.metrics.auc ?? 0) > 0.5);
  const weighted = JSON.parse((await run([...given, "--weight", "x"])).out) as { evaluation: { rows: number } };
  assert.equal(weighted.evaluation.rows, 59, "the row of weight 0 does not count");
});

test("LightGBM's names of the flags make the same bytes as ours", async () => {
  const file = await tableFile("twins.csv", "x,colour,y", noisy);
  const ours = join(folder, "ours.model");
  const theirs = join(folder, "theirs.model");
  await run([
    "train",
    file,
    "--target",
    "y",
    "--out",
    ours,
    "--rounds",
    "7",
    "--leaves",
    "5",
    "--rate",
    "0.2",
    "--min-rows",
    "4",
    "--bins",
    "16",
    "--folds",
    "2",
  ]);
  const flags = [
    "--num-iterations",
    "7",
    "--num-leaves",
    "5",
    "--learning-rate",
    "0.2",
    "--min-data-in-leaf",
    "4",
    "--max-bin",
    "16",
    "--folds",
    "2",
  ];
  const { err } = await run(["train", file, "--target", "y", "--out", theirs, "--num-threads", "4", ...flags]);
  assert.match(err, /^Training uses two threads at most: --threads 4 runs as 2, with the same result\.$/m);
  assert.deepEqual(await readFile(ours), await readFile(theirs));
});

test("predictions come in input order; reasons and base sum to the raw score", async () => {
  const file = await tableFile("reasons.csv", "x,colour,y", noisy);
  const model = join(folder, "reasons.model");
  await run(["train", file, "--target", "y", "--out", model, ...quick]);
  const out = join(folder, "reasons.out.csv");
  assert.equal((await run(["predict", model, file, "--reasons", "--out", out])).code, 0);
  const [header, ...lines] = (await readFile(out, "utf8")).trim().split("\n");
  assert.equal(header, "prediction,x,colour,base");
  assert.equal(lines.length, 200);
  for (const line of lines) {
    const [chance, ...parts] = line.split(",").map(Number) as [number, ...number[]];
    const raw = parts.reduce((sum, part) => sum + part, 0);
    assert.ok(Math.abs(chance - 1 / (1 + Math.exp(-raw))) < 1e-12);
  }
});

test("--id copies a column as it stands before the predictions; one that would clash or is not there is a coded error", async () => {
  const file = await tableFile("id.csv", "x,colour,y", noisy);
  const model = join(folder, "id.model");
  await run(["train", file, "--target", "y", "--out", model, ...quick]);
  const asked = join(folder, "id.asked.csv");
  await writeFile(asked, 'loan,colour,x\n007,red,1\n"=A1,b",blue,2\n,red,3\n');
  const out = join(folder, "id.out.csv");
  assert.equal((await run(["predict", model, asked, "--id", "loan", "--out", out])).code, 0);
  const lines = (await readFile(out, "utf8")).trim().split("\n");
  assert.deepEqual(
    lines.map((line) => line.replace(/,[^,]*$/, "")),
    ["loan", "007", `"'=A1,b"`, ""],
  );
  for (const [id, code] of [
    ["x", "training.output_clash"],
    ["nothing", "training.columns_unknown"],
  ] as const)
    assert.match((await run(["predict", model, asked, "--id", id, "--reasons", "--out", out])).err, new RegExp(`\\(${code}\\)`));
});

test("a multiclass prediction is the class and one probability a class, and a class that could be a formula is made harmless", async () => {
  const classes = ["=cmd()", "mid", "high"];
  const file = await tableFile("classes.csv", "x,colour,y", (x) => classes[Math.floor(x / 34)] as string);
  const model = join(folder, "classes.model");
  await run(["train", file, "--target", "y", "--keep", "x", "--out", model, ...quick]);
  const out = join(folder, "classes.out.csv");
  await run(["predict", model, file, "--out", out]);
  const [header, ...lines] = (await readFile(out, "utf8")).trim().split("\n");
  assert.equal(header, "prediction,p_=cmd(),p_high,p_mid");
  assert.deepEqual(new Set(lines.map((line) => line.split(",")[0])), new Set(["'=cmd()", "mid", "high"]));
});

test("columns of the output that would clash are a coded error, and no file is left", async () => {
  const file = await tableFile("clash.csv", "base,prediction,y", noisy);
  const model = join(folder, "clash.model");
  await run(["train", file, "--target", "y", "--out", model, ...quick]);
  const out = join(folder, "clash.out.csv");
  const { code, out: told } = await run(["predict", model, file, "--reasons", "--out", out, "--json"]);
  assert.equal(code, exitCodes.refused.code);
  assert.equal((JSON.parse(told) as { error: { code: string } }).error.code, "training.output_clash");
  await assert.rejects(readFile(out));
  assert.equal((await run(["predict", model, file, "--out", out])).code, 0);
});

test("what cannot be written is said before the work begins, and of what fails or is stopped nothing stays", async () => {
  const file = await tableFile("place.csv", "x,colour,y", noisy);
  const model = join(folder, "place.model");
  await run(["train", file, "--target", "y", "--out", model, ...quick]);
  const absent = join(folder, "absent/scores.csv");
  await symlink(file, join(folder, "link.csv"));
  for (const [out, reason] of [
    [absent, `there is no folder ${join(folder, "absent")}`],
    [join(file, "scores.csv"), `${file} is a file and no folder`],
    [folder, "it is a folder"],
    [file, `it is the input ${file}`],
    [join(folder, "link.csv"), `it is the input ${file}`],
  ] as const)
    for (const words of [
      ["predict", model, file],
      ["train", file, "--target", "y"],
    ]) {
      const { code, err } = await run([...words, "--out", out]);
      const whole = `megalith: ${out} cannot be written: ${reason}. (command.output_unusable)\n`;
      assert.deepEqual([code, err], [exitCodes.refused.code, whole]);
    }
  const out = join(folder, "place.out.csv");
  await writeFile(out, "as it was", { mode: 0o640 });
  const stopped = await run(["predict", model, file, "--out", out], AbortSignal.abort());
  assert.deepEqual([stopped.code, stopped.err], [exitCodes.cancelled.code, "megalith: Stopped before it was done. (cancelled)\n"]);
  assert.equal(await readFile(out, "utf8"), "as it was");
  assert.equal((await run(["predict", model, file, "--out", out])).code, 0);
  assert.equal((await stat(out)).mode & 0o777, 0o640, "a file that was there keeps its mode");
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.includes("place.out")),
    ["place.out.csv"],
  );
});

test("the card of a model is shown as it was made, also when only the artifact is there", async () => {
  const file = await tableFile("card.csv", "x,colour,y", noisy);
  const model = join(folder, "card.model");
  await run(["train", file, "--target", "y", "--out", model, ...quick]);
  const whole = JSON.parse((await run(["explain", model, "--json"])).out) as { metrics: Record<string, unknown>; target: string };
  assert.ok(whole.metrics.auc !== undefined);
  await rm(`${model}.card.json`);
  const bare = JSON.parse((await run(["explain", model, "--json"])).out) as { metrics: Record<string, unknown>; target: string };
  assert.deepEqual([bare.target, bare.metrics], ["y", {}]);
});

test("an error is told in words that make sense on a terminal, with every problem below it", async () => {
  for (const code of Object.keys(errors) as ErrorCode[]) {
    const problems = [{ path: "/a", code: "b", message: "c." }];
    const lines: string[] = [];
    tell({ err: { write: (text: string) => lines.push(text) } } as unknown as Terminal, new MegalithError(code, { problems }), false);
    assert.doesNotMatch(lines[0] ?? "", /problems says|under problems/, code);
    assert.equal(lines.at(-1), "  /a: c.\n");
  }
  const file = await tableFile("words.csv", "x,colour,y", noisy);
  const { err } = await run(["train", file, "--target", "x", "--task", "binary", "--out", join(folder, "words.model")]);
  assert.match(
    err,
    /^megalith: The target x cannot be learned as it is\. \(training\.target_invalid\)\n {2}\/target: The target x has 101 classes\./m,
  );
});

test("a command line that is nearly right is told what is near, and help says what is needed and what is assumed", async () => {
  for (const [words, near] of [
    [["trian"], "train"],
    [["customers", "lst"], "list"],
    [["decide", "loans", "--recod", "{}"], "--record"],
    [["--verson"], "--version"],
  ] as const) {
    const { code, err } = await run([...words]);
    assert.deepEqual([code, err.includes(`(Did you mean ${near}?)`)], [exitCodes.usage.code, true], words.join(" "));
  }
  const help = (await run(["keys", "add", "--help"])).out.replaceAll(/\s+/g, " ");
  assert.match(help, /--name <name> what the key is for \(required\)/);
  assert.match(help, /default: decide read\)/);
  assert.match((await run(["up", "--help"])).out, /^ {2}MEGALITH_PORT +Port of .* \(default: 8080\)$/m);
  assert.match((await run(["train", "--help"])).out, /255 when absent/);
  assert.match((await run(["--version"])).out, /^\d+\.\d+\.\d+\n$/);
});

test("a flag that would not be read is refused", async () => {
  const file = await tableFile("flags.csv", "x,colour,y", noisy);
  for (const [words, flag] of [
    [["decide", "loans", "--record", "{}", "--run", "again"], "--run"],
    [["decide", "loans", "--record", "{}", "--id", "x"], "--id"],
    [["decide", "loans", "--record", "{}", "--file", file], "--record"],
    [["decide", "loans", "--file", file, "--out", join(folder, "flags.out"), "--reference", "r"], "--reference"],
    [["labels", "--file", file, "--value", "yes"], "--value"],
  ] as const) {
    const { code, err } = await run([...words]);
    assert.deepEqual([code, err.includes(flag), err.includes("command.input_invalid")], [exitCodes.refused.code, true, true], err);
  }
});

test("exit codes tell a wrong command line, refused input, a lost server and a cancel apart", async () => {
  const file = await tableFile("codes.csv", "x,colour,y", noisy);
  const model = join(folder, "codes.model");
  assert.equal((await run(["train", file])).code, exitCodes.usage.code);
  assert.equal((await run(["train", file, "--target", "y", "--out", model, "--leaves", "many"])).code, exitCodes.usage.code);
  const absent = await run(["train", join(folder, "nothing.csv"), "--target", "y", "--out", model]);
  assert.deepEqual([absent.code, /no such file or folder: .*nothing\.csv\. \(ENOENT\)/.test(absent.err)], [exitCodes.refused.code, true]);
  const wrong = await run(["train", file, "--target", "z", "--ignore", "a,b", "--out", model, "--json"]);
  assert.equal(wrong.code, exitCodes.refused.code);
  const { error } = JSON.parse(wrong.out) as { error: { code: string; problems: { path: string }[] } };
  assert.deepEqual(
    [error.code, error.problems.map(({ path }) => path)],
    ["training.columns_unknown", ["/target", "/ignore/0", "/ignore/1"]],
  );
  await writeFile(join(folder, "broken.model"), "not a model");
  assert.equal((await run(["explain", join(folder, "broken.model")])).code, exitCodes.refused.code);
  assert.equal((await run(["train", file, "--target", "y", "--out", model], AbortSignal.abort())).code, exitCodes.cancelled.code);
  assert.equal((await run(["customers"])).code, exitCodes.unreachable.code);
  assert.equal((await run(["--help"])).code, 0);
});
