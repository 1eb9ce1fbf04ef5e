import { usageRows } from '@visavis/protocol';
import type { ConversationRecords } from '../conversations/conversation-records.ts';
import { type ConversationStore, LOST_REASON, type LostTalk } from '../conversations/conversation-store.ts';
import { callMessage, resultMessage } from '../conversations/tool-calls.ts';
import type { ControlLogger } from '../logger.ts';
import type { Webhooks } from './webhooks.ts';

/** Figures that were counted, named as all else in a webhook. */
function toWebhook({ part, ...figures }: ReturnType<typeof usageRows>[number]) {
  const counted = Object.entries(figures).filter(([, amount]) => amount !== null);
  return {
    part,
    ...Object.fromEntries(
      counted.map(([figure, amount]) => [figure.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), amount]),
    ),
  };
}

/** As webhook receivers of NavTalk know them. */
const ROLES = { user: 'user', assistant: 'ai', tool: 'system' } as const;
type MessageEvent = 'session.created' | 'conversation.output' | 'session.closed';

type Talk = NonNullable<Awaited<ReturnType<ConversationRecords['get']>>>;
type SaidMessage = NonNullable<Awaited<ReturnType<ConversationRecords['allAsMessages']>>>[number];
type Sources = Parameters<ConversationStore['addMessage']>[0]['sources'];

/** A whole talk, as webhook receivers of NavTalk know it. */
function sessionMessage(sessionId: string, record: Talk | null, said: readonly SaidMessage[]) {
  const usage = usageRows(record?.usage ?? {}).map(toWebhook);
  return {
    session_id: sessionId,
    start_time: record?.startedAt.toISOString() ?? null,
    end_time: record?.endedAt?.toISOString() ?? null,
    // Receivers that know no more than NavTalk's fields get no more where nothing was counted.
    ...(usage.length === 0 ? {} : { usage }),
    messages: said.map(({ role, text, at, sources }) => ({
      role: ROLES[role],
      message: text,
      timestamp: at.toISOString(),
      ...(sources === null ? {} : { sources }),
    })),
  };
}

export type WebhookFeedOptions = {
  readonly store: ConversationStore;
  readonly records: Pick<ConversationRecords, 'get' | 'allAsMessages'>;
  readonly webhooks: Pick<Webhooks, 'enqueueForAll' | 'hasEnabled'>;
  readonly logger: ControlLogger;
};

/** The record of talks, which also tells webhooks what it has stored. */
export type ToldConversations = ConversationStore & {
  /** Tells webhooks of the end of a talk that a crash cut off, on whichever node it began. */
  tellLost(talk: LostTalk): void;
};

/** The same store, which also tells webhooks what it has stored. A webhook that fails never holds a talk up. */
export function withWebhooks({ store, records, webhooks, logger }: WebhookFeedOptions): ToldConversations {
  const projectBySession = new Map<string, string>();
  const pending = new Set<Promise<void>>();

  const tell = (work: () => Promise<unknown>): void => {
    const told: Promise<void> = work().then(
      () => {},
      (error: unknown) => logger.warn({ error: String(error) }, 'A webhook could not be queued'),
    );
    pending.add(told);
    void told.finally(() => pending.delete(told));
  };

  const tellMessage = (
    sessionId: string,
    event: MessageEvent,
    role: string,
    message: string,
    at: Date,
    sources?: Sources,
  ): void => {
    const projectId = projectBySession.get(sessionId);
    if (projectId !== undefined) tellProject(projectId, sessionId, { event, role, message, at, sources });
  };

  const tellProject = (
    projectId: string,
    sessionId: string,
    told: { event: MessageEvent; role: string; message: string; at: Date; sources?: Sources | undefined },
  ): void => {
    const { event, role, message, at, sources } = told;
    const said = { event, session_id: sessionId, role, timestamp: at.toISOString(), message };
    const body = JSON.stringify(sources === undefined ? said : { ...said, sources });
    tell(() => webhooks.enqueueForAll(projectId, 'message', { event, body }));
  };

  const tellSession = async (projectId: string, sessionId: string): Promise<void> => {
    if (!(await webhooks.hasEnabled(projectId, 'session'))) return;
    const record = await records.get(projectId, sessionId);
    const said = (await records.allAsMessages(projectId, sessionId)) ?? [];
    const body = JSON.stringify(sessionMessage(sessionId, record, said));
    await webhooks.enqueueForAll(projectId, 'session', { event: 'session', body });
  };

  return {
    async start(conversation) {
      await store.start(conversation);
      projectBySession.set(conversation.sessionId, conversation.projectId);
      tellMessage(conversation.sessionId, 'session.created', 'system', '', conversation.startedAt);
    },
    async addMessage(message) {
      await store.addMessage(message);
      tellMessage(
        message.sessionId,
        'conversation.output',
        ROLES[message.role],
        message.text,
        message.at,
        message.sources,
      );
    },
    async startToolCall(call) {
      await store.startToolCall(call);
      tellMessage(call.sessionId, 'conversation.output', ROLES.tool, callMessage(call), call.at);
    },
    async finishToolCall({ output, ...finish }) {
      await store.finishToolCall({ ...finish, output });
      if (output === null) return;
      const { sessionId, callId, at } = finish;
      tellMessage(sessionId, 'conversation.output', ROLES.tool, resultMessage({ callId, output }), at);
    },
    async end(sessionId, outcome) {
      const projectId = projectBySession.get(sessionId);
      try {
        await store.end(sessionId, outcome);
        tellMessage(sessionId, 'session.closed', 'system', outcome.reason, outcome.endedAt);
        if (projectId !== undefined) tell(() => tellSession(projectId, sessionId));
      } finally {
        projectBySession.delete(sessionId);
      }
    },
    tellLost({ projectId, sessionId, endedAt: at }) {
      tellProject(projectId, sessionId, { event: 'session.closed', role: 'system', message: LOST_REASON, at });
      tell(() => tellSession(projectId, sessionId));
    },
    get pendingCount() {
      return store.pendingCount;
    },
    async drain() {
      await store.drain();
      while (pending.size > 0) await Promise.all(pending);
    },
  };
}
