import type { BackgroundLevel } from './background-level.ts';
import type { AudioFrame } from './frame-assembler.ts';

/** A frame with what the model and the level say of it; the rules decide on nothing else. */
export type JudgedFrame = {
  readonly frame: AudioFrame;
  /** Probability of speech, 0 to 1. */
  readonly probability: number;
  /** Mean square of the samples, full scale 1. */
  readonly power: number;
  readonly background: Pick<BackgroundLevel, 'known' | 'aboveDb' | 'talks'>;
};

export function powerToDb(power: number): number {
  return 10 * Math.log10(power + 1e-12);
}
