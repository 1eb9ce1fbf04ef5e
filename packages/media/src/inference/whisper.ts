import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import * as z from 'zod';
import { ANALYSIS_SAMPLE_RATE_HZ } from '../core/audio-format.ts';
import { openOnnx } from '../core/onnx-session.ts';
import { HEAD_WIDTH } from './graph-builder.ts';
import { onnxModel } from './onnx-model.ts';
import { decoderGraph, encoderGraph, layersOf, widthOf } from './whisper-graphs.ts';
import { logMel, MEL_BANDS } from './whisper-mel.ts';
import { WhisperVocabulary } from './whisper-vocabulary.ts';
import { readWeights, toFloats, type Weight } from './whisper-weights.ts';

/** Silence put behind the sound: without it the last word is lost at times. */
const PADDING_SECONDS = 1;
/** Sound that is listened to at a time; with its padding no more than the 30 s that the model was trained on. */
const WINDOW_SAMPLES = 29 * ANALYSIS_SAMPLE_RATE_HZ;
/** What is shorter holds no word. */
const LEAST_SAMPLES = 0.1 * ANALYSIS_SAMPLE_RATE_HZ;
const MAX_TOKENS = 200;
/** Pieces of words in a second of the fastest speech. */
const TOKENS_PER_SECOND = 9;
/** The same words over and over: the model has lost its way. So many pieces are no accident the second time. */
const LONG_REPEATED_PIECES = 5;
const MAX_SHORT_REPETITIONS = 6;
/** Mean logarithm of the probability of its words below which a transcript is a guess at noise. */
const LEAST_MEAN_LOG = -1.1;
/** Of longer sounds fewer pieces than these are not all that was said. */
const LONG_SECONDS = 6;
const LEAST_TOKENS_PER_SECOND = 1.2;
/** A text that is the same so many words twice is one that was said once. */
const LEAST_DOUBLED_WORDS = 4;
const HIDDEN = -1e9;

const settingsSchema = z.object({
  suppress_ids: z.array(z.number().int()).default([]),
  suppress_ids_begin: z.array(z.number().int()).default([]),
});

/** Whisper (OpenAI, MIT), from the files that CTranslate2 made of it, on the runtime that detects speech. */
export class Whisper {
  readonly #encoder: InferenceSession;
  readonly #decoder: InferenceSession;
  readonly #vocabulary: WhisperVocabulary;
  readonly #suppressed: Uint8Array;
  readonly #suppressedFirst: readonly number[];
  readonly #layers: number;
  readonly #width: number;
  readonly #soundPlaces: Float32Array;
  readonly #wordPlaces: Float32Array;
  readonly #embeddings: Weight;
  readonly #end: number;

  private constructor(parts: {
    weights: ReadonlyMap<string, Weight>;
    encoder: InferenceSession;
    decoder: InferenceSession;
    vocabulary: WhisperVocabulary;
    settings: z.output<typeof settingsSchema>;
  }) {
    const { weights, vocabulary, settings } = parts;
    const floats = (name: string): Float32Array => toFloats(weights.get(name)?.halves ?? new Uint16Array());
    this.#encoder = parts.encoder;
    this.#decoder = parts.decoder;
    this.#vocabulary = vocabulary;
    this.#layers = layersOf(weights, 'decoder');
    this.#width = widthOf(weights);
    this.#soundPlaces = floats('encoder/position_encodings/encodings');
    this.#wordPlaces = floats('decoder/position_encodings/encodings');
    this.#embeddings = weights.get('decoder/embeddings/weight') ?? { dimensions: [0], halves: new Uint16Array() };
    this.#end = vocabulary.requireMark('endoftext');
    // Marks all follow the end of text; none of them is spoken.
    this.#suppressed = new Uint8Array(vocabulary.size).fill(1, this.#end + 1);
    for (const id of settings.suppress_ids) this.#suppressed[id] = 1;
    this.#suppressedFirst = settings.suppress_ids_begin;
  }

  /** Opens `model.bin`, `vocabulary.txt` and `config.json` of a folder. */
  static async open(folder: string): Promise<Whisper> {
    const weights = readWeights(await readFile(join(folder, 'model.bin')));
    const [encoder, decoder] = [
      await openOnnx(onnxModel(encoderGraph(weights))),
      await openOnnx(onnxModel(decoderGraph(weights))),
    ];
    const vocabulary = new WhisperVocabulary(await readFile(join(folder, 'vocabulary.txt'), 'utf8'));
    const settings = settingsSchema.parse(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')));
    const whisper = new Whisper({ weights, encoder, decoder, vocabulary, settings });
    // The first caller is not to meet code that is still being compiled.
    await whisper.transcribe(new Float32Array(ANALYSIS_SAMPLE_RATE_HZ), 'en');
    return whisper;
  }

  /** Languages that it hears, as primary subtags. */
  hears(language: string): boolean {
    return language === 'en' || (this.#isMultilingual && this.#vocabulary.mark(language) !== undefined);
  }

  /** The words of a sound (16 kHz, -1 to 1) in a language (a primary subtag), empty when there are none. */
  async transcribe(samples16k: Float32Array, language: string): Promise<string> {
    const texts: string[] = [];
    for (let at = 0; at < samples16k.length; at += WINDOW_SAMPLES) {
      const window = samples16k.subarray(at, at + WINDOW_SAMPLES);
      if (window.length >= LEAST_SAMPLES) texts.push(await this.#hear(window, language));
    }
    return texts.filter((text) => text !== '').join(' ');
  }

  get #isMultilingual(): boolean {
    return this.#vocabulary.mark('startoftranscript') === this.#end + 1 && this.#end === 50_257;
  }

  async #hear(samples: Float32Array, language: string): Promise<string> {
    const said = await this.#piecesOf(samples, language);
    const seconds = samples.length / ANALYSIS_SAMPLE_RATE_HZ;
    if (seconds < LONG_SECONDS || said.length > LEAST_TOKENS_PER_SECOND * seconds) return this.#textOf(said);
    // It stopped at the first pause: what comes behind it is heard by itself.
    const cut = quietestPlace(samples);
    const halves = [
      await this.#hear(samples.subarray(0, cut), language),
      await this.#hear(samples.subarray(cut), language),
    ];
    return halves.filter((text) => text !== '').join(' ');
  }

  #textOf(said: readonly number[]): string {
    return saidOnce(this.#vocabulary.textOf(said.slice(0, repeatedFrom(said) ?? said.length)));
  }

  /** The pieces of words that are heard; none where they would be a guess. */
  async #piecesOf(samples: Float32Array, language: string): Promise<readonly number[]> {
    const memory = await this.#encode(samples);
    const prompt = this.#promptOf(language);
    const limit = Math.min(MAX_TOKENS, 6 + (TOKENS_PER_SECOND * samples.length) / ANALYSIS_SAMPLE_RATE_HZ);
    let past = this.#emptyPast();
    let next = prompt;
    let logSum = 0;
    const said: number[] = [];
    let place = 0;
    for (;;) {
      const step = await this.#decode(next, place, past, memory);
      place += next.length;
      past = step.past;
      const { id, log } = this.#mostLikely(step.scores, said.length === 0);
      logSum += log;
      if (id === this.#end) break;
      said.push(id);
      if (said.length >= limit || repeatedFrom(said) !== null) break;
      next = [id];
    }
    return logSum / (said.length + 1) < LEAST_MEAN_LOG ? [] : said;
  }

  #promptOf(language: string): number[] {
    const marks = ['startoftranscript', 'notimestamps'];
    if (this.#isMultilingual) marks.splice(1, 0, this.hears(language) ? language : 'en', 'transcribe');
    return marks.map((name) => this.#vocabulary.requireMark(name));
  }

  async #encode(samples: Float32Array): Promise<Record<string, Tensor>> {
    const padded = new Float32Array(samples.length + PADDING_SECONDS * ANALYSIS_SAMPLE_RATE_HZ);
    padded.set(samples);
    // Two steps of 10 ms become one place of the encoder.
    const features = logMel(padded.subarray(0, padded.length - (padded.length % 320)));
    const places = features.length / MEL_BANDS / 2;
    const mel = new Tensor('float32', features, [1, MEL_BANDS, 2 * places]);
    const positions = this.#soundPlaces.subarray(0, places * this.#width);
    return await this.#encoder.run({ mel, positions: new Tensor('float32', positions, [1, places, this.#width]) });
  }

  async #decode(ids: readonly number[], place: number, past: Record<string, Tensor>, memory: Record<string, Tensor>) {
    const before = past.past_key_0?.dims[2] ?? 0;
    const words = new Float32Array(ids.length * this.#width);
    for (const [index, id] of ids.entries()) {
      const embedded = toFloats(this.#embeddings.halves.subarray(id * this.#width, (id + 1) * this.#width));
      const from = (place + index) * this.#width;
      for (let k = 0; k < this.#width; k++) {
        words[index * this.#width + k] = (embedded[k] as number) + (this.#wordPlaces[from + k] as number);
      }
    }
    const results = await this.#decoder.run({
      ...memory,
      ...past,
      words: new Tensor('float32', words, [1, ids.length, this.#width]),
      mask: maskOf(ids.length, before),
    });
    const next: Record<string, Tensor> = {};
    for (const [name, tensor] of Object.entries(results)) {
      if (name.startsWith('present_')) next[name.replace('present_', 'past_')] = tensor;
    }
    return { scores: results.scores?.data as Float32Array, past: next };
  }

  /** One place that nobody looks at: a tensor of nothing is not to be had. */
  #emptyPast(): Record<string, Tensor> {
    const past: Record<string, Tensor> = {};
    for (let layer = 0; layer < this.#layers; layer++) {
      for (const kind of ['key', 'value']) {
        past[`past_${kind}_${layer}`] = new Tensor('float32', new Float32Array(this.#width), [
          1,
          this.#width / HEAD_WIDTH,
          1,
          HEAD_WIDTH,
        ]);
      }
    }
    return past;
  }

  #mostLikely(scores: Float32Array, isFirst: boolean): { id: number; log: number } {
    if (isFirst) for (const id of this.#suppressedFirst) scores[id] = HIDDEN;
    let best = this.#end;
    for (let id = 0; id < scores.length; id++) {
      if (this.#suppressed[id] === 0 && (scores[id] as number) > (scores[best] as number)) best = id;
    }
    const peak = scores[best] as number;
    const sum = scores.reduce((total, score) => total + Math.exp(score - peak), 0);
    return { id: best, log: -Math.log(sum) };
  }
}

/** Each word sees itself and those before it, but for the place that stands for none. */
function maskOf(length: number, before: number): Tensor {
  const width = before + length;
  const mask = new Float32Array(length * width);
  for (let row = 0; row < length; row++) {
    mask[row * width] = HIDDEN;
    mask.fill(HIDDEN, row * width + before + row + 1, (row + 1) * width);
  }
  return new Tensor('float32', mask, [1, 1, length, width]);
}

/** Pieces that stand at the end several times on end: where the second time begins; null: none do. */
function repeatedFrom(ids: readonly number[]): number | null {
  for (let pieces = 1; pieces <= ids.length / 2; pieces++) {
    // A few words may well be said again: "no, no, no".
    const times = pieces < LONG_REPEATED_PIECES ? MAX_SHORT_REPETITIONS : 2;
    const tail = ids.slice(-pieces * times);
    if (tail.length < pieces * times) continue;
    if (tail.every((id, index) => id === tail[index % pieces])) return ids.length - pieces * (times - 1);
  }
  return null;
}

/** The model writes down some short sentences a second time. */
function saidOnce(text: string): string {
  const words = text.split(' ');
  const half = words.length / 2;
  if (half < LEAST_DOUBLED_WORDS || !Number.isInteger(half)) return text;
  const bare = words.map((word) => word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, ''));
  return bare.slice(0, half).every((word, index) => word === bare[half + index])
    ? words.slice(0, half).join(' ')
    : text;
}

/** The middle of the quietest fifth of a second in the middle third of a sound. */
function quietestPlace(samples: Float32Array): number {
  const width = ANALYSIS_SAMPLE_RATE_HZ / 5;
  const third = Math.floor(samples.length / 3);
  let [best, least] = [third, Number.POSITIVE_INFINITY];
  for (let from = third; from + width <= 2 * third; from += width / 10) {
    const power = samples.subarray(from, from + width).reduce((sum, sample) => sum + sample ** 2, 0);
    if (power < least) [best, least] = [from + width / 2, power];
  }
  return best;
}
