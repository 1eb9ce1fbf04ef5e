import * as z from 'zod';
import { WIRE_SAMPLE_RATE_HZ } from '../../core/audio-format.ts';
import { errorMessage } from '../../core/error-message.ts';
import type { Logger } from '../../core/logger.ts';
import { wavFile } from '../../core/wav-file.ts';
import type { HeardTurn, Recogniser } from '../cascade/recogniser.ts';
import { askService, bearer, partsOf } from '../shared/ask-service.ts';
import type { CompatibleService } from './compatible-service.ts';

export type TranscriptionService = CompatibleService;

/**
 * Silence after which the turn so far is written down, without waiting for the longer silence that ends it: mostly nothing
 * more comes, and its words are known when it ends.
 */
const PAUSE_MS = 256;
const PATIENCE_MS = 15_000;
/** Sound of a turn beyond this is not listened to. */
const MAX_TURN_SAMPLES = 120 * WIRE_SAMPLE_RATE_HZ;
const MAX_ANSWER_BYTES = 1_000_000;
/** A turn with less sound holds no word. */
const MIN_TURN_SAMPLES = 0.15 * WIRE_SAMPLE_RATE_HZ;

const transcriptSchema = z.object({ text: z.string().max(20_000) });

/** Ears by OpenAI's transcriptions, which whisper.cpp, faster-whisper servers, vLLM and Groq offer, too. */
export function transcribingRecogniser(service: TranscriptionService, logger: Logger): Recogniser {
  return { listen: (onWords) => new TranscribedTurn(service, logger, onWords) };
}

class TranscribedTurn implements HeardTurn {
  readonly shortPhrase = '';
  isLost = false;
  readonly #service: TranscriptionService;
  readonly #logger: Logger;
  readonly #onWords: (words: string) => void;
  readonly #sound: Int16Array[] = [];
  #samples = 0;
  #isOver = false;
  /** What was asked for last, and the sound that it was asked for. */
  #asked: { readonly samples: number; readonly aborter: AbortController; readonly words: Promise<string> } | null =
    null;
  /** Samples until the last that were not silent. */
  #spokenSamples = 0;

  constructor(service: TranscriptionService, logger: Logger, onWords: (words: string) => void) {
    this.#service = service;
    this.#logger = logger;
    this.#onWords = onWords;
  }

  feed(pcm: Int16Array, silenceMs: number): void {
    if (this.#isOver || this.#samples >= MAX_TURN_SAMPLES) return;
    this.#sound.push(pcm);
    this.#samples += pcm.length;
    if (silenceMs === 0) this.#spokenSamples = this.#samples;
    if (silenceMs >= PAUSE_MS && !this.#isAnswered()) void this.#tellWords();
  }

  async finish(): Promise<string> {
    this.#isOver = true;
    if (this.#samples < MIN_TURN_SAMPLES) return '';
    try {
      return (await (this.#isAnswered() ? this.#asked?.words : this.#ask())) ?? '';
    } catch (error) {
      this.isLost = true;
      this.#logger.warn({ reason: errorMessage(error) }, 'A turn of the user could not be written down.');
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
    const words = await asked.catch(() => '');
    if (words !== '' && !this.#isOver && this.#asked?.words === asked) this.#onWords(words);
  }

  #ask(): Promise<string> {
    this.#asked?.aborter.abort();
    const aborter = new AbortController();
    const words = transcribe(this.#service, this.#sound, aborter.signal);
    // Whoever waits for it is told; of one that nobody waits for any more it does not matter.
    words.catch(() => {});
    this.#asked = { samples: this.#samples, aborter, words };
    return words;
  }
}

async function transcribe(
  service: TranscriptionService,
  sound: readonly Int16Array[],
  signal: AbortSignal,
): Promise<string> {
  const words = {
    what: 'transcription',
    place: new URL(service.url).host,
    settings: service.isOwners === true ? null : 'STT',
  };
  const body = new FormData();
  body.set('model', service.model);
  body.set('response_format', 'json');
  body.set('file', new Blob([wavFile(sound, WIRE_SAMPLE_RATE_HZ)], { type: 'audio/wav' }), 'turn.wav');
  const options = { words, body, signal, patienceMs: PATIENCE_MS };
  const answer: Uint8Array[] = [];
  let bytes = 0;
  const asked = { url: service.url, headers: bearer(service.apiKey), fetch: service.fetch ?? globalThis.fetch };
  for await (const part of partsOf(await askService(asked, '/audio/transcriptions', options), options)) {
    bytes += part.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error('Its answer is far too long.');
    answer.push(part);
  }
  return transcriptSchema
    .parse(JSON.parse(Buffer.concat(answer).toString()))
    .text.replace(/\s+/g, ' ')
    .trim();
}
