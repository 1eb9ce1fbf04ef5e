import type { Database } from '../../db/database.ts';
import type { ControlLogger } from '../logger.ts';
import type { ConversationStore } from './conversation-store.ts';

const INTERVAL_MS = 30_000;

/**
 * Talks that are going on by their record, while nobody has renewed the place of their call for a minute. A place is renewed
 * every five seconds; a node that could not reach the database for a while does so again before its talks are looked for twice.
 */
const FIND = `
  select talk.id, coalesce((select max(at) from messages where conversation_id = talk.id), talk.started_at) as "endedAt"
  from conversations talk
  where talk.status = 0 and talk.started_at < now() - interval '1 minute'
    and not exists (
      select from call_slots
      where holder = talk.id and expires_at > now() - interval '40 seconds')
  order by talk.ordinal limit 500`;

export type LostConversations = {
  /** Ends those that were lost at the last look already. The timer calls it. */
  look(): Promise<void>;
  stop(): void;
};

/** Ends the talks of nodes that crashed, on whichever node sees it first: they failed with what was said last. */
export function watchLostConversations(
  { pool }: Pick<Database, 'pool'>,
  store: Pick<ConversationStore, 'end'>,
  logger: ControlLogger,
): LostConversations {
  let lastSeen: ReadonlySet<string> = new Set();

  const look = async (): Promise<void> => {
    const { rows } = await pool.query<{ id: string; endedAt: Date }>(FIND);
    const lost = rows.filter(({ id }) => lastSeen.has(id));
    lastSeen = new Set(rows.map(({ id }) => id));
    for (const { id, endedAt } of lost)
      await store.end(id, { endedAt, status: 'failed', reason: 'the server stopped' });
    if (lost.length > 0) logger.warn({ conversations: lost.length }, 'Talks of a server that stopped were closed');
  };

  const timer = setInterval(() => {
    look().catch((error: unknown) => logger.warn({ error: String(error) }, 'Lost talks could not be looked for'));
  }, INTERVAL_MS);
  timer.unref();
  return { look, stop: () => clearInterval(timer) };
}
