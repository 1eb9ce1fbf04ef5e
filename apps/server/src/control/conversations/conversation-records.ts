import type { AnswerSource, Usage } from '@visavis/protocol';
import type { Rating } from '@visavis/protocol/rest';
import { and, asc, eq, gt, gte, lte, or } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { conversations, messages, toolCalls } from '../../db/schema.ts';
import { callMessage, resultMessage, type ToolCallRecord } from './tool-calls.ts';

type ConversationRecord = {
  readonly sessionId: string;
  readonly avatarId: string;
  /** 0 active, 1 completed, 2 failed. */
  readonly status: number;
  /** Of its film in the store of files; null: none is there. */
  readonly recordingFile: string | null;
  readonly reason: string | null;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  /** By whoever talked; null: not rated. */
  readonly rating: Rating | null;
  readonly ratingText: string;
  /** What services have counted, by part of the voice; empty while it goes on. */
  readonly usage: Usage;
};

type ConversationQuery = {
  readonly projectId: string;
  /** Started at this moment or later. */
  readonly from?: Date;
  /** Started at this moment or earlier. */
  readonly to?: Date;
  readonly status?: number;
  /** 1–100, default 20. */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
};

type MessageRecord = {
  /** Its place in the talk. */
  readonly messageId: number;
  readonly role: 'user' | 'assistant' | 'tool';
  readonly text: string;
  readonly at: Date;
  readonly interrupted: boolean;
  /** A person said it in place of the avatar; null: nobody did. */
  readonly by: 'operator' | null;
  /** When it began to be heard; null: not known. */
  readonly startedAt: Date | null;
  /** Of an answer: from the end of the person's turn to its first sound; null: not measured. */
  readonly latencyMs: number | null;
  /** Of an answer: where what it was made with stands; null: nowhere. */
  readonly sources: readonly AnswerSource[] | null;
};

export type ConversationRecords = {
  /** By start, then id. A cursor that is none of ours throws `RangeError`. */
  list(query: ConversationQuery): Promise<{ conversations: ConversationRecord[]; nextCursor: string | null }>;
  get(projectId: string, sessionId: string): Promise<ConversationRecord | null>;
  /** What was said, in order; null when the project has no such talk. */
  messages(projectId: string, sessionId: string): Promise<MessageRecord[] | null>;
  /** In the order in which the model called; null when the project has no such talk. */
  toolCalls(projectId: string, sessionId: string): Promise<ToolCallRecord[] | null>;
  /**
   * What was said, and each call of a tool and each result as a message of role `tool`: the shape that published clients and
   * receivers of webhooks read. In order; null when the project has no such talk.
   */
  allAsMessages(projectId: string, sessionId: string, range?: TimeRange): Promise<MessageRecord[] | null>;
};

/** Both ends belong to it. */
type TimeRange = { readonly from?: Date; readonly to?: Date };

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;

const recordColumns = {
  sessionId: conversations.id,
  avatarId: conversations.avatarId,
  status: conversations.status,
  recordingFile: conversations.recordingFile,
  reason: conversations.reason,
  startedAt: conversations.startedAt,
  endedAt: conversations.endedAt,
  rating: conversations.rating,
  ratingText: conversations.ratingText,
  usage: conversations.usage,
};

const messageColumns = {
  messageId: messages.ordinal,
  role: messages.role,
  text: messages.text,
  at: messages.at,
  interrupted: messages.interrupted,
  by: messages.by,
  startedAt: messages.startedAt,
  latencyMs: messages.latencyMs,
  sources: messages.sources,
};

const toolCallColumns = {
  ordinal: toolCalls.ordinal,
  callId: toolCalls.callId,
  name: toolCalls.name,
  argumentsJson: toolCalls.argumentsJson,
  by: toolCalls.by,
  state: toolCalls.state,
  output: toolCalls.output,
  requestedAt: toolCalls.requestedAt,
  answeredAt: toolCalls.answeredAt,
  resultOrdinal: toolCalls.resultOrdinal,
};

function toCursor({ startedAt, sessionId }: ConversationRecord): string {
  return Buffer.from(JSON.stringify([startedAt.getTime(), sessionId])).toString('base64url');
}

function parseCursor(cursor: string): { startedAt: Date; sessionId: string } {
  try {
    const [startedAtMs, sessionId] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (Number.isSafeInteger(startedAtMs) && typeof sessionId === 'string') {
      return { startedAt: new Date(startedAtMs as number), sessionId };
    }
  } catch {
    // Falls through to the refusal.
  }
  throw new RangeError('unknown cursor');
}

/** Reads what `ConversationStore` wrote. */
export function createConversationRecords({ orm }: Pick<Database, 'orm'>): ConversationRecords {
  const isOwn = (projectId: string, sessionId: string) =>
    and(eq(conversations.id, sessionId), eq(conversations.projectId, projectId));

  const get = async (projectId: string, sessionId: string): Promise<ConversationRecord | null> => {
    const [row] = await orm.select(recordColumns).from(conversations).where(isOwn(projectId, sessionId));
    return row ?? null;
  };

  const readMessages = async (sessionId: string): Promise<MessageRecord[]> =>
    orm
      .select(messageColumns)
      .from(messages)
      .where(eq(messages.conversationId, sessionId))
      .orderBy(asc(messages.ordinal));

  const readToolCalls = async (sessionId: string): Promise<ToolCallRecord[]> =>
    orm
      .select(toolCallColumns)
      .from(toolCalls)
      .where(eq(toolCalls.conversationId, sessionId))
      .orderBy(asc(toolCalls.ordinal));

  return {
    get,

    async list({ projectId, from, to, status, limit = DEFAULT_LIMIT, cursor }) {
      const pageSize = Math.min(Math.max(Math.trunc(limit), 1), MAX_LIMIT);
      const after = cursor === undefined ? undefined : parseCursor(cursor);
      const isAfter =
        after &&
        or(
          gt(conversations.startedAt, after.startedAt),
          and(eq(conversations.startedAt, after.startedAt), gt(conversations.id, after.sessionId)),
        );
      const rows = await orm
        .select(recordColumns)
        .from(conversations)
        .where(
          and(
            eq(conversations.projectId, projectId),
            from && gte(conversations.startedAt, from),
            to && lte(conversations.startedAt, to),
            status === undefined ? undefined : eq(conversations.status, status),
            isAfter,
          ),
        )
        .orderBy(asc(conversations.startedAt), asc(conversations.id))
        .limit(pageSize + 1);
      const page = rows.slice(0, pageSize);
      const last = page.at(-1);
      return { conversations: page, nextCursor: rows.length > pageSize && last ? toCursor(last) : null };
    },

    async messages(projectId, sessionId) {
      return (await get(projectId, sessionId)) && readMessages(sessionId);
    },

    async toolCalls(projectId, sessionId) {
      return (await get(projectId, sessionId)) && readToolCalls(sessionId);
    },

    async allAsMessages(projectId, sessionId, { from, to } = {}) {
      if (!(await get(projectId, sessionId))) return null;
      const calls = await readToolCalls(sessionId);
      return [...(await readMessages(sessionId)), ...calls.flatMap(toMessages)]
        .filter(({ at }) => (from === undefined || at >= from) && (to === undefined || at <= to))
        .sort((one, other) => one.messageId - other.messageId);
    },
  };
}

function toMessages(call: ToolCallRecord): MessageRecord[] {
  const { ordinal, callId, output, requestedAt, answeredAt, resultOrdinal } = call;
  const asked = toolMessage(ordinal, callMessage(call), requestedAt);
  if (output === null || answeredAt === null || resultOrdinal === null) return [asked];
  return [asked, toolMessage(resultOrdinal, resultMessage({ callId, output }), answeredAt)];
}

function toolMessage(messageId: number, text: string, at: Date): MessageRecord {
  return {
    messageId,
    role: 'tool',
    text,
    at,
    interrupted: false,
    by: null,
    startedAt: at,
    latencyMs: null,
    sources: null,
  };
}
