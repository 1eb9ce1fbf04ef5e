import type { ServerSignal, SessionInfo, TurnLatency } from './from-wire.ts';
import type { HistoryTurn } from './to-wire.ts';
import {
  carriedOver,
  closed,
  emptyTranscript,
  heardUntil,
  type Transcript,
  withSignal,
  withTypedText,
} from './transcript.ts';

/** What the avatar is doing, as far as the events tell. */
export type Activity = 'listening' | 'hearing' | 'thinking' | 'speaking';

/** Latency of the last exchange: blank from the end of the user's turn until its steps are known. */
export type ExchangeLatency = TurnLatency & {
  /** From the end of the user's turn as this client learned of it to the first audible sound here. */
  readonly heardMs: number | null;
};

/** The talk as a value: a pure function of the signals so far. */
export type Conversation = {
  readonly transcript: Transcript;
  readonly activity: Activity;
  readonly info: SessionInfo | null;
  readonly latency: ExchangeLatency | null;
};

export const emptyConversation: Conversation = Object.freeze({
  transcript: emptyTranscript,
  activity: 'listening',
  info: null,
  latency: null,
});

const noLatency: ExchangeLatency = {
  transcriptMs: null,
  firstTextMs: null,
  firstAudioMs: null,
  firstSoundMs: null,
  heardMs: null,
};

export function afterSignal(conversation: Conversation, signal: ServerSignal): Conversation {
  return {
    transcript: withSignal(conversation.transcript, signal),
    activity: activityAfter(conversation.activity, signal),
    info: signal.type === 'session-info' ? signal.info : conversation.info,
    latency: latencyAfter(conversation.latency, signal),
  };
}

export function afterTypedText(conversation: Conversation, id: string, text: string): Conversation {
  return {
    ...conversation,
    transcript: withTypedText(conversation.transcript, id, text),
    latency: noLatency,
    activity: 'thinking',
  };
}

/** Time has passed; the same conversation when it changes nothing. */
export function afterTime(conversation: Conversation, nowMs: number): Conversation {
  const transcript = heardUntil(conversation.transcript, nowMs);
  return transcript === conversation.transcript ? conversation : { ...conversation, transcript };
}

/** The connection is lost: whatever was under way is over, and what is said next is said over another one. */
export function afterLoss(conversation: Conversation, connection: number): Conversation {
  return { ...conversation, transcript: carriedOver(conversation.transcript, connection), activity: 'listening' };
}

export function afterEnd(conversation: Conversation): Conversation {
  return { ...conversation, transcript: closed(conversation.transcript) };
}

/** What was said, for a session that is to know it. */
export function historyOf({ transcript }: Conversation): HistoryTurn[] {
  return transcript.captions
    .filter(({ text }) => text.trim() !== '')
    .map(({ speaker, text }) => ({ role: speaker === 'user' ? 'user' : 'assistant', text }));
}

export function afterHeard(conversation: Conversation, heardMs: number): Conversation {
  return { ...conversation, latency: { ...(conversation.latency ?? noLatency), heardMs } };
}

function activityAfter(activity: Activity, signal: ServerSignal): Activity {
  switch (signal.type) {
    case 'user-speech-started':
      return 'hearing';
    case 'user-speech-stopped':
      return 'thinking';
    case 'user-transcript':
      return activity === 'thinking' && signal.text.trim() === '' ? 'listening' : activity;
    case 'reply-delta':
      return activity === 'hearing' ? activity : 'speaking';
    case 'reply-done':
      return activity === 'speaking' ? 'listening' : activity;
    default:
      return activity;
  }
}

function latencyAfter(latency: ExchangeLatency | null, signal: ServerSignal): ExchangeLatency | null {
  if (signal.type === 'user-speech-stopped') return noLatency;
  if (signal.type !== 'turn-latency') return latency;
  return { ...signal.latency, heardMs: latency?.heardMs ?? null };
}
