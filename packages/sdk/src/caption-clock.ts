import { type CaptionChange, captionChanges } from './caption-change.ts';
import { emptyTranscript, isSounding, type Transcript } from './transcript.ts';

/** How often captions follow the sound: often enough that a word is seen to begin with its sound. */
const followEveryMs = 50;

type ClockListener = {
  /** Some reply is being heard, and time has passed. */
  readonly onTime: (nowMs: number) => void;
  readonly onChange: (change: CaptionChange) => void;
};

/** Lets captions follow the sound, and tells what is being said. */
export class CaptionClock {
  readonly #listener: ClockListener;
  #told: Transcript = emptyTranscript;
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(listener: ClockListener) {
    this.#listener = listener;
  }

  follow(transcript: Transcript): void {
    this.#run(isSounding(transcript));
    const before = this.#told;
    this.#told = transcript;
    for (const change of captionChanges(before, transcript, performance.now())) this.#listener.onChange(change);
  }

  #run(isWanted: boolean): void {
    if (isWanted === (this.#timer !== null)) return;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = isWanted ? setInterval(() => this.#listener.onTime(performance.now()), followEveryMs) : null;
  }
}
