import { type ErrorCode, errorEntry, LIMITS, type Usage } from '@visavis/protocol';
import type { Caller, ConversationStore, Logger } from '../../ports.ts';
import { type CallMemory, textBytes } from './memory/call-memory.ts';
import type { RecordedFact } from './transcript.ts';

const { recordedMessage, toolName, toolResult, callId: callIdLength } = LIMITS.characters;

/** The lasting record of one call. Writes follow one another and never hold up the talk; a failed one is logged. */
export type CallRecord = {
  add(fact: RecordedFact): void;
  /** Resolves when everything has been written, or has failed. `code` is null when the client hung up. */
  end(code: ErrorCode | null, ending: { reason: string; endedAt: Date; usage: Usage }): Promise<void>;
  /**
   * Messages, calls of tools and results that are not in the record: too much waited for the database, or the talk has all the text
   * it may have.
   */
  readonly leftOut: number;
  /** Those of which only the beginning is in the record. */
  readonly shortened: number;
};

export function startCallRecord(options: {
  store: ConversationStore;
  logger: Logger;
  memory: CallMemory;
  call: { sessionId: string; projectId: string; licenceId: string; avatarId: string };
  /** Null: nobody in particular. */
  callerId: string | null;
  startedAt: Date;
  caller: Pick<Caller, 'origin'>;
}): CallRecord {
  const { store, logger, memory, call, callerId, startedAt, caller } = options;
  const { sessionId } = call;
  const origin = pageOf(caller);
  const guard = async (write: () => Promise<void>): Promise<void> => {
    try {
      await write();
    } catch (error) {
      logger.error({ sessionId, error: String(error) }, 'A part of the conversation could not be recorded');
    }
  };
  let pending = guard(() => store.start({ ...call, callerId, startedAt, origin }));
  const append = (write: () => Promise<void>): Promise<void> => {
    pending = pending.then(() => guard(write));
    return pending;
  };
  let recordedBytes = 0;
  let leftOut = 0;
  let shortened = 0;
  /** Calls of tools that are not in the record: their results have nothing to stand at. */
  let unrecordedCalls: readonly string[] = [];
  return {
    add(fact) {
      const isOfUnrecorded = fact.kind === 'tool-result' && unrecordedCalls.includes(fact.callId);
      const { texts, isWhole, write } = toEntry(fact, { store, sessionId, startedAt });
      const bytes = textBytes(...texts);
      const isOver = recordedBytes + bytes > LIMITS.budgets.conversation;
      if (isOfUnrecorded || isOver || !memory.take('recording', bytes)) {
        leftOut += 1;
        if (fact.kind !== 'tool-call') return;
        unrecordedCalls = [...unrecordedCalls, fact.callId].slice(-LIMITS.counts.openToolCalls);
        return;
      }
      recordedBytes += bytes;
      if (!isWhole) shortened += 1;
      void append(write).then(() => memory.give('recording', bytes));
    },
    end(code, ending) {
      const failed = code !== null && errorEntry(code).isFailure;
      return append(() => store.end(sessionId, { ...ending, status: failed ? 'failed' : 'completed' }));
    },
    get leftOut() {
      return leftOut;
    },
    get shortened() {
      return shortened;
    },
  };
}

type Talk = { readonly store: ConversationStore; readonly sessionId: string; readonly startedAt: Date };

/** A fact on its way into the record, its texts within their limits. */
type Entry = { readonly texts: readonly string[]; readonly isWhole: boolean; write(): Promise<void> };

function toEntry(fact: RecordedFact, talk: Talk): Entry {
  switch (fact.kind) {
    case 'message':
      return messageEntry(fact, talk);
    case 'tool-call': {
      const [name, argumentsJson] = [fact.name.slice(0, toolName), fact.argumentsJson.slice(0, recordedMessage)];
      const isWhole = name === fact.name && argumentsJson === fact.argumentsJson;
      const by = fact.by === undefined ? {} : { by: fact.by };
      const call = { ...callOf(fact, talk), name, argumentsJson, at: new Date(), ...by };
      return { texts: [name, argumentsJson], isWhole, write: () => talk.store.startToolCall(call) };
    }
    case 'tool-result': {
      const output = fact.output?.slice(0, toolResult) ?? null;
      const finish = { ...callOf(fact, talk), output, at: new Date() };
      const isWhole = output === fact.output;
      return { texts: [output ?? ''], isWhole, write: () => talk.store.finishToolCall(finish) };
    }
  }
}

function callOf({ callId }: { readonly callId: string }, { sessionId }: Talk) {
  return { sessionId, callId: callId.slice(0, callIdLength) };
}

function messageEntry(fact: Extract<RecordedFact, { kind: 'message' }>, { store, sessionId, startedAt }: Talk): Entry {
  const { kind: _kind, startedAtMs, latencyMs, ...said } = fact;
  const at = new Date();
  const text = said.text.slice(0, recordedMessage);
  const beganBeforeMs = startedAtMs === undefined ? 0 : performance.now() - startedAtMs;
  const began = new Date(Math.max(startedAt.getTime(), at.getTime() - Math.max(0, beganBeforeMs)));
  const latency = latencyMs === undefined ? {} : { latencyMs: Math.round(latencyMs) };
  const message = { sessionId, ...said, text, at, startedAt: began, ...latency };
  return { texts: [text], isWhole: text.length === said.text.length, write: () => store.addMessage(message) };
}

/** Browsers write `null` for pages without an origin of their own, like sandboxed frames and files. */
function pageOf({ origin }: Pick<Caller, 'origin'>): string | null {
  return origin === undefined || origin === 'null' ? null : origin.slice(0, LIMITS.characters.origin);
}
