/** What a call can end with: the server's own coded error, or that it cannot be reached. */
import type { ErrorReply } from "@megalith/contract";

export type ClientProblem = NonNullable<ErrorReply["error"]["problems"]>[number];

export class ClientError extends Error {
  /** Of the server's catalogue, "client.unreachable" or "client.reply_unreadable". */
  readonly code: string;
  /** 0 when no reply came. */
  readonly status: number;
  readonly problems: readonly ClientProblem[];
  readonly requestId: string | undefined;

  constructor(status: number, error: ErrorReply["error"], cause?: unknown) {
    super(error.message, cause === undefined ? undefined : { cause });
    this.name = "ClientError";
    this.code = error.code;
    this.status = status;
    this.problems = error.problems ?? [];
    this.requestId = error.requestId;
  }
}

/** The server's error out of a reply that is none of ours too, such as a proxy's page. */
export function errorOfReply(status: number, text: string): ClientError {
  try {
    const { error } = JSON.parse(text) as Partial<ErrorReply>;
    if (typeof error?.code === "string" && typeof error.message === "string") return new ClientError(status, error);
  } catch {
    // Not JSON: told below.
  }
  return new ClientError(status, {
    code: "client.reply_unreadable",
    message: `The server answered ${status} with something that is no reply of Megalith.`,
  });
}
