import type { SessionEvent } from '../session/session-events.ts';
import type { VoiceParts } from '../voice/voice-parts.ts';
import type { ModelAnswer, ModelQuestion, WithdrawnQuestion } from './asked-models.ts';

// What the pool and a media worker process say to each other over the process channel. What a call is told travels as JSON
// text, however it is nested: so the channel itself never meets a message that it cannot read, and one that its call
// cannot read ends that call only. Sound has a pipe of its own (`sound-lane.ts`); `sequence` numbers the messages of a call on
// both ways together (`in-order.ts`).

export type PoolMessage =
  /** The first message: nothing of it can be read by other users of the machine, as arguments and environment could. */
  | { readonly type: 'start'; readonly options: WorkerOptions }
  /** `json` is a `SessionConfig`. */
  | { readonly type: 'open'; readonly callId: number; readonly sequence: number; readonly json: string }
  /** `json` is a `SessionCommand` without sound. */
  | { readonly type: 'command'; readonly callId: number; readonly sequence: number; readonly json: string }
  | ModelAnswer
  /** Close every call with this reason, then exit. */
  | { readonly type: 'shutdown'; readonly reason: string };

export type WorkerMessage =
  | { readonly type: 'ready'; readonly voice: LocalVoiceParts }
  /** The worker's event loop turns. Told every `BEAT_EVERY_MS` from the start of the process. */
  | { readonly type: 'beat' }
  /** Said before a command is handled: should the worker hang now, this call is the likeliest cause. */
  | { readonly type: 'working-on'; readonly callId: number }
  | ModelQuestion
  | WithdrawnQuestion
  | { readonly type: 'event'; readonly callId: number; readonly event: SessionEvent };

export const BEAT_EVERY_MS = 250;

/** One line each on what speaks, hears and thinks without any provider key. */
export type LocalVoiceParts = {
  readonly mouth: string;
  readonly ears: string;
  /** The demonstration's. */
  readonly brain: string;
  /** Name of the language model of this machine; null: there is none. */
  readonly model: string | null;
};

export type WorkerOptions = {
  readonly cachePath: string;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  /** Bundles whose idle loops are encoded before the first call, so that its first picture is quick. */
  readonly warmBundlePaths: readonly string[];
  readonly widthPx: number;
  readonly heightPx: number;
  readonly bindAddress?: string;
  readonly portRange?: { readonly begin: number; readonly end: number };
  readonly publicAddresses: readonly string[];
  /** Parts of voices that the operator has chosen for avatars without their own, with their keys. */
  readonly voiceParts?: VoiceParts;
  /** Hosts of the server's own network that owners of avatars may name. */
  readonly privateHosts?: readonly string[];
  /** What the pool's models can do; left out: there are none. */
  readonly models?: {
    readonly judgesTurnEnds: boolean;
    /** Names of models; null: there is none. */
    readonly ears: string | null;
    readonly mouth: string | null;
    readonly brain: string | null;
  };
  /** Offers voices that are deterministic doubles, for tests. */
  readonly allowScriptedVoice: boolean;
};
