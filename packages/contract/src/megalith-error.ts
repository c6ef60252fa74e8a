/**
 * The one error class. Wrong input lists every problem at once, each with its path and what would be right.
 *
 * The public message is put in words when it is read; `detail` goes to the log only; `cause` is kept.
 */
import { type ErrorCode, errors, type Problem } from "./errors.ts";
import { type MessageLanguage, type MessageValues, translate, type Wording } from "./messages/translate.ts";

export type ErrorValues = Readonly<Record<string, string | number>>;

export interface ErrorOptions {
  readonly values?: ErrorValues;
  /** Values that are themselves put in words; as `values` they are told in English, unless these name them too. */
  readonly wordings?: Readonly<Record<string, Wording>>;
  readonly problems?: readonly Problem[];
  /** For the log only; never sent. */
  readonly detail?: string;
  readonly cause?: unknown;
  readonly retryAfterSeconds?: number;
}

export class MegalithError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly values: ErrorValues;
  readonly problems: readonly Problem[];
  readonly detail: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  /** False when what it tells of is only a thing: it was thrown without naming it. */
  readonly names: boolean;
  private readonly wordings: Readonly<Record<string, Wording>>;

  constructor(code: ErrorCode, options: ErrorOptions = {}) {
    const wordings = options.wordings ?? defaults[code] ?? {};
    super(wordError("en", code, { ...options.values, ...wordings }), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "MegalithError";
    this.code = code;
    this.status = errors[code].status;
    this.values = { ...inEnglish(wordings), ...options.values };
    this.problems = options.problems ?? [];
    this.detail = options.detail;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.names = options.wordings !== undefined || options.values !== undefined;
    this.wordings = wordings;
  }

  /** The public message in a language. */
  inWords(language: MessageLanguage): string {
    return language === "en" ? this.message : wordError(language, this.code, { ...this.values, ...this.wordings });
  }
}

/** What an error names that was thrown without naming it. */
const defaults: Readonly<Partial<Record<ErrorCode, Readonly<Record<string, Wording>>>>> = {
  "request.not_found": { what: { key: "thing.thing" } },
};

function inEnglish(wordings: Readonly<Record<string, Wording>>): ErrorValues {
  return Object.fromEntries(Object.entries(wordings).map(([name, { key, values }]) => [name, translate("en", key, values)]));
}

function wordError(language: MessageLanguage, code: ErrorCode, values: MessageValues): string {
  return translate(language, `error.${code}`, values);
}
