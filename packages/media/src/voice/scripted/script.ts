import type { PhoneTiming } from '../../core/articulation.ts';
import type { VoiceCapabilities, VoiceEvent, VoiceFailureCategory, VoiceInput } from '../../core/voice-port.ts';

/** In an `emit` step stands for the id of the reaction's turn. */
export const THIS_TURN = '$turn';

/** Sound to speak: a tone that swells and fades four times a second, or PCM16 mono at 24 kHz. */
export type ScriptedSound =
  | { readonly toneHz: number; readonly durationMs: number; readonly amplitude?: number }
  | { readonly pcm: Int16Array };

/**
 * One thing to do, `afterMs` (0 when absent) after the step before. Steps other than `transcribe`, `fail`, `emit`, `wait`
 * and the two last ones belong to a turn: the one the input asked for, else a new one whose start is told first.
 */
export type ScriptedStep = { readonly afterMs?: number } & (
  | { readonly do: 'wait' }
  /** The user's words, under the item id of the input. */
  | { readonly do: 'transcribe'; readonly text: string }
  | { readonly do: 'write'; readonly text: string; readonly audioStartMs?: number }
  /**
   * Sound in pieces of `chunkMs` (100), one every `chunkEveryMs` (0: all at once; more than `chunkMs`: slower than it
   * plays). `phones` count from the first sample of this sound.
   */
  | {
      readonly do: 'speak';
      readonly sound: ScriptedSound;
      readonly phones?: readonly PhoneTiming[];
      readonly chunkMs?: number;
      readonly chunkEveryMs?: number;
    }
  /** One `tool-call-delta` with all of the arguments, then `tool-call-done`. */
  | { readonly do: 'call-tool'; readonly callId: string; readonly name: string; readonly argumentsJson: string }
  | {
      readonly do: 'fail';
      readonly category: VoiceFailureCategory;
      readonly retryable: boolean;
      readonly message?: string;
    }
  /** Exactly this event; a `turnId` of `THIS_TURN` is replaced by the turn's. */
  | { readonly do: 'emit'; readonly event: VoiceEvent }
  /** The turn never ends: no `turn-done` follows the last step. */
  | { readonly do: 'hang' }
  /** Keeps the thread for this long, as a fault in our own code would. */
  | { readonly do: 'block-thread'; readonly durationMs: number }
  /** Throws where nobody catches. */
  | { readonly do: 'throw-uncaught' }
);

/** What happens on an input of this type, or when the talk is opened: the steps in order. */
type ScriptedReaction = {
  readonly on: VoiceInput['type'] | 'open';
  /** Only on the n-th input of its type in the talk, from 1. Such a reaction goes before one for all. */
  readonly nth?: number;
  /** Only on words of the user that are these. Such a reaction goes before all others. */
  readonly words?: string;
  readonly steps: readonly ScriptedStep[];
};

/**
 * The part a scripted voice plays. After the last step of a reaction its turn, if it has one, is told to be done.
 * `respond` and `say` without a reaction end their turn at once; `user-turn-stopped` without one gives an empty transcript.
 */
export type VoiceScript = {
  readonly capabilities?: Partial<VoiceCapabilities>;
  /** Opening takes `delayMs`, and is refused with `failure` when given. */
  readonly opening?: { readonly delayMs?: number; readonly failure?: string };
  readonly reactions: readonly ScriptedReaction[];
  /** On `cancel` the turn's remaining steps are left out and it is told to be done (default), or left unsaid, or go on all the same. */
  readonly onCancel?: 'done' | 'silent' | 'ignore';
};

/** Words on which the demonstration voice does harm to the process that it is in. */
export const WORDS_THAT_BLOCK = '#block the thread';
export const WORDS_THAT_THROW = '#throw an error';

/** A voice that answers every request and every turn of the user with two seconds of sound and moving lips. */
export function createDemonstrationScript(): VoiceScript {
  const phones: PhoneTiming[] = [];
  for (let startMs = 0; startMs < 2_000; startMs += 250) {
    phones.push(
      { symbol: 'm', startMs, endMs: startMs + 80 },
      { symbol: 'aa', startMs: startMs + 80, endMs: startMs + 250 },
    );
  }
  const reply: readonly ScriptedStep[] = [
    { do: 'write', text: 'This is a scripted reply.', audioStartMs: 0 },
    { do: 'speak', sound: { toneHz: 180, durationMs: 2_000 }, phones },
  ];
  return {
    capabilities: { timings: 'phone' },
    reactions: [
      { on: 'text', words: WORDS_THAT_BLOCK, steps: [{ do: 'block-thread', durationMs: 60_000 }] },
      { on: 'text', words: WORDS_THAT_THROW, steps: [{ do: 'throw-uncaught' }] },
      { on: 'respond', steps: reply },
      { on: 'say', steps: reply },
      { on: 'user-turn-stopped', steps: [{ do: 'transcribe', text: 'Scripted words of the user.' }, ...reply] },
    ],
  };
}
