/** Where a text stops to be JSON, and what would be right there. JSON.parse says the place of some faults only, and in English. */
import { MegalithError, type MessageKey, problem, type Wording } from "@megalith/contract";
import { type ParseErrorCode, printParseErrorCode, visit } from "jsonc-parser";

interface JsonFault {
  /** Characters before the fault. */
  readonly position: number;
  readonly code: ParseErrorCode | undefined;
}

/** A longer text is not read again: that costs 200 ns a character. */
const readAgainLimit = 64 * 1024;
const shownLength = 20;

const expectations: Readonly<Record<string, MessageKey>> = {
  InvalidSymbol: "json.value",
  ValueExpected: "json.value",
  InvalidNumberFormat: "json.number",
  UnexpectedEndOfNumber: "json.number",
  PropertyNameExpected: "json.name",
  ColonExpected: "json.colon",
  CommaExpected: "json.comma",
  CloseBraceExpected: "json.brace",
  CloseBracketExpected: "json.bracket",
  EndOfFileExpected: "json.end",
  InvalidCommentToken: "json.comment",
  UnexpectedEndOfString: "json.quote",
  InvalidCharacter: "json.character",
  InvalidEscapeCharacter: "json.escape",
  InvalidUnicode: "json.escape",
};

/** @param cause what JSON.parse threw. @returns "request.malformed" with the place, where it can be told. */
export function jsonError(text: string, cause: unknown): MegalithError {
  const fault = text.length <= readAgainLimit ? findFault(text) : placeSaid(cause);
  if (fault === undefined) return new MegalithError("request.malformed", { wordings: { reason: { key: "reason.json" } }, cause });
  const { position, code } = fault;
  const before = text.slice(0, position);
  const line = before.split("\n").length;
  const place = { line, column: position - before.lastIndexOf("\n"), position };
  const found: Wording =
    position >= text.length
      ? { key: "json.nothing" }
      : { key: "found.text", values: { text: JSON.stringify(text.slice(position, position + shownLength)) } };
  const right: Wording = { key: (code === undefined ? undefined : expectations[printParseErrorCode(code)]) ?? "json.anything" };
  return new MegalithError("request.malformed", {
    wordings: { reason: { key: "reason.jsonPlace", values: place } },
    problems: [problem("/", "json", "json", { ...place, found, right })],
    cause,
  });
}

class Found extends Error {
  readonly fault: JsonFault;
  constructor(fault: JsonFault) {
    super("found");
    this.fault = fault;
  }
}

function findFault(text: string): JsonFault | undefined {
  try {
    visit(
      text,
      {
        onError: (code, position) => {
          throw new Found({ position, code });
        },
      },
      { disallowComments: true },
    );
  } catch (error) {
    // Anything else is a nesting too deep for its visitor.
    return error instanceof Found ? error.fault : undefined;
  }
  return undefined;
}

function placeSaid(cause: unknown): JsonFault | undefined {
  const position = / at position (\d+)/.exec(String((cause as Error).message))?.[1];
  return position === undefined ? undefined : { position: Number(position), code: undefined };
}
