import { type ErrorCode, errorEntry, LIMITS } from '@visavis/protocol';
import type { Caller, ConversationStore, Logger } from '../../ports.ts';
import { type CallMemory, textBytes } from './memory/call-memory.ts';
import type { RecordedMessage } from './transcript.ts';

/** The lasting record of one call. Writes follow one another and never hold up the talk; a failed one is logged. */
export type CallRecord = {
  add(message: RecordedMessage): void;
  /** Resolves when everything has been written, or has failed. `code` is null when the client hung up. */
  end(code: ErrorCode | null, reason: string, endedAt: Date): Promise<void>;
  /** Messages that are not in the record: too much waited for the database, or the talk has all the text it may have. */
  readonly leftOut: number;
  /** Messages of which only the beginning is in the record. */
  readonly shortened: number;
};

export function startCallRecord(options: {
  store: ConversationStore;
  logger: Logger;
  memory: CallMemory;
  call: { sessionId: string; projectId: string; licenceId: string; avatarId: string };
  startedAt: Date;
  caller: Pick<Caller, 'origin'>;
}): CallRecord {
  const { store, logger, memory, call, startedAt, caller } = options;
  const { sessionId } = call;
  const origin = pageOf(caller);
  const guard = async (write: () => Promise<void>): Promise<void> => {
    try {
      await write();
    } catch (error) {
      logger.error({ sessionId, error: String(error) }, 'A part of the conversation could not be recorded');
    }
  };
  let pending = guard(() => store.start({ ...call, startedAt, origin }));
  const append = (write: () => Promise<void>): Promise<void> => {
    pending = pending.then(() => guard(write));
    return pending;
  };
  let recordedBytes = 0;
  let leftOut = 0;
  let shortened = 0;
  return {
    add(message) {
      const at = new Date();
      const { startedAtMs, latencyMs, ...said } = message;
      const text = said.text.slice(0, LIMITS.characters.recordedMessage);
      const beganBeforeMs = startedAtMs === undefined ? 0 : performance.now() - startedAtMs;
      const began = new Date(Math.max(startedAt.getTime(), at.getTime() - Math.max(0, beganBeforeMs)));
      const latency = latencyMs === undefined ? {} : { latencyMs: Math.round(latencyMs) };
      const bytes = textBytes(text);
      if (recordedBytes + bytes > LIMITS.budgets.conversation || !memory.take('recording', bytes)) {
        leftOut += 1;
        return;
      }
      recordedBytes += bytes;
      if (text.length < said.text.length) shortened += 1;
      void append(() => store.addMessage({ sessionId, ...said, text, at, startedAt: began, ...latency })).then(() =>
        memory.give('recording', bytes),
      );
    },
    end(code, reason, endedAt) {
      const failed = code !== null && errorEntry(code).isFailure;
      return append(() => store.end(sessionId, { endedAt, status: failed ? 'failed' : 'completed', reason }));
    },
    get leftOut() {
      return leftOut;
    },
    get shortened() {
      return shortened;
    },
  };
}

/** Browsers write `null` for pages without an origin of their own, like sandboxed frames and files. */
function pageOf({ origin }: Pick<Caller, 'origin'>): string | null {
  return origin === undefined || origin === 'null' ? null : origin.slice(0, LIMITS.characters.origin);
}
