import type { UsageAmounts } from '@visavis/protocol';
import type { LookUp, Passage } from '../../core/passages.ts';
import type { HistoryItem, VoiceCapabilities, VoiceConfig } from '../../core/voice-port.ts';

/** Is told what a service has counted, as soon as it is known. */
export type CountUsage = (amounts: UsageAmounts) => void;

/** What an answer is wanted to. */
export type ThinkerInput = {
  /** What the user has said or typed since the last answer, in order; empty when an answer is wanted to nothing new. */
  readonly said: readonly string[];
  /** Pictures of the user's camera since the last answer, as data URLs. */
  readonly pictures: readonly string[];
  /** What whoever asks for the answer wants of it. */
  readonly instructions: string | null;
  readonly config: VoiceConfig;
  /** BCP 47 tag of the language in which the user was heard to speak last; left out: nobody can tell. */
  readonly heardLanguage?: string;
  /** Finds what documents say of what was said; null: there are none, or nothing was said. */
  readonly lookUp: LookUp | null;
  /** Wall-clock time, for a user who asks for it. */
  readonly now: Date;
};

export type Thought =
  /** Words to be spoken, in parts of any size; with `isLast` nothing follows them. */
  { readonly kind: 'words'; readonly text: string; readonly isLast?: true } | ToolCall;

export type ToolCall = {
  readonly kind: 'call';
  readonly callId: string;
  readonly name: string;
  readonly argumentsJson: string;
};

/** An answer being thought of. */
export type Thinking = {
  /** To be read once. Throws a `CascadeFailure` when there is no answer. */
  readonly thoughts: AsyncIterable<Thought>;
  /** The answer is given: what it answers is remembered. One that is never accepted leaves no trace. */
  accept(): void;
  /** What was found for it; left out: nothing was looked up. */
  readonly found?: Promise<readonly Passage[]>;
};

/** What a thinker knows of one talk. */
export type ThinkerTalk = {
  /** Begins to think of an answer, and gives up when `signal` aborts. */
  begin(input: ThinkerInput, signal: AbortSignal): Thinking;
  /**
   * Somebody begins to speak, or soon will: whatever makes the answer begin sooner may be done. `input` is what is known by now. Left
   * out: nothing does.
   */
  expect?(input: ThinkerInput, signal: AbortSignal): void;
  /** Turns of an earlier talk. */
  recall(items: readonly HistoryItem[]): void;
  /** The avatar says this now, after what it has said in the turn already. */
  noteSpoken(turnId: string, text: string): void;
  /** Of that turn no more than this was heard. */
  keepHeard(turnId: string, heardText: string): void;
  noteCall(turnId: string, call: ToolCall): void;
  noteOutcome(callId: string, output: string): void;
};

/** The mind of a cascade: words become an answer. */
export type Thinker = {
  readonly capabilities: Pick<VoiceCapabilities, 'sees' | 'tools'>;
  /** `count` is told what each answer took, also of those that nobody hears. */
  openTalk(count: CountUsage): ThinkerTalk;
};
