import type { AnswerSource } from '../answer-source.ts';
import type { TimedWord } from '../timed-words.ts';
import type { UtteranceState } from '../utterances.ts';
import type { WireIceCandidate, WireSessionDescription } from './client-wire.ts';
import type { EndEventType } from './end-events.ts';

/** Every `urls` is an array: published clients skip or refuse a plain string. */
export type WireIceServer = {
  readonly urls: readonly string[];
  readonly username?: string;
  readonly credential?: string;
};

/** What every server message has: a type, and `data` that is always an object. */
type Envelope<Type extends string, Data extends object> = { readonly type: Type; readonly data: Data };

export type SuccessMessage = Envelope<
  'conversation.connected.success',
  {
    readonly sessionId: string;
    readonly session_id: string;
    readonly message: string;
    readonly iceServers: readonly WireIceServer[];
  }
> & {
  readonly message: string;
  readonly session_id: string;
  readonly ice_servers: readonly WireIceServer[];
};

export type WarningMessage = Envelope<
  'conversation.connected.warning',
  { readonly message: string; readonly avatarId: string }
> & { readonly message: string };

/** `code` and `retryable` are ours; clients read `message` at either place. */
export type EndMessage = Envelope<
  EndEventType,
  { readonly message: string; readonly code: string; readonly retryable: boolean }
> & { readonly message: string };

type SessionIdData = { readonly sessionId: string; readonly session_id: string };
export type SessionCreatedMessage = Envelope<
  'realtime.session.created',
  SessionIdData & { readonly talkKey?: string; readonly reconnectKey?: string; readonly ratingKey?: string }
>;
export type SessionUpdatedMessage = Envelope<'realtime.session.updated', SessionIdData>;

export type SpeechStartedMessage = Envelope<
  'realtime.input_audio_buffer.speech_started',
  { readonly id: string; readonly item_id: string; readonly audio_start_ms: number }
>;
export type SpeechStoppedMessage = Envelope<
  'realtime.input_audio_buffer.speech_stopped',
  { readonly id: string; readonly item_id: string; readonly audio_end_ms: number }
>;
export type UserTranscriptMessage = Envelope<
  'realtime.conversation.item.input_audio_transcription.completed',
  { readonly id: string; readonly item_id: string; readonly content: string; readonly transcript: string }
> & { readonly transcript: string };

/** The reply's id under every name that clients read; equal in all events of one reply. */
type ReplyId = { readonly id: string; readonly response_id: string; readonly responseId: string };

export type TranscriptDeltaMessage = Envelope<
  'realtime.response.audio_transcript.delta',
  ReplyId & {
    readonly content: string;
    readonly delta: string;
    /** With `visavis=1`: where in the reply's sound this text begins; null: the voice does not say. */
    readonly audioStartMs?: number | null;
  }
>;
export type TranscriptDoneMessage = Envelope<
  'realtime.response.audio_transcript.done',
  ReplyId & { readonly content: string; readonly transcript: string }
>;
/** Base64 PCM16 little-endian, mono, 24 kHz. Only with `audioBack=true`. */
export type AudioDeltaMessage = Envelope<'realtime.response.audio.delta', ReplyId & { readonly delta: string }>;
/** The avatar has finished playing the reply, or was interrupted. The last three keys are ours. */
export type AudioDoneMessage = Envelope<
  'realtime.response.audio.done',
  ReplyId & { readonly interrupted: boolean; readonly playedMs: number; readonly heardText: string }
>;

export type ToolCallDeltaMessage = Envelope<
  'realtime.response.function_call_arguments.delta',
  {
    readonly call_id: string;
    readonly name: string;
    readonly function_name: string;
    readonly response_id: string;
    readonly delta: string;
  }
>;
export type ToolCallDoneMessage = Envelope<
  'realtime.response.function_call_arguments.done',
  {
    readonly call_id: string;
    readonly name: string;
    readonly function_name: string;
    readonly response_id: string;
    /** An object, or JSON text for keys that ask for it. */
    readonly arguments: Readonly<Record<string, unknown>> | string;
  }
> & {
  readonly raw_data: {
    readonly type: 'response.function_call_arguments.done';
    readonly event_id: string;
    readonly item_id: string;
    readonly response_id: string;
    readonly output_index: number;
    readonly call_id: string;
    readonly name: string;
    readonly arguments: string;
  };
};

export type ServerOfferMessage = Envelope<'webrtc.signaling.offer', { readonly sdp: WireSessionDescription }>;
export type ServerAnswerMessage = Envelope<'webrtc.signaling.answer', { readonly sdp: WireSessionDescription }> & {
  readonly sdp: WireSessionDescription;
};
export type ServerCandidateMessage = Envelope<
  'webrtc.signaling.iceCandidate',
  { readonly candidate: WireIceCandidate }
>;

/** Visavis extensions: sent only to clients that connect with `visavis=1`. */
export type SessionInfoMessage = Envelope<
  'visavis.session.info',
  {
    readonly sessionId: string;
    readonly protocolVersion: string;
    readonly provider: string;
    readonly model: string;
    readonly voice: string;
    readonly language: string;
    /** Whether spoken words of the user become text; when not, the page should offer typing. */
    readonly hears: boolean;
    /** Whether pictures are understood. */
    readonly sees: boolean;
    readonly avatar: { readonly avatarId: string; readonly name: string };
  }
>;
export type TurnLatencyMessage = Envelope<
  'visavis.turn.latency',
  {
    readonly turnId: string;
    readonly transcriptMs: number | null;
    readonly firstTextMs: number | null;
    readonly firstAudioMs: number | null;
    readonly firstSoundMs: number | null;
  }
>;
export type MediaStateMessage = Envelope<
  'visavis.media.state',
  { readonly state: 'connected' | 'disconnected' | 'failed' }
>;
export type ReplyStartedMessage = Envelope<'visavis.reply.started', ReplyId>;
/** The reply's sound begins, waits while the user speaks over it, or goes on: at `playedMs` of it. */
export type ReplySoundMessage = Envelope<
  'visavis.reply.sound',
  ReplyId & { readonly playedMs: number; readonly isPlaying: boolean }
>;
/**
 * When each word of the reply sounds, from its first sample: once all of its sound is made, so a while before most of it is heard. A
 * long reply is told in several, in order; one that is interrupted before its sound is made is not told.
 */
export type ReplyWordsMessage = Envelope<'visavis.reply.words', ReplyId & { readonly words: readonly TimedWord[] }>;
/**
 * What becomes of a text that was to be said (`visavis.say`, or REST): `queued`, `started` when its sound begins, then one of `ended`,
 * `interrupted` and `failed`. `playedMs` and `heardText` are what was heard of it; `message` says why it failed.
 */
export type SayStateMessage = Envelope<
  'visavis.say.state',
  ReplyId & {
    readonly utteranceId: string;
    readonly state: UtteranceState;
    readonly playedMs: number;
    readonly heardText: string;
    readonly message: string;
  }
>;
/** Where in the avatar's documents stands what the reply was made with. */
export type ReplySourcesMessage = Envelope<
  'visavis.reply.sources',
  ReplyId & { readonly sources: readonly AnswerSource[] }
>;
/** Trouble that the call survives. */
export type ProblemMessage = Envelope<
  'visavis.problem',
  { readonly code: string; readonly message: string; readonly detail: string }
> & { readonly message: string };

/** Sent at a steady pace, so that a connection that is dead can be told from a talk that is quiet. */
export type HeartbeatMessage = Envelope<'visavis.heartbeat', { readonly intervalMs: number }>;

export type ExtensionMessage =
  | SessionInfoMessage
  | TurnLatencyMessage
  | MediaStateMessage
  | ReplyStartedMessage
  | ReplySourcesMessage
  | ReplySoundMessage
  | ReplyWordsMessage
  | SayStateMessage
  | ProblemMessage
  | HeartbeatMessage;

export type ServerMessage =
  | SuccessMessage
  | WarningMessage
  | EndMessage
  | SessionCreatedMessage
  | SessionUpdatedMessage
  | SpeechStartedMessage
  | SpeechStoppedMessage
  | UserTranscriptMessage
  | TranscriptDeltaMessage
  | TranscriptDoneMessage
  | AudioDeltaMessage
  | AudioDoneMessage
  | ToolCallDeltaMessage
  | ToolCallDoneMessage
  | ServerOfferMessage
  | ServerAnswerMessage
  | ServerCandidateMessage
  | ExtensionMessage;

export type ServerMessageType = ServerMessage['type'];
