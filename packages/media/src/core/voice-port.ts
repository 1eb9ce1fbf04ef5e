import type { AnswerSource, Eagerness, UsageAmounts, VoiceSlotName } from '@visavis/protocol';
import type { PhoneTiming } from './articulation.ts';
import type { PlacedTag } from './face-tags.ts';
import type { LookUp } from './passages.ts';

/** What a voice can do, declared by its adapter and never guessed from its name. */
export type VoiceCapabilities = {
  /** The provider decides when the user starts and stops; otherwise our turn detection does and sends `user-turn-…`. */
  readonly detectsTurns: boolean;
  /** It alone decides when turns end, whether it answers and when it falls silent: no client can have that otherwise. Left out: clients can. */
  readonly ownTurns?: boolean;
  /** The provider's memory can be cut to what was heard. */
  readonly canTruncate: boolean;
  /** Pictures are understood. */
  readonly sees: boolean;
  readonly tools: boolean;
  /** It thinks of answers itself. Otherwise it says what it is told to, and people answer. */
  readonly answers: boolean;
  /**
   * How what is known of the user's words comes to it ahead of its answer: it asks for it (`VoiceConfig.lookUp`), or it is given a
   * note before it answers typed words. Left out: by a tool alone.
   */
  readonly informed?: 'asks' | 'by-note';
  /** Whether words of the user become text. When false the page tells the user to type. */
  readonly hears: boolean;
  /** Times that come with the words and the sound of a reply. */
  readonly timings: 'none' | 'word' | 'phone';
  /** Whether words that are to be said (`say`) are said as they are, or by a model that is asked to. */
  readonly speaks: 'exactly' | 'on-request';
  /** What it says is the user's own sound: no turn of the user is looked for, and nobody is greeted. */
  readonly echoesUser: boolean;
  /** BCP 47 language tags, or `any`. */
  readonly languages: readonly string[] | 'any';
};

/** A voice as people know it. */
export type VoiceDescription = {
  /** What avatars and calls name it by. */
  readonly voice: string;
  readonly name: string;
  readonly gender: 'female' | 'male' | 'neutral';
  /** BCP 47 tag of what it speaks best; null: many languages. */
  readonly language: string | null;
};

/** What a provider says of its voices without being opened. */
export type ProviderVoices = {
  /** Id of the provider. */
  readonly provider: string;
  readonly voices: readonly VoiceDescription[];
  /** Which of them speaks where an avatar names `voice`; null: one that is not described here. */
  speakerOf(voice: string): VoiceDescription | null;
  /** They can be heard outside of calls. */
  readonly hasSamples: boolean;
  /** Avatars may name voices that are not described here. */
  readonly takesOtherNames: boolean;
};

/** An OpenAI-style function tool; `parameters` is a JSON Schema object. */
export type ToolDefinition = {
  readonly name: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The server answers it, within this time; left out: the client does, if at all. */
  readonly serverWaitMs?: number;
};

export type TurnDetectionSettings = {
  /** Speech probability, 0 to 1, above which a frame counts as speech. */
  readonly threshold: number;
  /** Sound kept from before the detected start. */
  readonly prefixPaddingMs: number;
  /** Silence that ends a turn. */
  readonly silenceDurationMs: number;
  /** Silence alone ends a turn, the sense of what was said too, or the client alone, who says so; left out: the sense, where a model of it is here. */
  readonly endsBy?: 'silence' | 'sense' | 'client';
  /** How soon what sounds like an end is taken for one; counts only where `endsBy` is `sense`. */
  readonly eagerness?: Eagerness;
};

export const DEFAULT_TURN_DETECTION: TurnDetectionSettings = Object.freeze({
  threshold: 0.5,
  prefixPaddingMs: 300,
  silenceDurationMs: 500,
});

/** Everything a voice needs to know of the avatar and the call. Partial updates arrive by `configure`. */
export type VoiceConfig = {
  /** One of the thirteen NavTalk voice names, or the provider's own. */
  readonly voice: string;
  readonly prompt: string;
  readonly firstMessage: string;
  readonly avatarName: string;
  /** BCP 47 tag of the language to speak. */
  readonly language: string;
  readonly model: string;
  readonly tools: readonly ToolDefinition[];
  readonly turnDetection: TurnDetectionSettings;
  /** Finds what the avatar's documents say of some words; left out: there are none. */
  readonly lookUp?: LookUp;
  /** False: what the user says is answered by `respond` only. For voices that detect turns; a reply that one begins all the same is cancelled. */
  readonly answersTurns?: boolean;
  /** False: what is being said goes on when the user speaks. For voices that detect turns. */
  readonly interruptsReplies?: boolean;
};

export type HistoryItem = { readonly role: 'user' | 'assistant' | 'system'; readonly text: string };

export type VoiceInput =
  /**
   * The user's microphone: PCM16 mono at 24 kHz. Without `detectsTurns` it arrives only between `user-turn-…` marks, prefix
   * padding included; `silenceMs` is then the silence at the end of the turn so far, where it was looked for.
   */
  | { readonly type: 'audio'; readonly pcm: Int16Array; readonly silenceMs?: number }
  | { readonly type: 'user-turn-started'; readonly itemId: string }
  /** The turn is over: transcribe it (one `user-transcript-done`, even if empty) and, if there are words, answer. */
  | { readonly type: 'user-turn-stopped'; readonly itemId: string }
  /** The turn that had started is void: no transcript, no answer. When it comes inside `user-transcript-done`, no answer. */
  | { readonly type: 'user-turn-dropped'; readonly itemId: string }
  /** Typed words of the user. No answer until `respond`. */
  | { readonly type: 'text'; readonly itemId: string; readonly text: string }
  /** A picture from the user's camera; kept as context, no answer until `respond`. */
  | { readonly type: 'image'; readonly dataUrl: string }
  /** Turns of an earlier talk. Never answered. */
  | { readonly type: 'history'; readonly items: readonly HistoryItem[] }
  | { readonly type: 'configure'; readonly config: Partial<VoiceConfig> }
  /** Produce a reply now, under this turn id. */
  | { readonly type: 'respond'; readonly turnId: string; readonly instructions?: string }
  /** Speak exactly this text as a reply. */
  | { readonly type: 'say'; readonly turnId: string; readonly text: string }
  /** The turn was interrupted after this much of its sound was heard; `heardText` is what the listener got of it. */
  | { readonly type: 'cancel'; readonly turnId: string; readonly playedMs: number; readonly heardText: string }
  /** Result of a tool call. An answer follows by `respond` only. */
  | { readonly type: 'tool-result'; readonly callId: string; readonly output: string };

export type VoiceFailureCategory =
  | 'authentication'
  | 'quota'
  | 'rate-limit'
  | 'connectivity'
  | 'invalid-request'
  | 'internal';

/** A reply calls a tool: its arguments as they come, and whole. */
export type ToolCallEvent =
  | {
      readonly type: 'tool-call-delta';
      readonly turnId: string;
      readonly callId: string;
      readonly name: string;
      readonly delta: string;
    }
  | {
      readonly type: 'tool-call-done';
      readonly turnId: string;
      readonly callId: string;
      readonly name: string;
      readonly argumentsJson: string;
    };

export type VoiceEvent =
  | { readonly type: 'user-speech-started'; readonly itemId: string; readonly audioStartMs: number }
  | { readonly type: 'user-speech-stopped'; readonly itemId: string; readonly audioEndMs: number }
  | { readonly type: 'user-transcript-delta'; readonly itemId: string; readonly text: string }
  | {
      readonly type: 'user-transcript-done';
      readonly itemId: string;
      readonly text: string;
      /** The sound of the turn is more like this than like `text`: one of the phrases said to somebody who speaks. */
      readonly shortPhrase?: string;
    }
  /** The provider begins a reply of its own accord (its own turn detection, or an answer to `user-turn-stopped`). */
  | { readonly type: 'turn-started'; readonly turnId: string }
  /** The first words of the reply are thought of. Left out: that moment is not known, and its first `text-delta` stands for it. */
  | { readonly type: 'words-thought'; readonly turnId: string }
  /** The reply is thought of with what stands there at hand. */
  | { readonly type: 'turn-sources'; readonly turnId: string; readonly sources: readonly AnswerSource[] }
  /** Sound of the reply: PCM16 mono 24 kHz, faster than real time. `phones` cover this chunk, timed from the turn's first sample. */
  | {
      readonly type: 'audio';
      readonly turnId: string;
      readonly pcm: Int16Array;
      readonly phones?: readonly PhoneTiming[];
    }
  /** Words of the reply. `audioStartMs` is where in the turn's sound they begin, `language` (BCP 47) what they are in, when known. */
  | {
      readonly type: 'text-delta';
      readonly turnId: string;
      readonly text: string;
      readonly audioStartMs?: number;
      readonly language?: string;
    }
  /** The face shows this once so many letters and digits more of the reply's words than those told so far are heard. */
  | { readonly type: 'face-tag'; readonly turnId: string; readonly tag: PlacedTag }
  | ToolCallEvent
  /**
   * The provider, which detects turns itself, has ended this reply because the user speaks; `turn-done` follows. Where our side has
   * heard him begin (`user-speech-started`), his words still decide whether what has come of it may sound.
   */
  | { readonly type: 'interrupted'; readonly turnId: string }
  /** What this part has counted since it last said so; of a reply, before its `turn-done`. Nothing is told twice. */
  | { readonly type: 'usage'; readonly part: VoiceSlotName; readonly amounts: UsageAmounts }
  /** Nothing more comes for this turn. A turn may end with no sound (only tool calls). */
  | { readonly type: 'turn-done'; readonly turnId: string }
  | {
      readonly type: 'failed';
      readonly category: VoiceFailureCategory;
      readonly retryable: boolean;
      readonly message: string;
      /** False when only an input was lost or refused: the reply that is under way goes on. */
      readonly endsReply?: false;
    };

export type VoiceSession = {
  send(input: VoiceInput): void;
  close(): Promise<void>;
};

/** Heavy things live in the provider, which is made once; the state of a talk lives in its session. */
export type VoiceProvider = {
  readonly id: string;
  readonly capabilities: VoiceCapabilities;
  /**
   * Opens one talk. `listener` is called in order and never after `close` has resolved or `signal` has aborted.
   * Rejects when the provider cannot be reached or refuses; the reason is a `VoiceFailure`-shaped message.
   */
  open(config: VoiceConfig, listener: (event: VoiceEvent) => void, signal: AbortSignal): Promise<VoiceSession>;
  close(): Promise<void>;
};
