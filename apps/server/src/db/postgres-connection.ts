import type pg from 'pg';

/** What all connections to a PostgreSQL server have in common. */
export const POSTGRES_CONNECTION = {
  application_name: 'visavis',
  // An idle connection whose server is gone without a word is found out, and not handed to a caller hours later.
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
} as const;

/**
 * What a pool's connection needs while somebody has it. One that is lost then tells so by an event, which nobody else hears and which
 * would end the process; whoever asks hears of it by his query. One on which a query had no answer in its time (`query_timeout`) is cut:
 * the server or the way to it is gone, and whatever is asked next, a rollback above all, would wait behind that query.
 */
export function guardConnection(client: pg.PoolClient): void {
  client.on('error', () => {});
  const query = client.query.bind(client) as (...given: unknown[]) => unknown;
  const watched = (...given: unknown[]): unknown => {
    const answer = query(...given);
    if (answer instanceof Promise) answer.catch((error: unknown) => isTimeout(error) && cut(client));
    return answer;
  };
  client.query = watched as typeof client.query;
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
}

/** The types of the library do not know of the connection's socket. */
function cut(client: pg.PoolClient): void {
  const { connection } = client as unknown as { readonly connection: { readonly stream: { destroy(): void } } };
  connection.stream.destroy();
}
