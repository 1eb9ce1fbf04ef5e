import { OPUS_SAMPLE_RATE_HZ } from '../core/audio-format.ts';

/** How far back what was played can be asked for: the longest echo path and a stalled microphone. */
const KEPT_MS = 4000;
const KEPT_SAMPLES = (KEPT_MS * OPUS_SAMPLE_RATE_HZ) / 1000;
const LEVEL_STEP_SAMPLES = OPUS_SAMPLE_RATE_HZ / 100;
const KEPT_LEVELS = KEPT_SAMPLES / LEVEL_STEP_SAMPLES;

/** What the avatar has played of late: samples at 48 kHz by their place in media time, and levels by 10 ms. */
export class PlayedSound {
  readonly #samples = new Int16Array(KEPT_SAMPLES);
  readonly #powers = new Float64Array(KEPT_LEVELS);
  #endSample = 0;
  #lastSoundSample = Number.NEGATIVE_INFINITY;

  /** Takes the next frame of the call's clock (whole steps of 10 ms); null is silence of `silentSamples`. */
  append(pcm48k: Int16Array | null, mediaTimeMs: number, silentSamples: number): void {
    const start = Math.round((mediaTimeMs * OPUS_SAMPLE_RATE_HZ) / 1000);
    const length = pcm48k?.length ?? silentSamples;
    for (let k = 0; k < length; k += LEVEL_STEP_SAMPLES) {
      const step = pcm48k?.subarray(k, k + LEVEL_STEP_SAMPLES);
      const at = (start + k) % KEPT_SAMPLES;
      if (step === undefined) this.#samples.fill(0, at, at + LEVEL_STEP_SAMPLES);
      else this.#samples.set(step, at);
      this.#powers[at / LEVEL_STEP_SAMPLES] = step === undefined ? 0 : meanPower(step);
    }
    this.#endSample = start + length;
    if (pcm48k !== null) this.#lastSoundSample = this.#endSample;
  }

  /** Copies what was played from `startSample` on; what is unknown (not yet played, or too long ago) is silence. */
  read(startSample: number, output: Int16Array): void {
    for (let k = 0; k < output.length; k++) {
      const sample = startSample + k;
      const isKnown = sample >= 0 && sample < this.#endSample && sample >= this.#endSample - KEPT_SAMPLES;
      output[k] = isKnown ? (this.#samples[sample % KEPT_SAMPLES] as number) : 0;
    }
  }

  /** True when something was played in the `withinMs` before this place, or is played after it. */
  soundedBefore(sample: number, withinMs: number): boolean {
    return this.#lastSoundSample > sample - (withinMs * OPUS_SAMPLE_RATE_HZ) / 1000;
  }

  /** Mean power (full scale 1) of the loudest 10 ms in the `withinMs` before this place. */
  loudestBefore(endSample: number, withinMs: number): number {
    const last = Math.floor(Math.min(endSample, this.#endSample) / LEVEL_STEP_SAMPLES);
    const first = Math.max(0, last - withinMs / 10, this.#endSample / LEVEL_STEP_SAMPLES - KEPT_LEVELS);
    let loudest = 0;
    for (let step = Math.ceil(first); step < last; step++) {
      loudest = Math.max(loudest, this.#powers[step % KEPT_LEVELS] as number);
    }
    return loudest;
  }
}

export function meanPower(pcm: Int16Array): number {
  let sum = 0;
  for (const sample of pcm) sum += (sample / 32_768) ** 2;
  return sum / Math.max(1, pcm.length);
}
