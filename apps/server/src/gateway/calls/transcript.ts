import type { SessionCommand, SessionConfig, SessionEvent } from '@visavis/media/session-events';
import { type AnswerSource, LIMITS } from '@visavis/protocol';

/** What was said. */
type RecordedMessage = {
  readonly role: 'user' | 'assistant';
  readonly text: string;
  readonly interrupted?: boolean;
  /** A person said it in place of the avatar. */
  readonly by?: 'operator';
  /** When it began to be heard, on the clock of the inputs; left out: when it is recorded. */
  readonly startedAtMs?: number;
  /** Of an answer: from the end of the user's turn to its first sound. */
  readonly latencyMs?: number;
  /** Of an answer: where what it was made with stands; left out: nowhere. */
  readonly sources?: readonly AnswerSource[];
};

/** What is kept of a talk: one fact of the record. */
export type RecordedFact =
  | ({ readonly kind: 'message' } & RecordedMessage)
  | {
      readonly kind: 'tool-call';
      readonly callId: string;
      readonly name: string;
      readonly argumentsJson: string;
      /** The server answers it. */
      readonly by?: 'server';
    }
  /** Of a call before it. `output` is null when no result came in time; one that comes later still counts. */
  | { readonly kind: 'tool-result'; readonly callId: string; readonly output: string | null };

/** A reply whose end has not been told. */
type OpenReply = {
  readonly turnId: string;
  readonly text: string;
  readonly isTextWhole: boolean;
  readonly isByOperator: boolean;
  /** When its first sound left; null: not told. */
  readonly soundedAtMs: number | null;
  /** From the end of the user's turn to its first sound; null where it answers none. */
  readonly latencyMs: number | null;
  readonly sources: readonly AnswerSource[];
};

/** A turn of the user that has begun and whose words are not known yet. */
type HeardTurn = { readonly itemId: string; readonly startedAtMs: number };

export type Transcript = {
  /** How much before the detector noticed it a turn began. */
  readonly prefixPaddingMs: number;
  readonly replies: readonly OpenReply[];
  readonly heardTurns: readonly HeardTurn[];
  /** Ids of the calls of tools that have no result yet. */
  readonly openCalls: readonly string[];
};

export type TranscriptStep = { readonly transcript: Transcript; readonly fact: RecordedFact | null };

export function emptyTranscript({ prefixPaddingMs }: SessionConfig['turnDetection']): Transcript {
  return { prefixPaddingMs, replies: [], heardTurns: [], openCalls: [] };
}

/** What a command of the client adds to the record: typed words, and results of tools. */
export function noteCommand(transcript: Transcript, command: SessionCommand): TranscriptStep {
  switch (command.type) {
    case 'user-text':
      return { transcript, fact: { kind: 'message', role: 'user', text: command.text } };
    case 'tool-result':
      return noteToolResult(transcript, command);
    case 'configure': {
      const { prefixPaddingMs = transcript.prefixPaddingMs } = command.patch.turnDetection ?? {};
      return { transcript: { ...transcript, prefixPaddingMs }, fact: null };
    }
    default:
      return { transcript, fact: null };
  }
}

/**
 * What an event of the session adds to the record: words that were heard, answers as far as they were, calls of tools;
 * `isServers`: the server answers this one.
 */
export function noteEvent(
  transcript: Transcript,
  event: SessionEvent,
  atMs: number,
  isServers = false,
): TranscriptStep {
  const unsaid = (next: Transcript): TranscriptStep => ({ transcript: next, fact: null });
  switch (event.type) {
    case 'user-speech-started': {
      const turn = { itemId: event.itemId, startedAtMs: atMs - transcript.prefixPaddingMs };
      return unsaid({ ...transcript, heardTurns: [...transcript.heardTurns, turn].slice(-LIMITS.counts.openReplies) });
    }
    case 'user-transcript-done':
      return noteUserWords(transcript, event);
    case 'reply-started':
      if (event.by === undefined) return unsaid(transcript);
      return unsaid(withReply(transcript, { ...openReply(transcript, event.turnId), isByOperator: true }));
    case 'reply-sources': {
      const reply = openReply(transcript, event.turnId);
      return unsaid(withReply(transcript, { ...reply, sources: withSources(reply.sources, event.sources) }));
    }
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
      const openCalls = [...transcript.openCalls, callId].slice(-LIMITS.counts.openToolCalls);
      const call = { kind: 'tool-call', callId, name, argumentsJson } as const;
      const fact = isServers ? ({ ...call, by: 'server' } as const) : call;
      return { transcript: { ...transcript, openCalls }, fact };
    }
    case 'tool-call-timed-out': {
      const { callId } = event;
      if (!transcript.openCalls.includes(callId)) return unsaid(transcript);
      return { transcript, fact: { kind: 'tool-result', callId, output: null } };
    }
    default:
      return unsaid(transcript);
  }
}

/** One result counts, of a call that was made: the session leaves out all others. */
function noteToolResult(
  transcript: Transcript,
  { callId, output }: Extract<SessionCommand, { type: 'tool-result' }>,
): TranscriptStep {
  if (!transcript.openCalls.includes(callId)) return { transcript, fact: null };
  const openCalls = transcript.openCalls.filter((other) => other !== callId);
  return { transcript: { ...transcript, openCalls }, fact: { kind: 'tool-result', callId, output } };
}

function openReply({ replies }: Transcript, turnId: string): OpenReply {
  const known = replies.find((reply) => reply.turnId === turnId);
  const untold = { isTextWhole: false, isByOperator: false, soundedAtMs: null, latencyMs: null };
  return known ?? { turnId, text: '', ...untold, sources: [] };
}

/** Each place once. */
function withSources(known: readonly AnswerSource[], more: readonly AnswerSource[]): readonly AnswerSource[] {
  const places = new Map([...known, ...more].map((one) => [JSON.stringify([one.source, one.page, one.part]), one]));
  return [...places.values()].slice(0, LIMITS.counts.sources);
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
  if (text.trim() === '') return { transcript: next, fact: null };
  const fact = { kind: 'message', role: 'user', text } as const;
  return { transcript: next, fact: turn === undefined ? fact : { ...fact, startedAtMs: turn.startedAtMs } };
}

/** Of a reply that was cut, what was heard of it. */
function noteReply(
  transcript: Transcript,
  event: Extract<SessionEvent, { type: 'reply-done' }>,
  atMs: number,
): TranscriptStep {
  const { turnId, interrupted, playedMs, heardText } = event;
  const { text: whole, isByOperator, soundedAtMs, latencyMs, sources } = openReply(transcript, turnId);
  const next = { ...transcript, replies: transcript.replies.filter((other) => other.turnId !== turnId) };
  const text = interrupted ? heardText : whole || heardText;
  if (text.trim() === '') return { transcript: next, fact: null };
  const startedAtMs = soundedAtMs ?? atMs - playedMs;
  const cited = sources.length === 0 ? {} : { sources };
  const said = { kind: 'message', role: 'assistant', text, interrupted, startedAtMs, ...cited } as const;
  const fact = isByOperator ? ({ ...said, by: 'operator' } as const) : said;
  return { transcript: next, fact: latencyMs === null ? fact : { ...fact, latencyMs } };
}
