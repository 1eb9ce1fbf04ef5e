import type {
  EndEventType,
  ErrorCode,
  ServerMessage,
  TimedWord,
  WireIceCandidate,
  WireIceServer,
  WireSessionDescription,
} from '@visavis/protocol';
import { ERRORS, UTTERANCE_STATES } from '@visavis/protocol';
import type { ProblemCode, ProblemSpecifics } from './call-problem.ts';
import type { UtteranceChange } from './utterances.ts';

/** What the server says, in this client's words. */
export type ServerSignal =
  | { readonly type: 'accepted'; readonly sessionId: string; readonly iceServers: readonly WireIceServer[] }
  | { readonly type: 'warning'; readonly message: string }
  | {
      readonly type: 'rejected';
      readonly code: ProblemCode;
      readonly specifics: ProblemSpecifics;
      /** Another key or token may be taken: this one is unknown or has expired. */
      readonly wantsToken: boolean;
      /** A call that was under way can go on over another connection: nobody decided to end it. */
      readonly mayGoOn: boolean;
    }
  /** Trouble on the server that the call survives. */
  | { readonly type: 'trouble'; readonly message: string }
  /** `reconnectKey` is null when the server knows no reconnecting, `ratingKey` when it takes no ratings. */
  | {
      readonly type: 'session-created';
      readonly sessionId: string;
      readonly reconnectKey: string | null;
      readonly ratingKey: string | null;
    }
  | { readonly type: 'session-updated' }
  | { readonly type: 'user-speech-started'; readonly itemId: string }
  | { readonly type: 'user-speech-stopped'; readonly itemId: string }
  | { readonly type: 'user-transcript'; readonly itemId: string; readonly text: string }
  /** `audioStartMs`: where in the reply's sound the text begins; null: its voice does not say, undefined: this server does not. */
  | {
      readonly type: 'reply-delta';
      readonly replyId: string;
      readonly text: string;
      readonly audioStartMs?: number | null;
    }
  /** The reply's sound is at `playedMs`, and goes on or waits there; `atMs` on the page's clock. */
  | {
      readonly type: 'reply-sound';
      readonly replyId: string;
      readonly playedMs: number;
      readonly isPlaying: boolean;
      readonly atMs: number;
    }
  /** When words of the reply sound, in order; a long reply is told in several. */
  | { readonly type: 'reply-words'; readonly replyId: string; readonly words: readonly TimedWord[] }
  | { readonly type: 'utterance'; readonly change: UtteranceChange }
  | { readonly type: 'reply-text-done'; readonly replyId: string; readonly text: string }
  /** `interrupted` is null when the server does not say. `playedMs` and `heardText` are what was played of the reply. */
  | {
      readonly type: 'reply-done';
      readonly replyId: string;
      readonly interrupted: boolean | null;
      readonly playedMs: number | null;
      readonly heardText: string | null;
    }
  | {
      readonly type: 'tool-call';
      readonly callId: string;
      /** The reply that calls it; '' where the server does not tell. */
      readonly turnId: string;
      readonly name: string;
      readonly argumentsJson: string;
    }
  | { readonly type: 'offer'; readonly description: WireSessionDescription }
  | { readonly type: 'candidate'; readonly candidate: WireIceCandidate }
  | { readonly type: 'session-info'; readonly info: SessionInfo }
  | { readonly type: 'turn-latency'; readonly latency: TurnLatency };

export type SessionInfo = { readonly hears: boolean; readonly sees: boolean; readonly provider: string };

/** Waterfall of one exchange, in milliseconds from the end of the user's turn; null where a step did not happen. */
export type TurnLatency = {
  readonly transcriptMs: number | null;
  readonly firstTextMs: number | null;
  readonly firstAudioMs: number | null;
  readonly firstSoundMs: number | null;
};

/** Names of the protocol's events without `realtime.`, by which both spellings are read. */
type EventName = ServerMessage['type'] extends infer Name
  ? Name extends `realtime.${infer Rest}`
    ? Rest
    : Name
  : never;

/** Longer frames are not looked at for heartbeats. */
const longestHeartbeat = 200;

type Fields = Readonly<Record<string, unknown>>;

/** One server message after parsing: the name without its `realtime.` prefix, `data`, and the whole message. */
type Envelope = { readonly name: EventName; readonly data: Fields; readonly whole: Fields };

/** The problem that each event which ends a call stands for. */
const endProblems: Readonly<Record<EndEventType, ProblemCode>> = {
  'conversation.connected.fail': 'refused',
  'conversation.connected.close': 'closed-by-server',
  'conversation.connected.insufficient_balance': 'insufficient-balance',
  'conversation.connected.gpu_full': 'no-capacity',
  'conversation.connected.connection_limit_exceeded': 'too-many-calls',
  'conversation.connected.backend_error': 'server-error',
};

const aboutToken: ReadonlySet<string> = new Set([
  'missing-licence',
  'invalid-licence',
  'expired-token',
] satisfies ErrorCode[]);

const aboutServer: ReadonlySet<string> = new Set([
  'server-closing',
  'worker-lost',
  'slow-client',
] satisfies ErrorCode[]);

/** Whether a call that was ended with this code of the error table can go on: the server restarts, or lost a part of itself. */
export function callMayGoOn(code: string): boolean {
  return aboutServer.has(code);
}

/** Whether a refusal with this code of the error table may pass with another key or token. */
export function wantsOtherToken(code: string): boolean {
  return aboutToken.has(code);
}

/** A page names the avatar, not the person who calls: what the server advises there is no help to them. */
export function problemOfEnd(event: EndEventType, code: string): ProblemCode {
  return code === ('avatar-not-found' satisfies ErrorCode) ? 'avatar-unknown' : endProblems[event];
}

/** Returns null for a frame that is not JSON, and for every event this client has no use for. */
export function readServerSignal(frame: string): ServerSignal | null {
  const envelope = readEnvelope(frame);
  if (envelope === null) return null;
  return (
    readSetup(envelope) ??
    readSpeech(envelope) ??
    readReply(envelope) ??
    readSignalling(envelope) ??
    readExtension(envelope)
  );
}

/** Milliseconds until the next heartbeat; null for a frame that is none. */
export function readHeartbeat(frame: string): number | null {
  if (frame.length > longestHeartbeat || !frame.includes('"visavis.heartbeat"')) return null;
  const envelope = readEnvelope(frame);
  return envelope?.name === 'visavis.heartbeat' ? readNumber(envelope.data, 'intervalMs') : null;
}

function readEnvelope(frame: string): Envelope | null {
  let whole: unknown;
  try {
    whole = JSON.parse(frame);
  } catch {
    return null;
  }
  if (!isFields(whole) || typeof whole.type !== 'string') return null;
  const data = isFields(whole.data) ? whole.data : {};
  return { name: whole.type.replace(/^realtime\./, '') as EventName, data, whole };
}

function readSetup({ name, data, whole }: Envelope): ServerSignal | null {
  const message = readString(whole, 'message') ?? readString(data, 'message') ?? '';
  if (isEndEvent(name)) {
    // A Visavis server names an entry of the error table, and its message then says what to do.
    const code = readString(data, 'code') ?? '';
    const known = Object.hasOwn(ERRORS, code);
    const wantsToken = known ? wantsOtherToken(code) : endProblems[name] === 'refused';
    const flags = { wantsToken, mayGoOn: callMayGoOn(code) };
    const retryable = typeof data.retryable === 'boolean' ? data.retryable : null;
    const problem = problemOfEnd(name, code);
    if (problem === 'avatar-unknown') return { type: 'rejected', code: problem, specifics: {}, ...flags };
    const specifics = known ? { advice: message, serverCode: code, retryable } : { detail: message };
    return { type: 'rejected', code: problem, specifics, ...flags };
  }
  switch (name) {
    case 'conversation.connected.success': {
      const sessionId = readString(data, 'sessionId', 'session_id') ?? readString(whole, 'session_id') ?? '';
      return { type: 'accepted', sessionId, iceServers: readIceServers(data.iceServers) };
    }
    case 'conversation.connected.warning':
      return { type: 'warning', message };
    case 'session.created':
      return {
        type: 'session-created',
        sessionId: readString(data, 'sessionId', 'session_id') ?? '',
        reconnectKey: readString(data, 'reconnectKey'),
        ratingKey: readString(data, 'ratingKey'),
      };
    case 'session.updated':
      return { type: 'session-updated' };
    default:
      return null;
  }
}

function readSpeech({ name, data }: Envelope): ServerSignal | null {
  const itemId = readString(data, 'item_id', 'id') ?? '';
  switch (name) {
    case 'input_audio_buffer.speech_started':
      return { type: 'user-speech-started', itemId };
    case 'input_audio_buffer.speech_stopped':
      return { type: 'user-speech-stopped', itemId };
    case 'conversation.item.input_audio_transcription.completed':
      return { type: 'user-transcript', itemId, text: readString(data, 'content', 'transcript') ?? '' };
    default:
      return null;
  }
}

function readReply({ name, data, whole }: Envelope): ServerSignal | null {
  const replyId = readString(data, 'response_id', 'id', 'responseId') ?? '';
  switch (name) {
    case 'response.audio_transcript.delta':
      return {
        type: 'reply-delta',
        replyId,
        text: readString(data, 'content', 'delta') ?? '',
        ...('audioStartMs' in data ? { audioStartMs: readNumber(data, 'audioStartMs') } : {}),
      };
    case 'response.audio_transcript.done':
      return { type: 'reply-text-done', replyId, text: readString(data, 'content', 'transcript') ?? '' };
    case 'response.audio.done':
      return {
        type: 'reply-done',
        replyId,
        interrupted: typeof data.interrupted === 'boolean' ? data.interrupted : null,
        playedMs: readNumber(data, 'playedMs'),
        heardText: readString(data, 'heardText', 'heard_text'),
      };
    case 'response.function_call_arguments.done': {
      const raw = isFields(whole.raw_data) ? whole.raw_data : {};
      const callId = readString(data, 'call_id') ?? readString(raw, 'call_id');
      const toolName = readString(data, 'name', 'function_name') ?? readString(raw, 'name');
      if (callId === null || toolName === null) return null;
      const given = data.arguments ?? raw.arguments ?? {};
      return {
        type: 'tool-call',
        callId,
        turnId: replyId,
        name: toolName,
        argumentsJson: typeof given === 'string' ? given : JSON.stringify(given),
      };
    }
    default:
      return null;
  }
}

function readSignalling({ name, data }: Envelope): ServerSignal | null {
  if (name === 'webrtc.signaling.offer' && isFields(data.sdp) && typeof data.sdp.sdp === 'string') {
    return { type: 'offer', description: { type: 'offer', sdp: data.sdp.sdp } };
  }
  if (name === 'webrtc.signaling.iceCandidate' && isFields(data.candidate)) {
    const candidate = readString(data.candidate, 'candidate');
    if (candidate === null) return null;
    const { sdpMid, sdpMLineIndex } = data.candidate;
    return {
      type: 'candidate',
      candidate: {
        candidate,
        sdpMid: typeof sdpMid === 'string' ? sdpMid : '0',
        sdpMLineIndex: typeof sdpMLineIndex === 'number' ? sdpMLineIndex : 0,
      },
    };
  }
  return null;
}

function readExtension({ name, data, whole }: Envelope): ServerSignal | null {
  switch (name) {
    case 'visavis.session.info':
      return {
        type: 'session-info',
        info: {
          hears: data.hears !== false,
          sees: data.sees === true,
          provider: readString(data, 'provider') ?? '',
        },
      };
    case 'visavis.turn.latency':
      return {
        type: 'turn-latency',
        latency: {
          transcriptMs: readNumber(data, 'transcriptMs'),
          firstTextMs: readNumber(data, 'firstTextMs'),
          firstAudioMs: readNumber(data, 'firstAudioMs'),
          firstSoundMs: readNumber(data, 'firstSoundMs'),
        },
      };
    case 'visavis.reply.sound':
      return {
        type: 'reply-sound',
        replyId: readString(data, 'response_id', 'id') ?? '',
        playedMs: readNumber(data, 'playedMs') ?? 0,
        isPlaying: data.isPlaying === true,
        atMs: performance.now(),
      };
    case 'visavis.reply.words':
      return {
        type: 'reply-words',
        replyId: readString(data, 'response_id', 'id') ?? '',
        words: readWords(data.words),
      };
    case 'visavis.say.state': {
      const state = UTTERANCE_STATES.find((known) => known === data.state);
      const utteranceId = readString(data, 'utteranceId');
      if (state === undefined || utteranceId === null) return null;
      const change = {
        utteranceId,
        state,
        replyId: readString(data, 'response_id', 'id') ?? '',
        playedMs: readNumber(data, 'playedMs') ?? 0,
        heardText: readString(data, 'heardText') ?? '',
        message: readString(data, 'message') ?? '',
      };
      return { type: 'utterance', change };
    }
    case 'visavis.problem':
      return { type: 'trouble', message: readString(whole, 'message') ?? readString(data, 'message') ?? '' };
    default:
      return null;
  }
}

function isEndEvent(name: string): name is EndEventType {
  return Object.hasOwn(endProblems, name);
}

function readIceServers(value: unknown): WireIceServer[] {
  if (!Array.isArray(value)) return [];
  const servers: WireIceServer[] = [];
  for (const entry of value as unknown[]) {
    if (!isFields(entry)) continue;
    const given: unknown[] = Array.isArray(entry.urls) ? entry.urls : [entry.urls];
    const urls = given.filter((url) => typeof url === 'string');
    if (urls.length === 0) continue;
    const username = readString(entry, 'username');
    const credential = readString(entry, 'credential');
    servers.push(username === null || credential === null ? { urls } : { urls, username, credential });
  }
  return servers;
}

function readWords(value: unknown): TimedWord[] {
  if (!Array.isArray(value)) return [];
  return (value as unknown[]).filter(isFields).flatMap((word) => {
    const text = readString(word, 'text') ?? '';
    const startMs = readNumber(word, 'startMs');
    const endMs = readNumber(word, 'endMs');
    if (text === '' || startMs === null || endMs === null) return [];
    return [{ text, startMs, endMs, estimated: word.estimated !== false }];
  });
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readString(fields: Fields, ...keys: readonly string[]): string | null {
  for (const key of keys) {
    const value = fields[key];
    if (typeof value === 'string') return value;
  }
  return null;
}

function readNumber(fields: Fields, key: string): number | null {
  const value = fields[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
