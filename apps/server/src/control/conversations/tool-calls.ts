import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import type { Orm } from '../../db/database.ts';
import { type ToolCallState, toolCalls } from '../../db/schema.ts';

/** The model called a tool. */
export type ToolCallStart = {
  readonly sessionId: string;
  /** As the voice named it. */
  readonly callId: string;
  readonly name: string;
  /** One JSON object, as the model wrote it. */
  readonly argumentsJson: string;
  readonly at: Date;
  /** The server answers it; its client does when left out. */
  readonly by?: 'server';
};

export type ToolCallFinish = {
  readonly sessionId: string;
  readonly callId: string;
  /** Null: no result came in time. One that comes later still counts. */
  readonly output: string | null;
  readonly at: Date;
};

export type ToolCallRecord = {
  /** Its place in the talk; `messageId` of messages counts in the same numbering. */
  readonly ordinal: number;
  readonly callId: string;
  readonly name: string;
  readonly argumentsJson: string;
  /** The server answered it, or was to; null: the client. */
  readonly by: 'server' | null;
  readonly state: ToolCallState;
  /** Null: no result came. */
  readonly output: string | null;
  readonly requestedAt: Date;
  readonly answeredAt: Date | null;
  /** Place of its result in the talk; null: none came. */
  readonly resultOrdinal: number | null;
};

/** As a message of role `tool`, which is what published clients and receivers of webhooks read of a call. */
export function callMessage({ callId, name, argumentsJson }: Omit<ToolCallStart, 'sessionId' | 'at' | 'by'>): string {
  return JSON.stringify({ callId, name, arguments: argumentsJson });
}

/** The same of its result. */
export function resultMessage({ callId, output }: { readonly callId: string; readonly output: string }): string {
  return JSON.stringify({ callId, output });
}

/** Places in the order of talks, ascending: messages and calls of tools share one numbering. */
export async function takeOrdinals(writer: Pick<Orm, 'execute'>, count: number): Promise<number[]> {
  const { rows } = await writer.execute<{ ordinal: string | number }>(
    sql`select nextval(pg_get_serial_sequence('messages', 'ordinal')) as ordinal from generate_series(1, ${count}::int)`,
  );
  return rows.map(({ ordinal }) => Number(ordinal)).sort((one, other) => one - other);
}

type Numbered<Value> = Value & { readonly ordinal: number };

export async function insertToolCalls(
  writer: Pick<Orm, 'insert'>,
  calls: readonly Numbered<ToolCallStart>[],
): Promise<void> {
  await writer.insert(toolCalls).values(
    calls.map(({ ordinal, sessionId, callId, name, argumentsJson, at, by = null }) => ({
      ordinal,
      conversationId: sessionId,
      callId: storable(callId),
      name: storable(name),
      argumentsJson: storable(argumentsJson),
      requestedAt: at,
      by,
    })),
  );
}

/** False: no call of the talk with that id waits for it. */
export async function finishToolCall(
  writer: Pick<Orm, 'update' | 'select'>,
  { ordinal, sessionId, callId, output, at }: Numbered<ToolCallFinish>,
): Promise<boolean> {
  const waits: ToolCallState[] = output === null ? ['open'] : ['open', 'timed-out'];
  const newest = writer
    .select({ ordinal: toolCalls.ordinal })
    .from(toolCalls)
    .where(
      and(
        eq(toolCalls.conversationId, sessionId),
        eq(toolCalls.callId, storable(callId)),
        inArray(toolCalls.state, waits),
      ),
    )
    .orderBy(desc(toolCalls.ordinal))
    .limit(1);
  const finished = await writer
    .update(toolCalls)
    .set(
      output === null
        ? { state: 'timed-out' }
        : { state: 'answered', output: storable(output), answeredAt: at, resultOrdinal: ordinal },
    )
    .where(inArray(toolCalls.ordinal, newest))
    .returning({ ordinal: toolCalls.ordinal });
  return finished.length > 0;
}

/** Calls that still wait when their talks have ended get no result any more. */
export async function closeToolCalls(writer: Pick<Orm, 'update'>, sessionIds: readonly string[]): Promise<void> {
  await writer
    .update(toolCalls)
    .set({ state: 'unanswered' })
    .where(and(inArray(toolCalls.conversationId, [...sessionIds]), eq(toolCalls.state, 'open')));
}

/** PostgreSQL text holds every character but this one. */
function storable(text: string): string {
  return text.replaceAll('\u0000', '');
}
