import { getHeapStatistics } from 'node:v8';
import type { SessionCommand } from '@visavis/media/session-events';
import { LIMITS } from '@visavis/protocol';
import { MemoryBudget, type MemoryShare, type ShareLimits } from './memory-budget.ts';

/** What a call keeps in the memory of this process. */
export type CallMemoryKind = 'receiving' | 'held' | 'recording' | 'worker' | 'outgoing';
export type CallMemory = MemoryShare<CallMemoryKind>;

const { receiving, held, recording, worker, outgoing, call } = LIMITS.budgets;
export const CALL_LIMITS: ShareLimits<CallMemoryKind> = {
  kinds: { receiving, held, recording, worker, outgoing },
  all: call,
};

/** The budget of one kind of work of this process; a process with a small heap has less than the table says. */
export function processBudget(limitBytes: number): MemoryBudget {
  const share = getHeapStatistics().heap_size_limit * LIMITS.budgets.heapShare;
  return new MemoryBudget(Math.min(limitBytes, Math.floor(share)));
}

/** What the smallest thing takes that waits: objects, closures, an entry of a list. */
const SMALLEST_BYTES = 512;

/** Memory of texts that wait. */
export function textBytes(...texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + 2 * text.length, SMALLEST_BYTES);
}

/** Memory of a command on its way to a media worker. */
export function commandBytes(command: SessionCommand): number {
  switch (command.type) {
    case 'user-audio':
      return SMALLEST_BYTES + command.bytes.length;
    case 'image':
      return SMALLEST_BYTES + command.dataUrl.length;
    case 'user-text':
    case 'say':
    case 'channel-message':
      return textBytes(command.text);
    case 'history':
      return command.items.reduce((sum, { text }) => sum + textBytes(text), SMALLEST_BYTES);
    case 'tool-result':
      return textBytes(command.output);
    case 'looked-up':
      return command.passages.reduce((sum, { text }) => sum + textBytes(text), SMALLEST_BYTES);
    case 'respond':
      return textBytes(command.instructions ?? '');
    case 'remote-description':
      return textBytes(command.description.sdp);
    case 'configure':
      return textBytes(JSON.stringify(command.patch));
    default:
      return SMALLEST_BYTES;
  }
}
