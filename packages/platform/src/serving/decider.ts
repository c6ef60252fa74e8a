/**
 * A call's life: look up, check every record, answer, meter durably, then speak.
 *
 * The decision rows travel inside the metering statement, so a decision, its usage and its price are written together
 * or not at all. A repeat is answered from what the first call stored, byte for byte.
 */
import { amountOfNumber, type DecideBody, MegalithError, type Problem, pointerPart, problem } from "@megalith/contract";
import type { Clock, NewUuid, Principal } from "../foundation/index.ts";
import { type CallFacts, deriveUsageId, type KeptDecision, type Meter, type MeterOutcome } from "../metering/index.ts";
import type { Answer } from "./answer.ts";
import { type Asked, type AskedUnder, canRepeat, identify, readAsked } from "./asked.ts";
import type { ServiceCatalogue } from "./catalogue.ts";
import type { CompiledService, CompiledVersion } from "./compiled.ts";
import type { DecisionLog } from "./decision-log.ts";
import { mapInSlices } from "./in-slices.ts";
import { type Language, renderReply, type StoredAnswer } from "./reply.ts";

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

export interface DecideCall extends AskedUnder {
  readonly principal: Principal;
  readonly language: Language;
  /** Answers instead of the champion; the caller has seen to it that it may. */
  readonly version?: CompiledVersion | undefined;
  /** Told how many of the decisions were answered before and cost nothing now, when there are any. */
  readonly onRepeated?: (count: number) => void;
  /** false leaves reasons out, and their price. */
  readonly withReasons?: boolean;
}

/** A call that was answered and not yet metered. */
interface Made {
  readonly answers: readonly Answer[];
  /** Bare uuids of the decisions. */
  readonly ids: readonly string[];
  readonly decision: KeptDecision;
  /** One a record; empty when no column carries a value. */
  readonly values: readonly (bigint | null)[];
  readonly planVersionId: string | null;
  readonly eventTime: Date;
  readonly now: Date;
}

type Repeated = Extract<MeterOutcome, { kind: "repeated" }>;

const problemLimit = 100;

export class Decider {
  private readonly options: DeciderOptions;
  /** The row of a call of one record, which is answered before the next is read: an array for each would cost more than its encoding. */
  private cells = new Float64Array(64);

  constructor(options: DeciderOptions) {
    this.options = options;
  }

  /** @returns the reply as JSON text. @throws MegalithError "serving.…" for what is wrong with the call; then nothing was charged. */
  async decide(call: DecideCall): Promise<string> {
    const compiled = chosen(call, await this.options.catalogue.visible(call.principal, call.service));
    const asked = readAsked(call.body);
    let made: Made;
    try {
      made = await this.make(call, compiled, asked);
    } catch (error) {
      // What was answered before is answered again, though the service is paused by now or its model asks for other columns.
      const text = await this.recall(call, asked);
      if (text === undefined) throw error;
      return text;
    }
    if (call.principal.kind === "provider") return this.answerProvider(call, compiled, made);
    const { organisation, customerId, keyId } = call.principal;
    const mayRepeat = canRepeat(call, asked);
    const withReasons = compiled.service.settings.explanation.kind !== "none";
    const facts: CallFacts = {
      organisation,
      customerId,
      serviceId: compiled.service.id,
      keyId,
      planVersionId: made.planVersionId,
      eventTime: made.eventTime,
      recordedTime: made.now,
      facts: identify(call, asked, this.options.newUuid).map((identity, index) => ({
        ...identity,
        usageId: mayRepeat ? deriveUsageId(customerId, identity) : this.options.newUuid(),
        decisionId: made.ids[index] ?? "",
        valueNanos: made.values[index] ?? null,
        withReasons,
      })),
      decision: made.decision,
    };
    return this.speak(call, compiled, made, await this.options.meter.record(facts));
  }

  /** Answers every record, or says all that is wrong. */
  private async make(call: DecideCall, compiled: CompiledService, asked: Asked): Promise<Made> {
    const { organisation, settings } = compiled.service;
    if (settings.status === "paused")
      throw new MegalithError("serving.service_paused", { values: { service: call.service }, retryAfterSeconds: 60 });
    const problems: Problem[] = [];
    const unseen: string[][] = [];
    const rows = this.encode(compiled, asked, call.body, problems, unseen);
    const values = readValues(compiled, asked, call.body, problems);
    if (problems.length > 0)
      throw new MegalithError("serving.record_invalid", { values: { count: problems.length }, problems: problems.slice(0, problemLimit) });
    const now = this.options.clock.now();
    const eventTime = call.body.eventTime === undefined ? now : new Date(call.body.eventTime);
    const answer = (row: Float64Array, index: number): Answer =>
      compiled.champion.answerer.answer(row, asked.records[index] ?? {}, settings.explanation, unseen[index]);
    // A thousand records of a large model, with reasons, take seconds.
    const answers = rows.length === 1 ? rows.map(answer) : await mapInSlices(rows, answer);
    const ids = answers.map(() => this.options.newUuid());
    const missing = this.options.log.partitionsOf(ids);
    if (missing !== undefined) await missing;
    const decision = keep(compiled, asked, answers);
    const isFree = settings.plan === null || call.principal.kind === "provider";
    const planVersionId = isFree ? null : await this.options.planVersionAt(organisation, settings.plan as string, now);
    return { answers, ids, decision, values, planVersionId, eventTime, now };
  }

  /** The answer that was given before to all that is asked; undefined when there is none. @throws MegalithError "serving.key_reused". */
  private async recall(call: DecideCall, asked: Asked): Promise<string | undefined> {
    const { principal, language } = call;
    if (principal.kind === "provider" || !canRepeat(call, asked)) return undefined;
    const outcome = await this.options.meter.recall(principal.customerId, identify(call, asked, this.options.newUuid));
    if (outcome?.kind === "conflict") throw refusal(call, outcome);
    if (outcome?.kind !== "repeated") return undefined;
    call.onRepeated?.(outcome.facts.length);
    return this.repeat(principal.organisation, outcome, language);
  }

  /**
   * @param unseen filled, by record, with the columns whose category training never saw.
   * @returns a row a record; a single one is valid until the next call is encoded.
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
    if (this.cells.length < width) this.cells = new Float64Array(width);
    const cells = asked.records.length === 1 ? this.cells : new Float64Array(width * asked.records.length);
    return asked.records.map((record, index) => {
      const path = recordPath(body, index);
      const row = cells.subarray(index * width, (index + 1) * width).fill(0);
      const unknown = encoder.encode(record, row, path, problems);
      if (unknown !== undefined) unseen[index] = unknown;
      if (encoder.isEmpty(record)) problems.push(problem(path, "empty", "recordEmpty"));
      // A champion that no longer has the column cannot be asked for it.
      for (const name of service.settings.required)
        if (encoder.has(name) && (!Object.hasOwn(record, name) || record[name] === null))
          problems.push(problem(`${path}/${pointerPart(name)}`, "required", "missing", { name }));
      return row;
    });
  }

  private async speak(call: DecideCall, compiled: CompiledService, made: Made, outcome: MeterOutcome): Promise<string> {
    if (outcome.kind === "repeated") {
      // Of a list that was known in part, and of a call whose first try was written unseen.
      const fresh = outcome.facts.filter(({ decisionId }, index) => decisionId === made.ids[index]).length;
      if (fresh > 0) this.options.onDecided?.(call.service, fresh);
      if (fresh < outcome.facts.length) call.onRepeated?.(outcome.facts.length - fresh);
      return this.repeat(call.principal.organisation, outcome, call.language);
    }
    if (outcome.kind !== "recorded") throw refusal(call, outcome);
    this.options.onDecided?.(call.service, made.answers.length);
    const { prices, currency, remaining } = outcome;
    const priceOf = (index: number) => (currency === null ? null : { nanos: prices[index] ?? 0n, currency });
    return renderReply(render(compiled, made, priceOf), remaining, call.language);
  }

  /** From what was stored, whichever version answered then. */
  private async repeat(organisation: string, { facts, remaining }: Repeated, language: Language): Promise<string> {
    const ids = facts.map(({ decisionId }) => decisionId);
    const stored = await this.options.log.answersOf(organisation, ids);
    const rendered = stored.map((entry, index): StoredAnswer => {
      const { nanos = 0n, currency = null } = facts[index] ?? {};
      return { ...entry, price: currency === null ? null : { nanos, currency } };
    });
    return renderReply(rendered, remaining, language);
  }

  /** A member tries a service: stored as a decision, not charged to anyone. */
  private async answerProvider(call: DecideCall, compiled: CompiledService, made: Made): Promise<string> {
    const { ids, decision, eventTime, now } = made;
    const { organisation, id: serviceId } = compiled.service;
    await this.options.log.store({ organisation, serviceId, ids, decision, eventTime, recordedTime: now });
    this.options.onDecided?.(call.service, made.answers.length);
    return renderReply(
      render(compiled, made, () => null),
      null,
      call.language,
    );
  }
}

function render({ champion }: CompiledService, { answers, ids, decision }: Made, priceOf: (index: number) => StoredAnswer["price"]) {
  return answers.map((answer, index): StoredAnswer => {
    const { output: answerText, reference } = decision.facts[index] as KeptDecision["facts"][number];
    return { id: ids[index] ?? "", reference, answer, answerText, version: champion.version, price: priceOf(index) };
  });
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

function refusal({ body, idempotencyKey }: DecideCall, outcome: Exclude<MeterOutcome, { kind: "recorded" | "repeated" }>): MegalithError {
  switch (outcome.kind) {
    case "conflict":
      return idempotencyKey === undefined
        ? new MegalithError("serving.reference_reused", { problems: outcome.facts.map((index) => reused(body, index)) })
        : new MegalithError("serving.key_reused");
    case "answer_gone":
      return new MegalithError("serving.decision_gone");
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

function reused({ reference, references }: DecideBody, index: number): Problem {
  const path = references === undefined ? "/reference" : `/references/${index}`;
  return problem(path, "reused", "referenceReused", { reference: references?.[index] ?? reference ?? "" });
}

function recordPath(body: DecideBody, index: number): string {
  return body.record === undefined ? `/records/${index}` : "/record";
}

function readValues(compiled: CompiledService, asked: Asked, body: DecideBody, problems: Problem[]): (bigint | null)[] {
  const column = compiled.service.settings.valueColumn;
  if (column === null) return [];
  return asked.records.map((record, index) => {
    const value = record[column];
    const nanos = typeof value === "number" ? amountOfNumber(value) : undefined;
    if (nanos !== undefined) return nanos;
    const path = `${recordPath(body, index)}/${pointerPart(column)}`;
    problems.push(problem(path, "value", "valueColumn", { name: column }));
    return null;
  });
}
