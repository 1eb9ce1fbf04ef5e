import type { Eagerness, ExpressionName } from '../names.ts';
import type { WireIceCandidate, WireSessionDescription } from './client-wire.ts';

/** A function tool after normalisation: `parameters` is always a JSON Schema object with an object `properties`. */
export type Tool = {
  readonly name: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, unknown>>;
};

/** What a client wants changed; keys that are absent (or came as empty strings) stay as they are. */
export type ConfigPatch = {
  readonly voice?: string;
  readonly prompt?: string;
  readonly language?: string;
  readonly firstMessage?: string;
  readonly tools?: readonly Tool[];
  readonly turnDetection?: {
    /** 0 to 1. */
    readonly threshold?: number;
    readonly prefixPaddingMs?: number;
    readonly silenceDurationMs?: number;
    /** Silence alone ends the user's turn (`server_vad`), or the sense of what was said too (`semantic_vad`). */
    readonly endsBy?: 'silence' | 'sense';
    /** Of turns that end by their sense. */
    readonly eagerness?: Eagerness;
  };
};

/** Every client message in one shape, whichever of its spellings came. */
export type ClientMessage =
  /** `acknowledge`: it was a `session.update`, which is answered with `realtime.session.updated`. */
  | { readonly type: 'configure'; readonly patch: ConfigPatch; readonly acknowledge: boolean }
  /** Base64 of PCM16 little-endian, mono, 24 kHz; checked. */
  | { readonly type: 'audio-append'; readonly audioBase64: string; readonly sequenceNumber?: number }
  | { readonly type: 'audio-clear' }
  | { readonly type: 'audio-commit' }
  /** A turn put into the talk without asking for a reply; one text per turn or part. */
  | { readonly type: 'item'; readonly role: 'user' | 'assistant' | 'system'; readonly texts: readonly string[] }
  | { readonly type: 'user-text'; readonly text: string; readonly reply: boolean }
  | { readonly type: 'respond'; readonly instructions?: string }
  /** `force`: also what is not interruptible. */
  | { readonly type: 'interrupt'; readonly force?: true }
  | {
      readonly type: 'say';
      readonly text: string;
      readonly utteranceId?: string;
      readonly isInterruptible?: false;
      /** In place of what is being said; otherwise behind it. */
      readonly replaces?: true;
    }
  | {
      readonly type: 'express';
      readonly expression: ExpressionName;
      /** 0 to 1. */
      readonly intensity: number;
      readonly durationMs: number;
    }
  | { readonly type: 'image'; readonly dataUrl: string; readonly reply: boolean }
  | { readonly type: 'tool-result'; readonly callId: string; readonly output: string; readonly reply: boolean }
  | { readonly type: 'description'; readonly description: WireSessionDescription }
  | { readonly type: 'candidate'; readonly candidate: WireIceCandidate }
  /** The client has no more candidates. */
  | { readonly type: 'candidates-end' };

export type ClientMessageType = ClientMessage['type'];
