import { createRequire } from 'node:module';
import { OPUS_SAMPLE_RATE_HZ, WIRE_SAMPLE_RATE_HZ } from '../core/audio-format.ts';
import { errorMessage } from '../core/error-message.ts';
import type { Logger } from '../core/logger.ts';

/** 10 ms, the only length that WebRTC's audio processing takes. */
export const MICROPHONE_FRAME_SAMPLES = WIRE_SAMPLE_RATE_HZ / 100;
export const PLAYED_FRAME_SAMPLES = OPUS_SAMPLE_RATE_HZ / 100;
/** How much later the cleaned sound comes out, measured with speech; the same for any input. */
export const CANCELLER_DELAY_SAMPLES = 288;

/** Takes the echo of what is played out of a microphone's sound. */
export type EchoCanceller = {
  /** 10 ms of each: what was played, 480 samples at 48 kHz, and the microphone, 240 samples at 24 kHz, which is changed in place. */
  process(played: Int16Array, microphone: Int16Array): void;
  close(): void;
};

/** The few of the package's members used here. Its own types would have every build carry the native part. */
type Bindings = {
  readonly FfiHandle: new (handle: bigint) => { dispose(): void };
  readonly FfiRequest: new (request: { message: { case: string; value: object } }) => { toBinary(): Uint8Array };
  readonly FfiResponse: {
    fromBinary(bytes: Uint8Array): { message: { value?: { error?: string; apm?: { handle?: { id?: bigint } } } } };
  };
  livekitFfiRequest(request: Uint8Array): Uint8Array;
  livekitRetrievePtr(bytes: Uint8Array): bigint;
};

let loaded: Bindings | null | undefined;

function load(logger: Logger): Bindings | null {
  if (loaded !== undefined) return loaded;
  try {
    loaded = createRequire(import.meta.url)('@livekit/rtc-ffi-bindings') as Bindings;
  } catch (error) {
    loaded = null;
    logger.warn(
      { error: errorMessage(error) },
      'No echo canceller runs on this system; echoes are told from users by their level and words only.',
    );
  }
  return loaded;
}

/** WebRTC's canceller (AEC3), one for each call; null where its native module does not load, which is logged once. */
export function openEchoCanceller(logger: Logger): EchoCanceller | null {
  const bindings = load(logger);
  if (bindings === null) return null;
  try {
    return new WebRtcEchoCanceller(bindings);
  } catch (error) {
    logger.warn({ error: errorMessage(error) }, 'The echo canceller of a call could not be opened.');
    return null;
  }
}

/** The library is asked for audio processing only: it is never initialised, so it starts no thread and opens nothing. */
class WebRtcEchoCanceller implements EchoCanceller {
  readonly #bindings: Bindings;
  readonly #handle: bigint;
  #closed = false;

  constructor(bindings: Bindings) {
    this.#bindings = bindings;
    const opened = this.#request('newApm', {
      echoCancellerEnabled: true,
      gainControllerEnabled: false,
      highPassFilterEnabled: true,
      noiseSuppressionEnabled: false,
    });
    const handle = opened?.apm?.handle?.id;
    if (handle === undefined) throw new Error('The audio processing gave no handle.');
    this.#handle = handle;
  }

  process(played: Int16Array, microphone: Int16Array): void {
    // A wrong length ends the process inside the library.
    if (this.#closed || played.length !== PLAYED_FRAME_SAMPLES || microphone.length !== MICROPHONE_FRAME_SAMPLES) {
      throw new RangeError('The echo canceller takes 10 ms of each sound, and only while it is open.');
    }
    this.#stream('apmProcessReverseStream', played, OPUS_SAMPLE_RATE_HZ);
    this.#stream('apmProcessStream', microphone, WIRE_SAMPLE_RATE_HZ);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    new this.#bindings.FfiHandle(this.#handle).dispose();
  }

  #stream(name: string, pcm: Int16Array, sampleRate: number): void {
    const bytes = new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength);
    const dataPtr = this.#bindings.livekitRetrievePtr(bytes);
    const { error } =
      this.#request(name, { apmHandle: this.#handle, dataPtr, size: pcm.byteLength, sampleRate, numChannels: 1 }) ?? {};
    if (error !== undefined) throw new Error(`The echo canceller failed: ${error}`);
  }

  #request(name: string, value: object): { error?: string; apm?: { handle?: { id?: bigint } } } | undefined {
    const { FfiRequest, FfiResponse, livekitFfiRequest } = this.#bindings;
    const request = new FfiRequest({ message: { case: name, value } });
    return FfiResponse.fromBinary(livekitFfiRequest(request.toBinary())).message.value;
  }
}
