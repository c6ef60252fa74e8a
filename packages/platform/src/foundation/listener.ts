/**
 * One connection that LISTENs for PostgreSQL notifications and comes back by itself when it is lost.
 *
 * While it is lost nothing can be known to be fresh: `onLost` is called at the loss, `onBack` once listening again.
 */
import type { Pool, PoolClient } from "pg";

export interface ListenerOptions {
  readonly pool: Pool;
  readonly channels: readonly string[];
  readonly onNotify: (channel: string, payload: string) => void;
  readonly onLost: () => void;
  readonly onBack: () => void;
  readonly retryMs?: number;
}

export interface Listener {
  stop(): Promise<void>;
}

export async function listen(options: ListenerOptions): Promise<Listener> {
  let client: PoolClient | undefined;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const connect = async (): Promise<void> => {
    const fresh = await options.pool.connect();
    fresh.on("notification", (message) => options.onNotify(message.channel, message.payload ?? ""));
    fresh.on("error", lost);
    fresh.on("end", lost);
    for (const channel of options.channels) await fresh.query(`listen "${channel.replaceAll('"', '""')}"`);
    client = fresh;
    options.onBack();
  };

  const lost = (): void => {
    const gone = client;
    client = undefined;
    if (gone === undefined || stopped) return;
    gone.removeAllListeners("notification");
    gone.release(new Error("the listening connection was lost"));
    options.onLost();
    again();
  };

  const again = (): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      connect().catch(again);
    }, options.retryMs ?? 250);
    timer.unref();
  };

  await connect();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      client?.removeAllListeners();
      client?.on("error", () => undefined);
      client?.release(true);
    },
  };
}

/** Tells every listener of the channel, when the client's transaction commits. */
export async function notify(client: PoolClient, channel: string, payload: string): Promise<void> {
  await client.query("select pg_notify($1, $2)", [channel, payload]);
}
