import type { Eagerness } from '@visavis/protocol';
import type { TurnDetectionSettings } from '../core/voice-port.ts';

/** When a turn ends that has a model of its end. */
type TurnEndBars = {
  /** From this probability on a sentence counts as finished. */
  readonly finishedProbability: number;
  /** Silence that ends a turn whose sentence is finished, unless less is set. */
  readonly finishedSilenceMs: number;
  /** Silence that ends one whose sentence is not, unless more is set. */
  readonly unfinishedSilenceMs: number;
};

const USUAL: TurnEndBars = { finishedProbability: 0.7, finishedSilenceMs: 200, unfinishedSilenceMs: 2000 };
const BARS: Readonly<Record<Eagerness, TurnEndBars>> = {
  low: { finishedProbability: 0.85, finishedSilenceMs: 400, unfinishedSilenceMs: 4000 },
  medium: USUAL,
  high: { finishedProbability: 0.5, finishedSilenceMs: 200, unfinishedSilenceMs: 1000 },
  auto: USUAL,
};

/** An eagerness from before silence alone was chosen no longer counts. */
export function turnEndBars({ endsBy, eagerness = 'auto' }: TurnDetectionSettings): TurnEndBars {
  return endsBy === 'sense' ? BARS[eagerness] : USUAL;
}
