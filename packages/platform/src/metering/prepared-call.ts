/**
 * Runs a prepared statement from a message that is already in wire form, past the driver's own encoding of parameters.
 *
 * The driver calls the handlers below in the order of the server's messages, as it does for its own queries and for
 * cursors. No row description is asked for: who calls knows the columns.
 */
import type { ClientBase, Connection, Submittable } from "pg";

export interface PreparedCall {
  /** The statement's name on the connection; it is parsed with the connection's first call. */
  readonly name: string;
  readonly text: string;
  /** Bind, Execute and Sync. */
  readonly message: Buffer;
  /** After this long the call fails with "Query read timeout", and nobody knows what was done. */
  readonly timeoutMs: number;
}

/** The columns of a row in PostgreSQL's text form. */
export type TextRow = readonly (string | null)[];

/** @throws what the database says, or that the connection is gone. */
export function callPrepared(client: ClientBase, call: PreparedCall): Promise<readonly TextRow[]> {
  return new Promise((resolve, reject) => {
    client.query(new Submission(call, (error, rows) => (error === null ? resolve(rows) : reject(error))));
  });
}

type Done = (error: Error | null, rows: readonly TextRow[]) => void;

/** What the driver keeps of a connection and its types do not tell. */
type ParsingConnection = Connection & { readonly parsedStatements: Readonly<Record<string, string | undefined>> };

class Submission implements Submittable {
  readonly name: string;
  readonly text: string;
  readonly query_timeout: number;
  /** The driver wraps it to end its timer. */
  callback: Done;
  private readonly message: Buffer;
  private readonly rows: TextRow[] = [];

  constructor({ name, text, message, timeoutMs }: PreparedCall, done: Done) {
    this.name = name;
    this.text = text;
    this.message = message;
    this.query_timeout = timeoutMs;
    this.callback = done;
  }

  submit(connection: Connection): void {
    const { stream } = connection;
    if ((connection as ParsingConnection).parsedStatements[this.name] === undefined)
      connection.parse({ name: this.name, text: this.text, types: [] }, false);
    if (stream.writable) stream.write(this.message);
  }

  handleDataRow({ fields }: { readonly fields: TextRow }): void {
    this.rows.push(fields);
  }

  handleCommandComplete(): void {}

  handleError(error: Error): void {
    this.callback(error, []);
  }

  handleReadyForQuery(): void {
    this.callback(null, this.rows);
  }
}
