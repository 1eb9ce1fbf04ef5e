import { Resampler } from './resampler.ts';

export type PcmChunk = {
  readonly pcm: Int16Array;
  /** Root mean square of the chunk, 0 to 1. */
  readonly level: number;
};

/** Turns blocks of any length and rate into PCM16 chunks of one length and rate. */
export class PcmChunker {
  readonly #resampler: Resampler;
  readonly #onChunk: (chunk: PcmChunk) => void;
  readonly #pending: Float32Array;
  #filled = 0;

  constructor(options: {
    inputRateHz: number;
    outputRateHz: number;
    chunkDurationMs: number;
    onChunk: (chunk: PcmChunk) => void;
  }) {
    this.#resampler = new Resampler(options.inputRateHz, options.outputRateHz);
    this.#pending = new Float32Array(Math.round((options.outputRateHz * options.chunkDurationMs) / 1000));
    this.#onChunk = options.onChunk;
  }

  push(samples: Float32Array): void {
    const resampled = this.#resampler.push(samples);
    let offset = 0;
    while (offset < resampled.length) {
      const take = Math.min(resampled.length - offset, this.#pending.length - this.#filled);
      this.#pending.set(resampled.subarray(offset, offset + take), this.#filled);
      this.#filled += take;
      offset += take;
      if (this.#filled === this.#pending.length) this.#flush();
    }
  }

  #flush(): void {
    const pcm = new Int16Array(this.#pending.length);
    let energy = 0;
    for (const [index, sample] of this.#pending.entries()) {
      const limited = Math.max(-1, Math.min(1, sample));
      energy += limited * limited;
      pcm[index] = Math.round(limited * 32_767);
    }
    this.#filled = 0;
    this.#onChunk({ pcm, level: Math.sqrt(energy / pcm.length) });
  }
}
