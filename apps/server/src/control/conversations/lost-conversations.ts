import type { Database } from '../../db/database.ts';
import { oneAtATime } from '../../one-at-a-time.ts';
import type { ControlLogger } from '../logger.ts';
import { endLostTalks, type LostTalk } from './conversation-store.ts';

const INTERVAL_MS = 30_000;

/**
 * Talks that are going on by their record, while nobody has renewed the place of their call for a minute. A place is renewed
 * every five seconds; a node that could not reach the database for a while does so again before its talks are looked for twice.
 */
const FIND = `
  select talk.id
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

/**
 * Ends the talks of nodes that crashed, on whichever node sees it first: they failed with what was said last. `onEnded` is told of
 * each, once among all nodes.
 */
export function watchLostConversations(
  db: Pick<Database, 'orm' | 'pool'>,
  onEnded: (talk: LostTalk) => void,
  logger: ControlLogger,
): LostConversations {
  let lastSeen: ReadonlySet<string> = new Set();

  const look = async (): Promise<void> => {
    const { rows } = await db.pool.query<{ id: string }>(FIND);
    const lost = rows.map(({ id }) => id).filter((id) => lastSeen.has(id));
    lastSeen = new Set(rows.map(({ id }) => id));
    if (lost.length === 0) return;
    const ended = await endLostTalks(db, lost);
    for (const talk of ended) onEnded(talk);
    logger.warn({ conversations: ended.length }, 'Talks of a server that stopped were closed');
  };

  // Two looks that a slow database answers together are no two looks.
  const lookAgain = oneAtATime(look);
  const timer = setInterval(() => {
    lookAgain().catch((error: unknown) => logger.warn({ error: String(error) }, 'Lost talks could not be looked for'));
  }, INTERVAL_MS);
  timer.unref();
  return { look, stop: () => clearInterval(timer) };
}
