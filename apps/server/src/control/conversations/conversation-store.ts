import type { AnswerSource, Usage } from '@visavis/protocol';
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Database, Orm } from '../../db/database.ts';
import { CONVERSATION_STATUS, conversations, messages, toolCalls } from '../../db/schema.ts';
import { sqlStateOf } from '../../db/sql-state.ts';
import { FactQueue } from './fact-queue.ts';
import {
  closeToolCalls,
  finishToolCall,
  insertToolCalls,
  type ToolCallFinish,
  type ToolCallStart,
  takeOrdinals,
} from './tool-calls.ts';

type ConversationStart = {
  readonly sessionId: string;
  readonly projectId: string;
  readonly licenceId: string;
  readonly avatarId: string;
  readonly startedAt: Date;
  /** Page that the call came from; null or left out: it is no page. */
  readonly origin?: string | null;
  /** Who called, as the project's server names its users; null or left out: it did not say. */
  readonly callerId?: string | null;
};

type ConversationMessage = {
  readonly sessionId: string;
  readonly role: 'user' | 'assistant';
  readonly text: string;
  readonly at: Date;
  readonly interrupted?: boolean;
  /** A person said it in place of the avatar; nobody did when left out. */
  readonly by?: 'operator';
  /** When it began to be heard; `at` when left out. */
  readonly startedAt?: Date;
  /** Of an answer: from the end of the person's turn to its first sound. */
  readonly latencyMs?: number;
  /** Of an answer: where what it was made with stands. */
  readonly sources?: readonly AnswerSource[];
};

type ConversationOutcome = {
  readonly endedAt: Date;
  readonly status: 'completed' | 'failed';
  readonly reason: string;
  /** What services have counted; nothing when left out. */
  readonly usage?: Usage;
};

/** The record of a talk. Each promise resolves when the fact is durable, and rejects when it was not stored. */
export type ConversationStore = {
  start(conversation: ConversationStart): Promise<void>;
  addMessage(message: ConversationMessage): Promise<void>;
  startToolCall(call: ToolCallStart): Promise<void>;
  finishToolCall(finish: ToolCallFinish): Promise<void>;
  /** A second end of the same talk changes nothing. */
  end(sessionId: string, outcome: ConversationOutcome): Promise<void>;
  /** Facts given but not yet durable. */
  readonly pendingCount: number;
  /** Resolves when all facts given so far are settled. */
  drain(): Promise<void>;
};

type Fact =
  | { readonly kind: 'start'; readonly value: ConversationStart }
  | { readonly kind: 'message'; readonly value: ConversationMessage }
  | { readonly kind: 'tool-call'; readonly value: ToolCallStart }
  | { readonly kind: 'tool-result'; readonly value: ToolCallFinish }
  | { readonly kind: 'end'; readonly value: ConversationOutcome & { readonly sessionId: string } };

type Entry = { readonly fact: Fact; readonly resolve: () => void; readonly reject: (error: unknown) => void };

/** Facts written by one transaction at most. */
const MAX_BATCH = 500;

/** What waits while one transaction is on its way to disk goes into the next: one flush for many calls. */
export function createConversationStore({ orm }: Pick<Database, 'orm'>): ConversationStore {
  const queue = new FactQueue<Entry>();
  let writing: Promise<void> | null = null;

  const writeAll = async (): Promise<void> => {
    for (let batch = queue.take(MAX_BATCH); batch.length > 0; batch = queue.take(MAX_BATCH)) {
      await writeBatch(orm, batch);
    }
    writing = null;
  };

  const add = (fact: Fact): Promise<void> => {
    const { sessionId } = fact.value;
    const bytes = textBytesOf(fact);
    if (fact.kind !== 'start' && fact.kind !== 'end' && !queue.hasRoom(sessionId, bytes)) {
      return Promise.reject(
        new Error(
          `the conversation record is overloaded: ${queue.count} facts (${queue.bytes} bytes) wait for the database`,
        ),
      );
    }
    const stored = new Promise<void>((resolve, reject) => {
      queue.add(sessionId, { resolve, reject, fact }, bytes);
      writing ??= Promise.resolve().then(writeAll);
    });
    return stored.finally(() => queue.settle(sessionId, bytes));
  };

  return {
    start: (value) => add({ kind: 'start', value }),
    addMessage: (value) => add({ kind: 'message', value }),
    startToolCall: (value) => add({ kind: 'tool-call', value }),
    finishToolCall: (value) => add({ kind: 'tool-result', value }),
    end: (sessionId, outcome) => add({ kind: 'end', value: { ...outcome, sessionId } }),
    get pendingCount() {
      return queue.count;
    },
    async drain() {
      while (writing) await writing;
    },
  };
}

function textBytesOf({ kind, value }: Fact): number {
  switch (kind) {
    case 'message':
      return 2 * value.text.length;
    case 'tool-call':
      return 2 * (value.name.length + value.argumentsJson.length);
    case 'tool-result':
      return 2 * (value.output?.length ?? 0);
    default:
      return 0;
  }
}

/** Never rejects: each entry is settled on its own. */
async function writeBatch(orm: Orm, batch: readonly Entry[]): Promise<void> {
  try {
    const strays = await writeFacts(
      orm,
      batch.map(({ fact }) => fact),
    );
    for (const { fact, resolve, reject } of batch) {
      const why = strays.get(fact);
      if (why === undefined) resolve();
      else reject(new Error(why));
    }
    return;
  } catch (error) {
    if (batch.length === 1 || !isFaultOfOneFact(error)) {
      for (const { reject } of batch) reject(error);
      return;
    }
  }
  for (const entry of batch) await writeBatch(orm, [entry]);
}

/** The transaction was certainly rolled back, and because of what it contained: the other facts can be tried again. */
function isFaultOfOneFact(error: unknown): boolean {
  return /^2[23]/.test(sqlStateOf(error) ?? '');
}

/** Facts that change nothing since what they belong to is not in the record, and why; all others are written. */
type Strays = ReadonlyMap<Fact, string>;

/** Starts, then what was said and calls of tools, then ends: for one talk that is the order they were given in. */
async function writeFacts(orm: Orm, facts: readonly Fact[]): Promise<Strays> {
  const starts = facts.flatMap((fact) => (fact.kind === 'start' ? [fact.value] : []));
  const ends = facts.filter((fact) => fact.kind === 'end');
  const said = facts.flatMap((fact) => (fact.kind === 'message' ? [fact.value] : []));
  if (said.length === facts.length) {
    await insertMessages(orm, said);
    return new Map();
  }
  return orm.transaction(async (transaction) => {
    const strays = new Map<Fact, string>();
    if (starts.length > 0) {
      await transaction.insert(conversations).values(
        starts.map(({ sessionId, origin = null, callerId = null, ...rest }) => ({
          id: sessionId,
          // PostgreSQL text holds every character but this one.
          origin: origin?.replaceAll('\u0000', '') ?? null,
          callerId,
          recordingOffsetMs: 0,
          ...rest,
        })),
      );
    }
    if (starts.length + said.length + ends.length < facts.length) await writeWithTools(transaction, facts, strays);
    else if (said.length > 0) await insertMessages(transaction, said);
    for (const end of ends) {
      if (await endConversation(transaction, end.value)) continue;
      strays.set(end, `there is no conversation ${end.value.sessionId}`);
    }
    return strays;
  });
}

/** Messages and tools are rows of two tables: the place of each in its talk is told, so that they keep their order. */
async function writeWithTools(writer: Writer, facts: readonly Fact[], strays: Map<Fact, string>): Promise<void> {
  const ordinals = await takeOrdinals(writer, facts.length);
  const numbered = facts.flatMap((fact, index) => {
    const ordinal = ordinals[index];
    return ordinal === undefined ? [] : [{ fact, ordinal }];
  });
  const said = numbered.flatMap(({ fact, ordinal }) => (fact.kind === 'message' ? [{ ...fact.value, ordinal }] : []));
  const calls = numbered.flatMap(({ fact, ordinal }) =>
    fact.kind === 'tool-call' ? [{ ...fact.value, ordinal }] : [],
  );
  if (said.length > 0) await insertMessages(writer, said);
  if (calls.length > 0) await insertToolCalls(writer, calls);
  for (const { fact, ordinal } of numbered) {
    if (fact.kind !== 'tool-result' || (await finishToolCall(writer, { ...fact.value, ordinal }))) continue;
    strays.set(fact, `no call of a tool ${fact.value.callId} waits in conversation ${fact.value.sessionId}`);
  }
}

type Writer = Pick<Orm, 'insert' | 'update' | 'select' | 'execute'>;

async function insertMessages(
  writer: Pick<Orm, 'insert'>,
  said: readonly (ConversationMessage & { readonly ordinal?: number })[],
): Promise<void> {
  await writer.insert(messages).values(
    said.map(
      ({
        ordinal,
        sessionId,
        role,
        text,
        at,
        interrupted = false,
        by = null,
        startedAt = null,
        latencyMs = null,
        sources = null,
      }) => ({
        ordinal,
        conversationId: sessionId,
        role,
        // PostgreSQL text holds every character but this one.
        text: text.replaceAll('\u0000', ''),
        at,
        interrupted,
        by,
        startedAt,
        latencyMs,
        sources,
      }),
    ),
  );
}

/** Of what was said and told to tools: counted once, when nothing is added any more. */
const SAID_BYTES = sql`(select coalesce(sum(octet_length(${messages.text})), 0) from ${messages} where ${messages.conversationId} = ${conversations.id})
  + (select coalesce(sum(octet_length(${toolCalls.name}) + octet_length(${toolCalls.argumentsJson}) + coalesce(octet_length(${toolCalls.output}), 0)), 0)
     from ${toolCalls} where ${toolCalls.conversationId} = ${conversations.id})`;

/** False: there is no such talk. */
async function endConversation(writer: Writer, end: ConversationOutcome & { sessionId: string }): Promise<boolean> {
  const ended = await writer
    .update(conversations)
    .set({
      status: CONVERSATION_STATUS[end.status],
      endedAt: end.endedAt,
      reason: end.reason.replaceAll('\u0000', ''),
      usage: end.usage ?? {},
      textBytes: SAID_BYTES,
    })
    .where(and(eq(conversations.id, end.sessionId), eq(conversations.status, CONVERSATION_STATUS.active)))
    .returning({ id: conversations.id });
  if (ended.length > 0) {
    await closeToolCalls(writer, [end.sessionId]);
    return true;
  }
  const known = await writer
    .select({ id: conversations.id })
    .from(conversations)
    .where(eq(conversations.id, end.sessionId));
  return known.length > 0;
}

/** A talk that a crash cut off, as it was ended afterwards. */
export type LostTalk = { readonly sessionId: string; readonly projectId: string; readonly endedAt: Date };

export const LOST_REASON = 'the server stopped';

/** Ends talks that go on by their record, these or all, as failed with the last of their record. Gives those that it has ended. */
export async function endLostTalks(
  { orm }: Pick<Database, 'orm'>,
  sessionIds?: readonly string[],
): Promise<LostTalk[]> {
  const lastMessageAt = sql`(select max(${messages.at}) from ${messages} where ${messages.conversationId} = ${conversations.id})`;
  const lastCallAt = sql`(select max(greatest(${toolCalls.requestedAt}, ${toolCalls.answeredAt})) from ${toolCalls} where ${toolCalls.conversationId} = ${conversations.id})`;
  const isActive = eq(conversations.status, CONVERSATION_STATUS.active);
  const ended = await orm.transaction(async (transaction) => {
    const talks = await transaction
      .update(conversations)
      .set({
        status: CONVERSATION_STATUS.failed,
        reason: LOST_REASON,
        endedAt: sql`coalesce(greatest(${lastMessageAt}, ${lastCallAt}), ${conversations.startedAt})`,
        textBytes: SAID_BYTES,
      })
      .where(sessionIds === undefined ? isActive : and(isActive, inArray(conversations.id, [...sessionIds])))
      .returning({
        sessionId: conversations.id,
        projectId: conversations.projectId,
        startedAt: conversations.startedAt,
        endedAt: conversations.endedAt,
      });
    if (talks.length > 0) {
      await closeToolCalls(
        transaction,
        talks.map(({ sessionId }) => sessionId),
      );
    }
    return talks;
  });
  return ended.map(({ startedAt, endedAt, ...talk }) => ({ ...talk, endedAt: endedAt ?? startedAt }));
}

/** At the start, where one process alone has talks: all that go on were cut off. Elsewhere another node may have them. */
export async function failOrphanedConversations({ kind, orm }: Pick<Database, 'kind' | 'orm'>): Promise<LostTalk[]> {
  return kind === 'embedded' ? endLostTalks({ orm }) : [];
}
