import type { Message, ToolCall, Transcript } from '@visavis/protocol/rest';

/** Differences up to here are the time in which both are closed. */
const sameEndMs = 1_000;

/** How long a talk lasted; null while it goes on. */
export function talkMs({ startedAt, endedAt }: Pick<Transcript, 'startedAt' | 'endedAt'>): number | null {
  return endedAt === null ? null : Date.parse(endedAt) - Date.parse(startedAt);
}

/**
 * How long the talk had lasted when its film begins. Films from before that was kept begin with the first picture and end
 * with the talk. `filmMs` is not finite for a film that was cut off: nothing is known of it then.
 */
export function filmOffsetMs(
  talk: Pick<Transcript, 'startedAt' | 'endedAt' | 'recordingOffsetMs'>,
  filmMs: number,
): number {
  if (talk.recordingOffsetMs !== null) return talk.recordingOffsetMs;
  const missingMs = (talkMs(talk) ?? 0) - filmMs;
  return Number.isFinite(filmMs) && missingMs > sameEndMs ? missingMs : 0;
}

type Timed = Pick<Message, 'messageId' | 'offsetMs' | 'endMs'>;

/** The message that is heard at this time of the talk: of several that began, the one that began last and goes on. */
export function heardAt(messages: readonly Timed[], atMs: number): number | null {
  let heard: Timed | null = null;
  for (const message of messages) {
    const isHeard = message.offsetMs <= atMs && atMs < message.endMs;
    if (isHeard && (heard === null || message.offsetMs >= heard.offsetMs)) heard = message;
  }
  return heard?.messageId ?? null;
}

/** What stands on the time line of a talk. */
export type TalkEntry =
  | { readonly kind: 'message'; readonly place: number; readonly message: Message }
  | { readonly kind: 'tool-call'; readonly place: number; readonly toolCall: ToolCall };

/** Messages and calls of tools, in the order of the talk. */
export function entriesOf({ messages, toolCalls }: Pick<Transcript, 'messages' | 'toolCalls'>): readonly TalkEntry[] {
  const said = messages.map((message) => ({ kind: 'message', place: message.messageId, message }) as const);
  const called = toolCalls.map((toolCall) => ({ kind: 'tool-call', place: toolCall.ordinal, toolCall }) as const);
  return [...said, ...called].sort((one, other) => one.place - other.place);
}
