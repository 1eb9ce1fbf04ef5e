import type { SessionCommand, SessionConfig, SessionEvent } from '@visavis/media/session-events';
import { LIMITS } from '@visavis/protocol';

/** What is kept of a talk: one message of the record. */
export type RecordedMessage = {
  readonly role: 'user' | 'assistant' | 'tool';
  readonly text: string;
  readonly interrupted?: boolean;
  /** When it began to be heard, on the clock of the inputs; left out: when it is recorded. */
  readonly startedAtMs?: number;
  /** Of an answer: from the end of the user's turn to its first sound. */
  readonly latencyMs?: number;
};

/** A reply whose end has not been told. */
type OpenReply = {
  readonly turnId: string;
  readonly text: string;
  readonly isTextWhole: boolean;
  /** When its first sound left; null: not told. */
  readonly soundedAtMs: number | null;
  /** From the end of the user's turn to its first sound; null where it answers none. */
  readonly latencyMs: number | null;
};

/** A turn of the user that has begun and whose words are not known yet. */
type HeardTurn = { readonly itemId: string; readonly startedAtMs: number };

export type Transcript = {
  /** How much before the detector noticed it a turn began. */
  readonly prefixPaddingMs: number;
  readonly replies: readonly OpenReply[];
  readonly heardTurns: readonly HeardTurn[];
};

type TranscriptStep = { readonly transcript: Transcript; readonly message: RecordedMessage | null };

export function emptyTranscript({ prefixPaddingMs }: SessionConfig['turnDetection']): Transcript {
  return { prefixPaddingMs, replies: [], heardTurns: [] };
}

/** What a command of the client adds to the record: typed words, and results of tools. */
export function noteCommand(transcript: Transcript, command: SessionCommand): TranscriptStep {
  switch (command.type) {
    case 'user-text':
      return { transcript, message: { role: 'user', text: command.text } };
    case 'tool-result': {
      const { callId, output } = command;
      return { transcript, message: { role: 'tool', text: JSON.stringify({ callId, output }) } };
    }
    case 'configure': {
      const { prefixPaddingMs = transcript.prefixPaddingMs } = command.patch.turnDetection ?? {};
      return { transcript: { ...transcript, prefixPaddingMs }, message: null };
    }
    default:
      return { transcript, message: null };
  }
}

/** What an event of the session adds to the record: words that were heard, answers as far as they were, calls of tools. */
export function noteEvent(transcript: Transcript, event: SessionEvent, atMs: number): TranscriptStep {
  const unsaid = (next: Transcript): TranscriptStep => ({ transcript: next, message: null });
  switch (event.type) {
    case 'user-speech-started': {
      const turn = { itemId: event.itemId, startedAtMs: atMs - transcript.prefixPaddingMs };
      return unsaid({ ...transcript, heardTurns: [...transcript.heardTurns, turn].slice(-LIMITS.counts.openReplies) });
    }
    case 'user-transcript-done':
      return noteUserWords(transcript, event);
    case 'reply-text-delta': {
      const reply = openReply(transcript, event.turnId);
      const text = (reply.text + event.text).slice(0, LIMITS.characters.replyText);
      return unsaid(withReply(transcript, { ...reply, text }));
    }
    case 'reply-text-done': {
      const reply = openReply(transcript, event.turnId);
      if (reply.isTextWhole) return unsaid(transcript);
      const text = event.text.slice(0, LIMITS.characters.replyText);
      return unsaid(withReply(transcript, { ...reply, text, isTextWhole: true }));
    }
    case 'turn-latency': {
      const reply = openReply(transcript, event.turnId);
      const latencyMs = event.latency.firstSoundMs;
      return unsaid(withReply(transcript, { ...reply, soundedAtMs: atMs, latencyMs }));
    }
    case 'reply-done':
      return noteReply(transcript, event, atMs);
    case 'tool-call-done': {
      const { callId, name, argumentsJson } = event;
      return {
        transcript,
        message: { role: 'tool', text: JSON.stringify({ callId, name, arguments: argumentsJson }) },
      };
    }
    default:
      return unsaid(transcript);
  }
}

function openReply({ replies }: Transcript, turnId: string): OpenReply {
  const known = replies.find((reply) => reply.turnId === turnId);
  return known ?? { turnId, text: '', isTextWhole: false, soundedAtMs: null, latencyMs: null };
}

/** The oldest are forgotten: a voice that never finishes its replies must not fill the memory. */
function withReply(transcript: Transcript, reply: OpenReply): Transcript {
  const others = transcript.replies.filter((other) => other.turnId !== reply.turnId);
  return { ...transcript, replies: [...others, reply].slice(-LIMITS.counts.openReplies) };
}

function noteUserWords(
  transcript: Transcript,
  { itemId, text }: Extract<SessionEvent, { type: 'user-transcript-done' }>,
): TranscriptStep {
  const turn = transcript.heardTurns.find((heard) => heard.itemId === itemId);
  const next = { ...transcript, heardTurns: transcript.heardTurns.filter((other) => other !== turn) };
  if (text.trim() === '') return { transcript: next, message: null };
  const message = { role: 'user' as const, text };
  return { transcript: next, message: turn === undefined ? message : { ...message, startedAtMs: turn.startedAtMs } };
}

/** Of a reply that was cut, what was heard of it. */
function noteReply(
  transcript: Transcript,
  event: Extract<SessionEvent, { type: 'reply-done' }>,
  atMs: number,
): TranscriptStep {
  const { turnId, interrupted, playedMs, heardText } = event;
  const { text: whole, soundedAtMs, latencyMs } = openReply(transcript, turnId);
  const next = { ...transcript, replies: transcript.replies.filter((other) => other.turnId !== turnId) };
  const text = interrupted ? heardText : whole || heardText;
  if (text.trim() === '') return { transcript: next, message: null };
  const startedAtMs = soundedAtMs ?? atMs - playedMs;
  const message = { role: 'assistant' as const, text, interrupted, startedAtMs };
  return { transcript: next, message: latencyMs === null ? message : { ...message, latencyMs } };
}
