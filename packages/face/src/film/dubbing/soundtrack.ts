import { ClipSound } from './clip-sound.ts';
import { Limiter } from './limiter.ts';
import { fadeOf, type SpeechPlan } from './speech-plan.ts';
import { FILM_SAMPLE_RATE_HZ, type SoundChannels, type SpeechSound } from './speech-sound.ts';

export type SoundtrackOptions = {
  readonly speech: Pick<SpeechSound, 'take'>;
  readonly plan: SpeechPlan;
  /** Null: the speech alone is heard. */
  readonly clip: Pick<ClipSound, 'channels' | 'take' | 'close'> | null;
  /** Of the clip's sound while something is said, 0 to 1; else it is as loud as it was. */
  readonly originalVolume: number;
};

/** One sound goes over into the other within this time. */
const FADE_MS = 10;
const FULL_SCALE = 32_768;

/** The sound of a film: the speech, or the speech over the sound of the clip, in all of its channels, without clipping. */
export class Soundtrack {
  readonly #options: SoundtrackOptions;
  readonly #limiter: Limiter;
  /** Samples of each channel mixed. */
  #at = 0;

  constructor(options: SoundtrackOptions) {
    this.#options = options;
    this.#limiter = new Limiter(options.clip?.channels);
    if (options.clip !== null) this.#limiter.process(this.#mixed(Limiter.lateBy));
  }

  /** The next samples, so many of each channel: one of each in turn. */
  take(count: number): Int16Array {
    if (this.#options.clip === null) return this.#options.speech.take(count);
    const mixed = this.#mixed(count);
    this.#limiter.process(mixed);
    return Int16Array.from(mixed, (sample) => Math.round(sample * FULL_SCALE));
  }

  close(): void {
    this.#options.clip?.close();
  }

  #mixed(count: number): Float32Array {
    const { plan, speech, clip, originalVolume } = this.#options;
    const channels = clip?.channels ?? 1;
    const mixed = new Float32Array(channels * count);
    for (let from = 0; from < count; ) {
      const [startMs, edgeMs] = [msOf(this.#at), plan.nextEdgeMs(msOf(this.#at + 0.5))];
      const most = edgeMs === Number.POSITIVE_INFINITY ? count : samplesUntil(edgeMs) - this.#at;
      const length = Math.min(count - from, Math.max(1, most));
      const said = plan.at(msOf(this.#at + 0.5));
      const [spoken, original] = [said && speech.take(length), clip?.take(length)];
      for (let i = 0; i < length; i++) {
        const passedMs = msOf(this.#at + i) - startMs;
        const share =
          said === null ? 0 : fadeOf({ sinceMs: said.sinceMs + passedMs, leftMs: said.leftMs - passedMs }, FADE_MS);
        const under = 1 - share * (1 - originalVolume);
        for (let channel = 0; channel < channels; channel++) {
          const heard = share * (spoken?.[i] ?? 0) + under * (original?.[channels * i + channel] ?? 0);
          mixed[channels * (from + i) + channel] = heard / FULL_SCALE;
        }
      }
      from += length;
      this.#at += length;
    }
    return mixed;
  }
}

/** The clip's sound is only opened where it is heard. */
export async function openSoundtrack(
  options: Omit<SoundtrackOptions, 'clip'> & {
    /** Of the clip's sound that are heard; null: none. */
    readonly clipChannels: SoundChannels | null;
    readonly path: string;
    /** After which the clip begins anew. */
    readonly periodMs: number | undefined;
  },
): Promise<Soundtrack> {
  const { clipChannels: channels, path, periodMs, ...rest } = options;
  return new Soundtrack({ ...rest, clip: channels && (await ClipSound.open(path, { periodMs, channels })) });
}

function msOf(sample: number): number {
  return (1000 * sample) / FILM_SAMPLE_RATE_HZ;
}

function samplesUntil(ms: number): number {
  return Math.round((ms * FILM_SAMPLE_RATE_HZ) / 1000);
}
