import { WIRE_SAMPLE_RATE_HZ } from '../../core/audio-format.ts';
import { errorMessage } from '../../core/error-message.ts';
import type { Logger } from '../../core/logger.ts';
import type { HeardTurn } from './recogniser.ts';

/** Sound of a turn beyond this is not listened to. */
const MAX_TURN_SAMPLES = 120 * WIRE_SAMPLE_RATE_HZ;
/** A turn with less sound holds no word. */
const MIN_TURN_SAMPLES = 0.15 * WIRE_SAMPLE_RATE_HZ;

/** What was said, and in which language (BCP 47); null: nobody tells. */
export type Written = { readonly words: string; readonly language: string | null };

/** Writes down the sound of a turn, PCM16 mono at 24 kHz in pieces. */
export type Transcribe = (sound: readonly Int16Array[], signal: AbortSignal) => Promise<Written>;

export type WrittenTurnOptions = {
  readonly transcribe: Transcribe;
  readonly logger: Logger;
  readonly onWords: (words: string) => void;
  /**
   * Silence after which the turn so far is written down, without waiting for the longer silence that ends it: mostly nothing
   * more comes, and its words are known when it ends.
   */
  readonly pauseMs: number;
};

/** A turn for ears that know whole sounds only: written down in its pauses, and at its end once more if more was said. */
export class WrittenTurn implements HeardTurn {
  readonly shortPhrase = '';
  isLost = false;
  language: string | null = null;
  readonly #options: WrittenTurnOptions;
  readonly #sound: Int16Array[] = [];
  #samples = 0;
  #isOver = false;
  /** What was asked for last, and the sound that it was asked for. */
  #asked: { readonly samples: number; readonly aborter: AbortController; readonly written: Promise<Written> } | null =
    null;
  /** Samples until the last that were not silent. */
  #spokenSamples = 0;

  constructor(options: WrittenTurnOptions) {
    this.#options = options;
  }

  feed(pcm: Int16Array, silenceMs: number): void {
    if (this.#isOver || this.#samples >= MAX_TURN_SAMPLES) return;
    this.#sound.push(pcm);
    this.#samples += pcm.length;
    if (silenceMs === 0) this.#spokenSamples = this.#samples;
    if (silenceMs >= this.#options.pauseMs && !this.#isAnswered()) void this.#tellWords();
  }

  async finish(): Promise<string> {
    this.#isOver = true;
    if (this.#samples < MIN_TURN_SAMPLES) return '';
    try {
      const written = await (this.#isAnswered() ? this.#asked?.written : this.#ask());
      this.language = written?.language ?? null;
      return written?.words ?? '';
    } catch (error) {
      this.isLost = true;
      this.#options.logger.warn({ reason: errorMessage(error) }, 'A turn of the user could not be written down.');
      return '';
    }
  }

  discard(): void {
    this.#isOver = true;
    this.#asked?.aborter.abort();
  }

  /** What was asked for last holds all that was said. */
  #isAnswered(): boolean {
    return this.#asked !== null && this.#asked.samples >= this.#spokenSamples;
  }

  async #tellWords(): Promise<void> {
    const asked = this.#ask();
    const words = await asked.then(
      (written) => written.words,
      () => '',
    );
    if (words !== '' && !this.#isOver && this.#asked?.written === asked) this.#options.onWords(words);
  }

  #ask(): Promise<Written> {
    this.#asked?.aborter.abort();
    const aborter = new AbortController();
    const written = this.#options.transcribe(this.#sound.slice(), aborter.signal);
    // Whoever waits for it is told; of one that nobody waits for any more it does not matter.
    written.catch(() => {});
    this.#asked = { samples: this.#samples, aborter, written };
    return written;
  }
}
