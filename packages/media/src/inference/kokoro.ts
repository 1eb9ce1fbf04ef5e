import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { WIRE_SAMPLE_RATE_HZ } from '../core/audio-format.ts';
import { openOnnx } from '../core/onnx-session.ts';
import { SYMBOL_IDS } from './kokoro-symbols.ts';
import { withOutput } from './onnx-model.ts';

export type ModelSpeech = {
  /** At 24 kHz. */
  readonly samples: Int16Array<ArrayBuffer>;
  /** Of each symbol, with the silence before the first and after the last; null: the model does not tell. */
  readonly durationsMs: readonly number[] | null;
};

const MODEL_FILE = 'onnx/model_quantized.onnx';
const STYLE_VALUES = 256;
/** The style of a voice depends on how many symbols are spoken: one for each number of them. */
const MOST_SYMBOLS = 510;
const STYLE_BYTES = MOST_SYMBOLS * STYLE_VALUES * Float32Array.BYTES_PER_ELEMENT;
const MAX_VOICES_KEPT = 16;
const VOICE_NAME = /^[a-z]{2}_[a-z]{2,20}$/;
/** How long each symbol takes, as exports that keep the names of their origin call it: nothing asks for it there. */
const DURATIONS = '/encoder/Cast_output_0';
/** Of exports that give it themselves. */
const DURATIONS_OUTPUT = /^(?:pred_)?dur(?:ation)?s?$/;
const FRAME_SAMPLES = 600;
const FRAME_MS = (1000 * FRAME_SAMPLES) / WIRE_SAMPLE_RATE_HZ;
const WARM_UP = 'həlˈO.';

/** Kokoro 82M (hexgrad, Apache-2.0): phonetic symbols become speech, in the voice of a style. */
export class Kokoro {
  readonly #session: InferenceSession;
  readonly #folder: string;
  readonly #styles = new Map<string, Float32Array>();

  private constructor(session: InferenceSession, folder: string) {
    this.#session = session;
    this.#folder = folder;
  }

  static async open(folder: string): Promise<Kokoro> {
    const session = await openOnnx(withDurations(await readFile(join(folder, MODEL_FILE))));
    const model = new Kokoro(session, folder);
    // The first caller is not to meet code that is still being compiled.
    await model.#run(WARM_UP, new Float32Array(STYLE_VALUES));
    return model;
  }

  /** Rejects with a sentence where there is no such voice, or more to be said than it can say at once. */
  async speak(symbols: string, voice: string): Promise<ModelSpeech> {
    const known = [...symbols].filter((symbol) => SYMBOL_IDS.has(symbol));
    if (known.length > MOST_SYMBOLS) throw new Error(`More than ${MOST_SYMBOLS} sounds cannot be spoken at once.`);
    if (known.length === 0) return { samples: new Int16Array(0), durationsMs: [] };
    const styles = await this.#stylesOf(voice);
    const row = Math.min(known.length, MOST_SYMBOLS - 1) * STYLE_VALUES;
    const { samples, durations } = await this.#run(known.join(''), styles.slice(row, row + STYLE_VALUES));
    // Symbols that the model does not know took no time.
    const lengths = durations?.values();
    const length = (): number => FRAME_MS * Number(lengths?.next().value ?? 0);
    const durationsMs =
      durations === null
        ? null
        : [length(), ...[...symbols].map((symbol) => (SYMBOL_IDS.has(symbol) ? length() : 0)), length()];
    return { samples, durationsMs };
  }

  async #run(symbols: string, style: Float32Array) {
    const ids = [0, ...[...symbols].map((symbol) => SYMBOL_IDS.get(symbol) ?? 0), 0];
    const { inputNames } = this.#session;
    const inputs = {
      [inputNames.includes('tokens') ? 'tokens' : 'input_ids']: new Tensor('int64', BigInt64Array.from(ids, BigInt), [
        1,
        ids.length,
      ]),
      style: new Tensor('float32', style, [1, STYLE_VALUES]),
      speed: new Tensor('float32', Float32Array.of(1), [1]),
    };
    const outputs = await this.#session.run(inputs);
    const tells = (name: string): boolean => name === DURATIONS || DURATIONS_OUTPUT.test(name);
    const sound = Object.entries(outputs).find(([name]) => !tells(name))?.[1].data;
    const durations = Object.entries(outputs).find(([name]) => tells(name))?.[1].data ?? null;
    if (!(sound instanceof Float32Array)) throw new Error('The model of speech gave no sound.');
    const samples = Int16Array.from(sound, (value) => 32_767 * Math.max(-1, Math.min(1, value)));
    return { samples, durations: durations?.length === ids.length ? Array.from(durations, Number) : null };
  }

  async #stylesOf(voice: string): Promise<Float32Array> {
    const kept = this.#styles.get(voice);
    if (kept !== undefined) return kept;
    const bytes = VOICE_NAME.test(voice)
      ? await readFile(join(this.#folder, 'voices', `${voice}.bin`)).catch(() => null)
      : null;
    if (bytes === null) throw new Error('There is no voice of this name.');
    if (bytes.length !== STYLE_BYTES) throw new Error(`The voice ${voice} is damaged.`);
    const styles = new Float32Array(Uint8Array.from(bytes).buffer);
    if (this.#styles.size >= MAX_VOICES_KEPT) this.#styles.clear();
    this.#styles.set(voice, styles);
    return styles;
  }
}

/** Has the model tell how long each symbol takes, where it knows and does not say. */
function withDurations(model: Buffer): Uint8Array {
  return model.includes(DURATIONS) ? withOutput(model, DURATIONS, 'int64') : model;
}
