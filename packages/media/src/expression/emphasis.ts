import { WIRE_SAMPLE_RATE_HZ } from '../core/audio-format.ts';

const FRAME_MS = 20;
const FRAME_SAMPLES = (WIRE_SAMPLE_RATE_HZ * FRAME_MS) / 1000;
/** A stressed syllable is the loudest within this time on both sides … */
const NEIGHBOURHOOD_FRAMES = 200 / FRAME_MS;
/** … and this much louder than the reply was on the whole in the last seconds before it. */
const STRESS_RATIO = 1.75;
const MEMORY_FRAMES = 3000 / FRAME_MS;
/** Quieter than this (RMS of full scale) is silence and counts for nothing. */
const SILENCE_LEVEL = 0.01;
/** Louder than this is speech, and not what is left of it in a pause. */
const SPEECH_LEVEL = 0.02;
/** Sound beyond this length of one reply is not judged. */
const MAX_FRAMES = (10 * 60_000) / FRAME_MS;

/** Finds the stressed syllables of one reply in the loudness of its sound. */
export class EmphasisTrack {
  #levels = new Float32Array(512);
  #count = 0;
  #energy = 0;
  #samples = 0;

  /** PCM16 mono at 24 kHz, in order. */
  append(pcm24k: Int16Array): void {
    for (const sample of pcm24k) {
      this.#energy += sample * sample;
      this.#samples += 1;
      if (this.#samples === FRAME_SAMPLES) this.#closeFrame();
    }
  }

  /** Whether there is speech at this time; false where the sound has not come yet. */
  isLoudAt(positionMs: number): boolean {
    return (this.#levels[Math.floor(positionMs / FRAME_MS)] ?? 0) >= SPEECH_LEVEL;
  }

  /** Strength of the stress at this time, 0 to 1; 0 beside the peak of a syllable and where the sound has not come yet. */
  at(positionMs: number): number {
    const frame = Math.floor(positionMs / FRAME_MS);
    const level = this.#levels[frame] ?? 0;
    if (frame < 0 || frame + NEIGHBOURHOOD_FRAMES >= this.#count || level < SILENCE_LEVEL) return 0;
    for (let i = Math.max(0, frame - NEIGHBOURHOOD_FRAMES); i <= frame + NEIGHBOURHOOD_FRAMES; i++) {
      if ((this.#levels[i] as number) > level) return 0;
    }
    const usual = this.#usualLevel(frame);
    if (usual === 0 || level < usual * STRESS_RATIO) return 0;
    return Math.min(1, level / usual - 1);
  }

  #usualLevel(frame: number): number {
    let sum = 0;
    let loud = 0;
    for (let i = Math.max(0, frame - MEMORY_FRAMES); i < frame + NEIGHBOURHOOD_FRAMES; i++) {
      const level = this.#levels[i] as number;
      if (level < SILENCE_LEVEL) continue;
      sum += level;
      loud += 1;
    }
    return loud === 0 ? 0 : sum / loud;
  }

  #closeFrame(): void {
    if (this.#count < MAX_FRAMES) {
      if (this.#count === this.#levels.length) {
        const longer = new Float32Array(this.#levels.length * 2);
        longer.set(this.#levels);
        this.#levels = longer;
      }
      this.#levels[this.#count] = Math.sqrt(this.#energy / FRAME_SAMPLES) / 32_768;
      this.#count += 1;
    }
    this.#energy = 0;
    this.#samples = 0;
  }
}
