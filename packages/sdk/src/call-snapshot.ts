import type { ToolCall } from './call-options.ts';
import type { CallProblem, EndReason } from './call-problem.ts';
import type { CaptionChange } from './caption-change.ts';
import type { Activity, Conversation, ExchangeLatency } from './conversation.ts';
import type { SessionInfo } from './from-wire.ts';
import type { MicrophoneStatus } from './microphone-control.ts';
import type { Caption } from './transcript.ts';
import type { UtteranceChange } from './utterances.ts';
import type { WireRecord } from './wire-record.ts';

export type CallState = 'idle' | 'connecting' | 'connected' | 'reconnecting' | 'ended';

/** The call as a value, for user interfaces; a new object after every change. */
export type CallSnapshot = {
  readonly state: CallState;
  /** The session takes text and sound; pictures may still be on their way. */
  readonly ready: boolean;
  readonly sessionId: string | null;
  /** The server takes a rating of this call; see `rate`. */
  readonly canRate: boolean;
  /** When picture and sound were there for the first time, in milliseconds since 1970; null: not yet. */
  readonly connectedAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly endReason: EndReason | null;
  /** Why the call ended, when not by hanging up. */
  readonly problem: CallProblem | null;
  /** Trouble that the call survives, such as a missing microphone. */
  readonly notice: CallProblem | null;
  readonly captions: readonly Caption[];
  readonly activity: Activity;
  readonly info: SessionInfo | null;
  readonly latency: ExchangeLatency | null;
  readonly microphone: MicrophoneStatus;
  /** The browser holds the sound back until `unblockSound()` is called from a click. */
  readonly soundBlocked: boolean;
};

/** What a call itself keeps of its snapshot; the rest follows from the conversation. */
export type CallParts = Omit<CallSnapshot, 'captions' | 'activity' | 'info' | 'latency'>;

export function snapshotOf(parts: CallParts, { transcript, activity, info, latency }: Conversation): CallSnapshot {
  return { ...parts, captions: transcript.captions, activity, info, latency };
}

export function initialParts(microphone: MicrophoneStatus): CallParts {
  return {
    state: 'idle',
    ready: false,
    sessionId: null,
    canRate: false,
    connectedAtMs: null,
    endedAtMs: null,
    endReason: null,
    problem: null,
    notice: null,
    microphone,
    soundBlocked: false,
  };
}

export type CallEvents = {
  change: CallSnapshot;
  /** Level of the microphone as sent, 0 to 1, about 25 times a second while it is on. */
  level: number;
  'tool-call': ToolCall;
  /** Another word of the avatar is being heard, or a reply is over. */
  caption: CaptionChange;
  /** A text to be said waits, sounds, or is over. */
  utterance: UtteranceChange;
  /** The server chose among several avatars of one name. */
  warning: string;
  /** Each message of the protocol, both ways, for logs. Listen before `connect()` to miss none. */
  wire: WireRecord;
};
