import { type ErrorCode, errorEntry } from '@visavis/protocol';
import type { ConversationStore, Logger } from '../../ports.ts';
import type { RecordedMessage } from './call-state.ts';

/** The lasting record of one call. Writes follow one another and never hold up the talk; a failed one is logged. */
export type CallRecord = {
  add(message: RecordedMessage): void;
  /** Resolves when everything has been written, or has failed. `code` is null when the client hung up. */
  end(code: ErrorCode | null, reason: string): Promise<void>;
};

export function startCallRecord(options: {
  store: ConversationStore;
  logger: Logger;
  call: { sessionId: string; projectId: string; licenceId: string; avatarId: string };
}): CallRecord {
  const { store, logger, call } = options;
  const { sessionId } = call;
  const guard = async (write: () => Promise<void>): Promise<void> => {
    try {
      await write();
    } catch (error) {
      logger.error({ sessionId, error: String(error) }, 'A part of the conversation could not be recorded');
    }
  };
  const startedAt = new Date();
  let pending = guard(() => store.start({ ...call, startedAt }));
  const append = (write: () => Promise<void>): Promise<void> => {
    pending = pending.then(() => guard(write));
    return pending;
  };
  return {
    add(message) {
      const at = new Date();
      append(() => store.addMessage({ sessionId, ...message, at }));
    },
    end(code, reason) {
      const failed = code !== null && errorEntry(code).eventType === 'conversation.connected.backend_error';
      const endedAt = new Date();
      return append(() => store.end(sessionId, { endedAt, status: failed ? 'failed' : 'completed', reason }));
    },
  };
}
