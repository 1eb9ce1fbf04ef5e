import { createRequire } from 'node:module';
import { type InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { ANALYSIS_SAMPLE_RATE_HZ } from '../core/audio-format.ts';
import { openOnnx } from '../core/onnx-session.ts';

/** Samples at 16 kHz judged at a time: 32 ms. */
export const SPEECH_FRAME_SAMPLES = 512;
/** Samples of the frame before that the network is shown again. Without them it wakes up 40 ms later. */
const CONTEXT_SAMPLES = 64;
/** Shape of the network's memory: layers, batch, width. */
const STATE_SHAPE = [2, 1, 128];
const STATE_LENGTH = 256;
/** Frames judged before first use, so that a first caller does not meet code that is still being compiled. */
const WARM_UP_FRAMES = 20;
const MODEL_FILE = '@ricky0123/vad-web/dist/silero_vad_v6.onnx';

/** One stream of sound with its own memory. Calls must wait for each other. */
export type SpeechStream = {
  /** Probability, 0 to 1, that the frame (512 samples at 16 kHz, -1 to 1) holds speech. Frames follow without a gap. */
  probability(frame512: Float32Array): Promise<number>;
  /** Forgets what came before, as at the start of a stream. */
  reset(): void;
};

export type SpeechModel = {
  createStream(): SpeechStream;
  /** Opens the model again, unless that has been done since `failed` was created. Streams made later use it. */
  reopen?(failed: SpeechStream): Promise<void>;
};

let loading: Promise<SpeechModel> | null = null;

/**
 * Silero voice activity detection, version 6, on ONNX Runtime's WebAssembly backend with one thread. The network is
 * loaded once per process and shared by all streams; nothing is fetched from a network.
 */
export function loadSpeechModel(): Promise<SpeechModel> {
  loading ??= createModel().catch((error: unknown) => {
    loading = null;
    throw error;
  });
  return loading;
}

async function createModel(): Promise<SpeechModel> {
  let session = await openSession();
  let opening: Promise<void> | null = null;
  const open = async (): Promise<void> => {
    const dead = session;
    session = await openSession();
    // Its memory is given back where it can be; a runtime that is broken may refuse.
    void dead.release().catch(() => {});
  };
  return {
    createStream: () => new SileroStream(session),
    async reopen(failed) {
      if (!(failed instanceof SileroStream) || !failed.isOf(session)) return;
      opening ??= open().finally(() => {
        opening = null;
      });
      await opening;
    },
  };
}

/** A session that has judged some frames. */
async function openSession(): Promise<InferenceSession> {
  const path = createRequire(import.meta.url).resolve(MODEL_FILE);
  const session = await openOnnx(path);
  const warmUp = new SileroStream(session);
  for (let k = 0; k < WARM_UP_FRAMES; k++) await warmUp.probability(new Float32Array(SPEECH_FRAME_SAMPLES));
  return session;
}

class SileroStream implements SpeechStream {
  readonly #session: InferenceSession;
  readonly #sampleRate = new Tensor('int64', BigInt64Array.of(BigInt(ANALYSIS_SAMPLE_RATE_HZ)), []);
  readonly #samples = new Float32Array(CONTEXT_SAMPLES + SPEECH_FRAME_SAMPLES);
  readonly #input = new Tensor('float32', this.#samples, [1, CONTEXT_SAMPLES + SPEECH_FRAME_SAMPLES]);
  #state = emptyState();

  constructor(session: InferenceSession) {
    this.#session = session;
  }

  isOf(session: InferenceSession): boolean {
    return this.#session === session;
  }

  async probability(frame512: Float32Array): Promise<number> {
    if (frame512.length !== SPEECH_FRAME_SAMPLES) {
      throw new RangeError(`A speech frame has ${SPEECH_FRAME_SAMPLES} samples; got ${frame512.length}.`);
    }
    this.#samples.copyWithin(0, SPEECH_FRAME_SAMPLES);
    this.#samples.set(frame512, CONTEXT_SAMPLES);
    const state = this.#state;
    const { output, stateN } = await this.#session.run({ input: this.#input, state, sr: this.#sampleRate });
    if (output === undefined || stateN === undefined) throw new Error('The speech model gave no output.');
    // A reset during the run stands.
    if (this.#state === state) this.#state = stateN;
    return Number(output.data[0]);
  }

  reset(): void {
    this.#samples.fill(0);
    this.#state = emptyState();
  }
}

function emptyState(): Tensor {
  return new Tensor('float32', new Float32Array(STATE_LENGTH), STATE_SHAPE);
}
