import type { Database } from '../../db/database.ts';
import type { OnBound } from '../fairness/bounds.ts';
import { talkQuota } from '../quotas/project-usage.ts';
import type { Quotas } from '../quotas/quotas.ts';
import type { ConversationStore } from './conversation-store.ts';

/** Talks that one statement deletes: others get their turn in between. */
const AT_ONCE = 200;

/** The oldest talks of a project that keeps more than it may. Talks that go on stay, and count. */
const REMOVE_SURPLUS = `
  delete from conversations where id in (
    select id from (
      select id, status, ordinal, row_number() over newest as number, sum(text_bytes) over newest as bytes
      from conversations where project_id = $1
      window newest as (order by ordinal desc)) as kept
    where status <> 0 and (number > $2::bigint or bytes > $3::bigint)
    order by ordinal limit ${AT_ONCE})
  returning id`;

const WITH_SURPLUS = `
  select project_id as id from conversations group by project_id
  having count(*) > case when project_id = $1 then $2::bigint else $4::bigint end
    or sum(text_bytes) > case when project_id = $1 then $3::bigint else $5::bigint end`;

export type TalkRetentionOptions = {
  readonly db: Pick<Database, 'pool'>;
  readonly quotas: Quotas;
  /** Null: there is none. */
  readonly demoProjectId: string | null;
  readonly onBound?: OnBound;
};

export type TalkRetention = {
  /** Deletes the oldest talks beyond the project's quota; says how many. */
  removeSurplus(projectId: string): Promise<number>;
  /** The same for all projects. */
  sweep(): Promise<void>;
};

export function createTalkRetention({ db, quotas, demoProjectId, onBound }: TalkRetentionOptions): TalkRetention {
  const [own, demo] = [talkQuota(quotas, false), talkQuota(quotas, true)];

  const removeSurplus = async (projectId: string): Promise<number> => {
    const { count, bytes } = projectId === demoProjectId ? demo : own;
    let removed = 0;
    for (;;) {
      const { rowCount } = await db.pool.query(REMOVE_SURPLUS, [projectId, count, bytes]);
      removed += rowCount ?? 0;
      if ((rowCount ?? 0) < AT_ONCE) break;
    }
    if (removed > 0) onBound?.('stored talks', { projectId, removed });
    return removed;
  };

  return {
    removeSurplus,
    async sweep() {
      const { rows } = await db.pool.query<{ id: string }>(WITH_SURPLUS, [
        demoProjectId,
        demo.count,
        demo.bytes,
        own.count,
        own.bytes,
      ]);
      for (const { id } of rows) await removeSurplus(id);
    },
  };
}

/** Ended talks of a project between two looks at whether they are too many. */
const LOOK_EVERY = 20;
const MAX_REMEMBERED = 10_000;

/** The same store, which keeps projects within their quota between the times of the housekeeping, too. */
export function withRetention(
  store: ConversationStore,
  { removeSurplus }: Pick<TalkRetention, 'removeSurplus'>,
  onFailure: (error: unknown) => void,
): ConversationStore {
  const projectBySession = new Map<string, string>();
  const endedByProject = new Map<string, number>();
  let looking: Promise<unknown> = Promise.resolve();

  const noteEnd = (projectId: string): void => {
    const ended = (endedByProject.get(projectId) ?? 0) + 1;
    if (endedByProject.size > MAX_REMEMBERED) endedByProject.clear();
    endedByProject.set(projectId, ended % LOOK_EVERY);
    if (ended < LOOK_EVERY) return;
    looking = looking.then(() => removeSurplus(projectId)).catch(onFailure);
  };

  return {
    async start(conversation) {
      projectBySession.set(conversation.sessionId, conversation.projectId);
      await store.start(conversation);
    },
    addMessage: (message) => store.addMessage(message),
    startToolCall: (call) => store.startToolCall(call),
    finishToolCall: (finish) => store.finishToolCall(finish),
    async end(sessionId, outcome) {
      const projectId = projectBySession.get(sessionId);
      projectBySession.delete(sessionId);
      await store.end(sessionId, outcome);
      if (projectId !== undefined) noteEnd(projectId);
    },
    get pendingCount() {
      return store.pendingCount;
    },
    async drain() {
      await store.drain();
      await looking;
    },
  };
}
