import { type InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { ANALYSIS_SAMPLE_RATE_HZ } from '../core/audio-format.ts';
import { openOnnx } from '../core/onnx-session.ts';
import { logMel, MEL_BANDS, MEL_HOP_SAMPLES } from './whisper-mel.ts';

/** Sound that the model looks at: the last eight seconds, with silence before them where there is less. */
const WINDOW_SAMPLES = 8 * ANALYSIS_SAMPLE_RATE_HZ;
/** Keeps silence from being divided by nothing. */
const VARIANCE_FLOOR = 1e-7;
const WARM_UPS = 2;

/**
 * Smart Turn v3 (Pipecat, BSD-2-Clause): the encoder of Whisper tiny, trained to tell from the sound of somebody who has just
 * fallen silent whether they have finished.
 */
export class SmartTurn {
  readonly #session: InferenceSession;

  private constructor(session: InferenceSession) {
    this.#session = session;
  }

  static async open(path: string): Promise<SmartTurn> {
    const session = await openOnnx(path);
    const model = new SmartTurn(session);
    // The first caller is not to meet code that is still being compiled.
    for (let k = 0; k < WARM_UPS; k++) await model.probability(new Float32Array(WINDOW_SAMPLES / 2));
    return model;
  }

  /** Probability, 0 to 1, that who is heard (16 kHz, -1 to 1) and falls silent at the end has finished. */
  async probability(samples16k: Float32Array): Promise<number> {
    const features = logMel(normalised(lastWindow(samples16k)));
    const input = new Tensor('float32', features, [1, MEL_BANDS, WINDOW_SAMPLES / MEL_HOP_SAMPLES]);
    // Called so by the model: it is a probability already.
    const { logits } = await this.#session.run({ input_features: input });
    const probability = Number(logits?.data[0]);
    if (!(probability >= 0 && probability <= 1)) throw new Error(`The model of turn ends gave ${probability}.`);
    return probability;
  }
}

function lastWindow(samples: Float32Array): Float32Array {
  const window = new Float32Array(WINDOW_SAMPLES);
  const heard = samples.subarray(Math.max(0, samples.length - WINDOW_SAMPLES));
  window.set(heard, WINDOW_SAMPLES - heard.length);
  return window;
}

/** With a mean of 0 and a variance of 1, as the model was shown sound. */
function normalised(samples: Float32Array): Float32Array {
  const mean = samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
  const variance = samples.reduce((sum, sample) => sum + (sample - mean) ** 2, 0) / samples.length;
  const scale = 1 / Math.sqrt(variance + VARIANCE_FLOOR);
  return samples.map((sample) => (sample - mean) * scale);
}
