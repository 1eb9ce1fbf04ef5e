import { and, desc, inArray, lt, notInArray, sql } from 'drizzle-orm';
import { auditEntries } from '../../db/account-schema.ts';
import type { Database } from '../../db/database.ts';
import { addressGroup } from '../accounts/attempt-limiter.ts';
import type { ControlLogger } from '../logger.ts';

/** What happens to the server as a whole, without a user's doing: for its operators. */
const SERVER_ACTIONS = ['access.refused', 'call.refused', 'bound.reached', 'worker.replaced'] as const;
type ServerAction = (typeof SERVER_ACTIONS)[number];

type ServerEvent = {
  readonly action: ServerAction;
  /** Which route, bound or code; one of a small fixed set, never a client's text. */
  readonly subject: string;
  readonly ipAddress?: string | null;
  readonly projectId?: string | null;
  /** Of the first of several that are alike. Never a secret. */
  readonly detail?: Readonly<Record<string, unknown>>;
};

type Entry = typeof auditEntries.$inferSelect;

export type ServerLog = {
  /** Returns at once; the entry is durable within some seconds. */
  note(event: ServerEvent): void;
  /** Writes what is waiting. */
  flush(): Promise<void>;
  /** Newest first. `before`: an entry's ordinal. */
  list(query: { before?: number; limit: number }): Promise<Entry[]>;
  /** Forgets what is older than 90 days, and all but the newest 100,000. */
  sweep(): Promise<void>;
  close(): Promise<void>;
};

type Waiting = ServerEvent & { times: number; firstAt: Date };

/** Events that are alike become one entry within this time, with how many they were. */
const WINDOW_MS = 5_000;
/** Of what is not alike, an attacker may make this many entries in a window; the rest is counted in one. */
const MAX_ENTRIES_PER_WINDOW = 100;
const MAX_AGE_DAYS = 90;
const MAX_ENTRIES = 100_000;
const OTHERS = 'and others';

/** Floods cost one insert in five seconds: what is alike is counted, and of the rest there is a bound. */
export function createServerLog({ orm }: Pick<Database, 'orm'>, logger: ControlLogger): ServerLog {
  let waiting = new Map<string, Waiting>();
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();

  const keyOf = ({ action, subject, ipAddress, projectId }: ServerEvent) =>
    JSON.stringify([action, subject, ipAddress == null ? null : addressGroup(ipAddress), projectId ?? null]);

  const write = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const entries = [...waiting.values()];
    waiting = new Map();
    if (entries.length === 0) return;
    const rows = entries.map(({ action, subject, ipAddress, projectId, detail, times, firstAt }) => ({
      at: firstAt,
      action,
      subjectId: subject,
      projectId: projectId ?? null,
      ipAddress: ipAddress ?? null,
      detail: { ...detail, times },
    }));
    await orm.insert(auditEntries).values(rows);
  };

  const flush = (): Promise<void> => {
    writing = writing.then(write).catch((error: unknown) => {
      logger.warn({ error: String(error) }, 'Entries of the server’s log were not written');
    });
    return writing;
  };

  return {
    note(event) {
      const key = keyOf(event);
      const known = waiting.get(key);
      if (known !== undefined) known.times += 1;
      else if (waiting.size < MAX_ENTRIES_PER_WINDOW) waiting.set(key, { ...event, times: 1, firstAt: new Date() });
      else {
        const others = waiting.get(OTHERS);
        if (others === undefined) {
          waiting.set(OTHERS, { action: event.action, subject: OTHERS, times: 1, firstAt: new Date() });
        } else others.times += 1;
      }
      if (timer !== undefined) return;
      timer = setTimeout(() => void flush(), WINDOW_MS);
      timer.unref();
    },
    flush,
    list({ before, limit }) {
      return orm
        .select()
        .from(auditEntries)
        .where(
          and(
            inArray(auditEntries.action, [...SERVER_ACTIONS]),
            before === undefined ? undefined : lt(auditEntries.ordinal, before),
          ),
        )
        .orderBy(desc(auditEntries.ordinal))
        .limit(limit);
    },
    async sweep() {
      const isServers = inArray(auditEntries.action, [...SERVER_ACTIONS]);
      const isOld = lt(auditEntries.at, sql`now() - ${MAX_AGE_DAYS} * interval '1 day'`);
      await orm.delete(auditEntries).where(and(isServers, isOld));
      const newest = orm
        .select({ ordinal: auditEntries.ordinal })
        .from(auditEntries)
        .where(isServers)
        .orderBy(desc(auditEntries.ordinal))
        .limit(MAX_ENTRIES);
      await orm.delete(auditEntries).where(and(isServers, notInArray(auditEntries.ordinal, newest)));
    },
    async close() {
      await flush();
    },
  };
}
