/** What the product asks of its database while something is done: every statement of every connection in this process. */
import { Client } from "pg";

/** Tells each statement's text as it is sent. */
export async function watchStatements<T>(onStatement: (text: string) => void, work: () => Promise<T>): Promise<T> {
  const { query } = Client.prototype;
  const watched = function (this: Client, ...parameters: unknown[]): unknown {
    const [first] = parameters;
    onStatement(typeof first === "string" ? first : String((first as { text?: string }).text));
    return (query as (...all: unknown[]) => unknown).apply(this, parameters);
  };
  Client.prototype.query = watched as typeof query;
  try {
    return await work();
  } finally {
    Client.prototype.query = query;
  }
}
