import type { Eagerness, Tool } from '@visavis/protocol';

/** Sound of one direction. PCM16 is little-endian, mono, 24 kHz; G.711 has 8 kHz. */
export type SoundFormat = 'audio/pcm' | 'audio/pcmu' | 'audio/pcma';

export type TurnDetection = {
  readonly type: 'server_vad' | 'semantic_vad';
  readonly threshold: number;
  readonly prefixPaddingMs: number;
  readonly silenceDurationMs: number;
  readonly eagerness: Eagerness;
  /** False: what the user says is answered when the client asks for it. */
  readonly createsResponse: boolean;
  /** False: what the avatar says goes on when the user speaks. */
  readonly interruptsResponse: boolean;
};

export type Modality = 'audio' | 'text';

/** What a client wants changed of its session; keys that are absent stay as they are. */
export type SessionPatch = {
  readonly instructions?: string;
  readonly modality?: Modality;
  readonly voice?: string;
  readonly speed?: number;
  readonly tools?: readonly Tool[];
  readonly usesTools?: boolean;
  readonly transcription?: { readonly model: string; readonly language?: string } | null;
  /** Null: the client says when a turn is over. */
  readonly turnDetection?: Partial<TurnDetection> | null;
  readonly inputFormat?: SoundFormat;
  readonly outputFormat?: SoundFormat;
  readonly maxOutputTokens?: number | 'inf';
  /** Kept for the client, who reads it again. */
  readonly tracing?: unknown;
};

/** What a client wants of one response. */
export type ResponseWish = {
  readonly instructions?: string;
  readonly modality?: Modality;
  readonly metadata: Readonly<Record<string, string>> | null;
};

/** A message of a client of OpenAI's Realtime API. Types that limits are told from are named as everywhere in the gateway. */
export type OpenAiMessage = { readonly eventId: string | null } & (
  | { readonly type: 'session-update'; readonly patch: SessionPatch }
  | { readonly type: 'audio-append'; readonly audioBase64: string }
  | { readonly type: 'audio-commit' }
  | { readonly type: 'audio-clear' }
  /** Throw away what is being played, where the server plays it. */
  | { readonly type: 'output-clear' }
  | { readonly type: 'user-text'; readonly itemId: string | null; readonly text: string }
  | {
      readonly type: 'image';
      readonly itemId: string | null;
      readonly text: string;
      readonly dataUrls: readonly string[];
      readonly reply: true;
    }
  | {
      readonly type: 'item';
      readonly itemId: string | null;
      readonly role: 'assistant' | 'system';
      readonly text: string;
    }
  | {
      readonly type: 'call-item';
      readonly itemId: string | null;
      readonly callId: string;
      readonly name: string;
      readonly argumentsJson: string;
    }
  | { readonly type: 'tool-result'; readonly itemId: string | null; readonly callId: string; readonly output: string }
  | { readonly type: 'item-delete' | 'item-retrieve'; readonly itemId: string }
  | {
      readonly type: 'item-truncate';
      readonly itemId: string;
      readonly contentIndex: number;
      readonly audioEndMs: number;
    }
  | ({ readonly type: 'respond' } & ResponseWish)
  | { readonly type: 'cancel'; readonly responseId: string | null }
  /** Answered with an error: nothing else comes of it. */
  | { readonly type: 'unusable'; readonly code: string; readonly text: string; readonly param: string | null }
);
