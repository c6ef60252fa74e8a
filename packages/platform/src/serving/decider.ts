/**
 * A call's life: look up, check every record, answer, meter durably, then speak.
 *
 * The decision rows travel inside the metering statement, so a decision, its usage and its price are written together
 * or not at all. A repeat is answered from what the first call stored, byte for byte.
 */
import { hash } from "node:crypto";
import { type DecideBody, MegalithError, type Problem, parseAmount, pointerPart, problem } from "@megalith/contract";
import type { Clock, NewUuid, Principal } from "../foundation/index.ts";
import { type CallFacts, deriveUsageId, isRepeatable, type KeptDecision, type Meter, type MeterOutcome } from "../metering/index.ts";
import type { Answer } from "./answer.ts";
import type { ServiceCatalogue } from "./catalogue.ts";
import type { CompiledService, CompiledVersion } from "./compiled.ts";
import type { DecisionLog } from "./decision-log.ts";
import { type Language, renderReply, type StoredAnswer } from "./reply.ts";

type Cells = Readonly<Record<string, string | number | boolean | null>>;

export interface DeciderOptions {
  readonly clock: Clock;
  readonly newUuid: NewUuid;
  readonly catalogue: ServiceCatalogue;
  readonly meter: Meter;
  readonly log: DecisionLog;
  /** Bare uuid of the plan's version in force at a time. */
  readonly planVersionAt: (organisation: string, plan: string, at: Date) => Promise<string>;
  /** Told how many records of a service were answered. */
  readonly onDecided?: (service: string, count: number) => void;
}

export interface DecideCall {
  readonly principal: Principal;
  readonly service: string;
  readonly body: DecideBody;
  readonly idempotencyKey: string | undefined;
  readonly language: Language;
  /** Answers instead of the champion; the caller has seen to it that it may. */
  readonly version?: CompiledVersion | undefined;
  /** false leaves reasons out, and their price. */
  readonly withReasons?: boolean;
  /** Tells calls apart that ask for different things with the same body and key. */
  readonly variant?: string;
}

interface Asked {
  readonly records: readonly Cells[];
  readonly references: readonly (string | null)[];
  readonly subjects: readonly (string | null)[];
}

const problemLimit = 100;
/** Cells beyond are not kept from call to call. */
const keptCells = 65_536;
/** In the place of a digest that nothing will ever be compared with. */
const nothingAsked = new Uint8Array(32);

export class Decider {
  private readonly options: DeciderOptions;
  /** Rows of the call at hand, which is answered before the next is read: an array a row would cost more than its encoding. */
  private cells = new Float64Array(64);

  constructor(options: DeciderOptions) {
    this.options = options;
  }

  /** @returns the reply as JSON text. @throws MegalithError "serving.…" for what is wrong with the call; then nothing was charged. */
  async decide(call: DecideCall): Promise<string> {
    const compiled = chosen(call, await this.options.catalogue.visible(call.principal, call.service));
    if (compiled.service.settings.status === "paused")
      throw new MegalithError("serving.service_paused", { values: { service: call.service }, retryAfterSeconds: 60 });
    const asked = readBody(call.body);
    const problems: Problem[] = [];
    const unseen: string[][] = [];
    const rows = this.encode(compiled, asked, call.body, problems, unseen);
    const values = readValues(compiled, asked, problems);
    if (problems.length > 0)
      throw new MegalithError("serving.record_invalid", { values: { count: problems.length }, problems: problems.slice(0, problemLimit) });
    const now = this.options.clock.now();
    const eventTime = call.body.eventTime === undefined ? now : new Date(call.body.eventTime);
    const answers = rows.map((row, index) =>
      compiled.champion.answerer.answer(row, asked.records[index] ?? {}, compiled.service.settings.explanation, unseen[index]),
    );
    const ids = answers.map(() => this.options.newUuid());
    const decision = keep(compiled, asked, answers);
    if (call.principal.kind === "provider") return this.answerProvider(call, compiled, answers, { ids, decision, eventTime, now });
    const { organisation, customerId, keyId } = call.principal;
    const { plan, explanation } = compiled.service.settings;
    const factKey = keyOf(call, asked, this.options.newUuid);
    const canRepeat = isRepeatable(factKey);
    const withReasons = explanation.kind !== "none";
    const facts: CallFacts = {
      organisation,
      customerId,
      serviceId: compiled.service.id,
      keyId,
      planVersionId: plan === null ? null : await this.options.planVersionAt(organisation, plan, now),
      factKey,
      requestDigest: canRepeat ? digestOf(call, asked, decision) : nothingAsked,
      eventTime,
      recordedTime: now,
      facts: ids.map((decisionId, index) => ({
        usageId: canRepeat ? deriveUsageId(customerId, factKey, index) : this.options.newUuid(),
        decisionId,
        valueNanos: values[index] ?? null,
        withReasons,
      })),
      decision,
    };
    return this.speak(call, compiled, facts, decision, answers, await this.options.meter.record(facts));
  }

  /**
   * @param unseen filled, by record, with the columns whose category training never saw.
   * @returns a row a record, valid until the next call is encoded.
   */
  private encode(
    { champion, service }: CompiledService,
    asked: Asked,
    body: DecideBody,
    problems: Problem[],
    unseen: string[][],
  ): Float64Array[] {
    const { encoder } = champion;
    const width = encoder.columns.length;
    if (this.cells.length < width * asked.records.length) this.cells = new Float64Array(width * asked.records.length);
    const { cells } = this;
    if (cells.length > keptCells) this.cells = new Float64Array(64);
    return asked.records.map((record, index) => {
      const path = body.record === undefined ? `/records/${index}` : "/record";
      const row = cells.subarray(index * width, (index + 1) * width).fill(0);
      const unknown = encoder.encode(record, row, path, problems);
      if (unknown !== undefined) unseen[index] = unknown;
      if (encoder.isEmpty(record)) problems.push(problem(path, "empty", "recordEmpty"));
      for (const name of service.settings.required)
        if (!Object.hasOwn(record, name) || record[name] === null)
          problems.push(problem(`${path}/${pointerPart(name)}`, "required", "missing", { name }));
      return row;
    });
  }

  private async speak(
    call: DecideCall,
    compiled: CompiledService,
    { facts }: CallFacts,
    decision: KeptDecision,
    answers: readonly Answer[],
    outcome: MeterOutcome,
  ): Promise<string> {
    if (outcome.kind === "recorded") {
      this.options.onDecided?.(call.service, answers.length);
      const { version } = compiled.champion;
      const rendered = answers.map((answer, index): StoredAnswer => {
        const { output: answerText, reference } = decision.facts[index] as KeptDecision["facts"][number];
        return { id: facts[index]?.decisionId ?? "", reference, answer, answerText, version, price: priceOf(outcome, index) };
      });
      return renderReply(rendered, outcome.remaining, call.language);
    }
    if (outcome.kind === "repeated") {
      const stored = await this.options.log.answersOf(call.principal.organisation, outcome.decisionIds);
      const rendered = stored.map((entry, index) => ({ ...entry, price: priceOf(outcome, index) }));
      return renderReply(rendered, outcome.remaining, call.language);
    }
    throw refusal(outcome);
  }

  /** A member tries a service: stored as a decision, not charged to anyone. */
  private async answerProvider(
    call: DecideCall,
    compiled: CompiledService,
    answers: readonly Answer[],
    made: { readonly ids: readonly string[]; readonly decision: KeptDecision; readonly eventTime: Date; readonly now: Date },
  ): Promise<string> {
    const { ids, decision, eventTime, now } = made;
    const { organisation, id: serviceId } = compiled.service;
    await this.options.log.store({ organisation, serviceId, ids, decision, eventTime, recordedTime: now });
    this.options.onDecided?.(call.service, answers.length);
    const { version } = compiled.champion;
    const rendered = answers.map((answer, index): StoredAnswer => {
      const { output: answerText, reference } = decision.facts[index] as KeptDecision["facts"][number];
      return { id: ids[index] ?? "", reference, answer, answerText, version, price: null };
    });
    return renderReply(rendered, null, call.language);
  }
}

/** What is stored of a call: texts as they are, so that the answer can be given again to the byte. */
function keep({ service, champion }: CompiledService, asked: Asked, answers: readonly Answer[]): KeptDecision {
  return {
    versionId: champion.version.id,
    revisionId: service.revisionId,
    facts: answers.map((answer, index) => ({
      reference: asked.references[index] ?? null,
      subject: asked.subjects[index] ?? null,
      input: JSON.stringify(asked.records[index]),
      output: JSON.stringify(answer),
    })),
  };
}

/** The service as this call asks it: by another version, or without reasons. */
function chosen(call: DecideCall, found: CompiledService): CompiledService {
  if (call.version === undefined && call.withReasons !== false) return found;
  const { service } = found;
  const explanation = call.withReasons === false ? ({ kind: "none" } as const) : service.settings.explanation;
  return { service: { ...service, settings: { ...service.settings, explanation } }, champion: call.version ?? found.champion };
}

function priceOf(outcome: Extract<MeterOutcome, { kind: "recorded" | "repeated" }>, index: number): StoredAnswer["price"] {
  const nanos = outcome.prices[index];
  return outcome.currency === null || nanos === undefined ? null : { nanos, currency: outcome.currency };
}

function refusal(outcome: Exclude<MeterOutcome, { kind: "recorded" | "repeated" }>): MegalithError {
  switch (outcome.kind) {
    case "conflict":
      return new MegalithError("serving.key_reused");
    case "quota_exceeded":
      return new MegalithError("serving.quota_exceeded", { values: { quota: outcome.quota } });
    case "balance_exhausted":
      return new MegalithError("serving.balance_exhausted");
    case "rate_limited":
      return new MegalithError("serving.rate_limited", {
        values: { rate: outcome.rate, seconds: outcome.retryAfterSeconds },
        retryAfterSeconds: outcome.retryAfterSeconds,
      });
  }
}

function readBody(body: DecideBody): Asked {
  const problems: Problem[] = [];
  if ((body.record === undefined) === (body.records === undefined)) problems.push(problem("", "one_of", "recordOrRecords"));
  const records = (body.records ?? (body.record === undefined ? [] : [body.record])) as readonly Cells[];
  const references = parallel(body.reference, body.references, records.length, "reference", problems);
  const subjects = parallel(body.subject, body.subjects, records.length, "subject", problems);
  if (problems.length > 0) throw new MegalithError("serving.record_invalid", { values: { count: problems.length }, problems });
  return { records, references, subjects };
}

function parallel(
  one: string | undefined,
  many: readonly string[] | undefined,
  count: number,
  name: string,
  problems: Problem[],
): (string | null)[] {
  if (one === undefined && many === undefined) return new Array<null>(count).fill(null);
  if (many !== undefined && many.length !== count)
    problems.push(problem(`/${name}s`, "length", "parallelLength", { name: `${name}s`, found: many.length, count }));
  if (one !== undefined && count > 1) problems.push(problem(`/${name}`, "single", "singleOnly", { name }));
  for (const text of many ?? (one === undefined ? [] : [one]))
    if (!text.isWellFormed() || text.includes("\0")) problems.push(problem(`/${name}`, "characters", "characters", { name }));
  return Array.from({ length: count }, (_, index) => many?.[index] ?? (count === 1 ? (one ?? null) : null));
}

function readValues(compiled: CompiledService, asked: Asked, problems: Problem[]): (bigint | null)[] {
  const column = compiled.service.settings.valueColumn;
  if (column === null) return [];
  return asked.records.map((record, index) => {
    const value = record[column];
    const nanos = typeof value === "number" ? parseAmount(String(value)) : undefined;
    if (nanos !== undefined && nanos >= 0n) return nanos;
    const path = `/records/${index}/${pointerPart(column)}`;
    problems.push(problem(path, "value", "valueColumn", { name: column }));
    return null;
  });
}

function keyOf(call: DecideCall, asked: Asked, newUuid: NewUuid): string {
  if (call.idempotencyKey !== undefined) return `k:${call.idempotencyKey}`;
  const { references } = asked;
  if (references.length === 0 || references.includes(null)) return `q:${newUuid()}`;
  if (references.length === 1) return `r:${call.service}/${references[0]}`;
  return `r:${call.service}#${hash("sha256", JSON.stringify(references), "hex")}`;
}

/** Of all that the answer depends on: another spacing or order of the body's fields is the same question. */
function digestOf(call: DecideCall, asked: Asked, decision: KeptDecision): Uint8Array {
  const { service, variant = "", body } = call;
  const single = body.record === undefined ? "many" : "one";
  const head = JSON.stringify([service, variant, single, body.eventTime ?? null, asked.references, asked.subjects]);
  let text = head;
  for (const { input } of decision.facts) text += `\n${input}`;
  return hash("sha256", text, "buffer");
}
