import {
  ARTICULATION_CHANNELS,
  type Articulation,
  type PhoneTiming,
} from '../../packages/media/src/core/articulation.ts';
import { WIRE_SAMPLE_RATE_HZ } from '../../packages/media/src/core/audio-format.ts';
import { PhoneArticulator } from '../../packages/media/src/visemes/phone-articulator.ts';
import { isSilence } from '../../packages/media/src/visemes/phone-targets.ts';
import { pearson } from '../../tests/support/statistics.ts';
import {
  CLOSED_BELOW,
  type LipRatios,
  PICTURE_MS,
  percentile,
  type Ratio,
  scoreLips,
  trueOpening,
} from '../train-articulation/evaluation-metrics.ts';
import { LEVEL_STEP_MS, quietSteps } from './speech-level.ts';
import type { Material } from './speech-material.ts';

export type SyncScores = LipRatios & {
  readonly pictures: number;
  readonly facesLost: number;
  readonly syncR: number;
  readonly offsetMs: number;
  readonly silenceClosed: Ratio;
  /** Pictures inside pauses of the phones that are not silent, because there is sound in them. */
  readonly soundInPauses: number;
  /** Standard deviation of the aperture inside pauses, in distances of the outer eye corners. */
  readonly silenceJitter: number;
};

const MAX_LAG_MS = 240;
const LAG_STEP_MS = 10;
const MIN_PAUSE_MS = 160;
/** The mouth may still close, or open already, this near to the ends of a pause. */
const PAUSE_MARGIN_MS = 60;

/**
 * What the mouth should do in each picture by the phones: jaw x (1 - closure) x (1 - 0.8 labiodental), a mean over 40 ms.
 */
export class Reference {
  readonly #truth: readonly Articulation[];

  constructor(phones: readonly PhoneTiming[]) {
    const articulator = new PhoneArticulator();
    articulator.append(phones);
    const values = new Float32Array(ARTICULATION_CHANNELS.length);
    this.#truth = Array.from({ length: Math.ceil((phones.at(-1)?.endMs ?? 0) / 10) }, (_, frame) => {
      articulator.writeFrame(frame, values, 0);
      return Object.fromEntries(ARTICULATION_CHANNELS.map((name, channel) => [name, values[channel]])) as Articulation;
    });
  }

  openings(count: number, shiftMs = 0): number[] {
    return Array.from({ length: count }, (_, picture) =>
      trueOpening(this.#truth, (picture + 0.5) * PICTURE_MS + shiftMs),
    );
  }
}

/** Scores of one film by section 7's definitions; a picture without a face counts with the aperture before it. */
export function scoreFilm(measured: readonly (number | null)[], { phones, pcm }: Material): SyncScores {
  const apertures: number[] = [];
  for (const value of measured) apertures.push(value ?? apertures.at(-1) ?? 0);
  const reference = new Reference(phones);
  const low = percentile(apertures, 0.05);
  const high = percentile(apertures, 0.95);
  const shown = apertures.map((value) => (value - low) / (high - low));
  const ratios: LipRatios = { recall: { hit: 0, of: 0 }, precision: { hit: 0, of: 0 }, openVowels: { hit: 0, of: 0 } };
  scoreLips(shown, phones, ratios);
  const pauses = pausesOf(phones);
  const silent = picturesInside(quietParts(pauses, pcm), apertures.length);
  return {
    ...ratios,
    pictures: apertures.length,
    facesLost: measured.filter((value) => value === null).length,
    syncR: pearson(apertures, reference.openings(apertures.length)),
    offsetMs: bestOffset(apertures, reference),
    silenceClosed: {
      hit: silent.flat().filter((index) => (shown[index] ?? 1) < CLOSED_BELOW).length,
      of: silent.flat().length,
    },
    soundInPauses: picturesInside(pauses, apertures.length).flat().length - silent.flat().length,
    silenceJitter: deviationWithin(silent, apertures),
  };
}

/** Correlation with the phones of another recording: nothing should be left. */
export function wrongSoundR(measured: readonly (number | null)[], otherPhones: readonly PhoneTiming[]): number {
  const reference = new Reference(otherPhones);
  const count = Math.min(measured.length, Math.floor((otherPhones.at(-1)?.endMs ?? 0) / PICTURE_MS));
  return pearson(
    measured.slice(0, count).map((value) => value ?? 0),
    reference.openings(count),
  );
}

/** Lag of the mouth behind the phones where they agree best, by a parabola through the peak. Positive: mouth late. */
function bestOffset(apertures: readonly number[], reference: Reference): number {
  const lags = Array.from({ length: (2 * MAX_LAG_MS) / LAG_STEP_MS + 1 }, (_, i) => i * LAG_STEP_MS - MAX_LAG_MS);
  const r = lags.map((lagMs) => pearson(apertures, reference.openings(apertures.length, -lagMs)));
  const peak = r.indexOf(Math.max(...r));
  const [before, at, after] = [r[peak - 1], r[peak] ?? 0, r[peak + 1]];
  const lagMs = lags[peak] ?? 0;
  if (before === undefined || after === undefined) return lagMs;
  return lagMs + (LAG_STEP_MS * (before - after)) / (2 * (before - 2 * at + after));
}

type Span = { startMs: number; endMs: number };

function pausesOf(phones: readonly PhoneTiming[]): Span[] {
  return joinSpans(phones.filter(({ symbol }) => isSilence(symbol)));
}

/** Spans that follow each other become one. */
function joinSpans(spans: readonly Readonly<Span>[]): Span[] {
  const joined: Span[] = [];
  for (const { startMs, endMs } of spans) {
    const last = joined.at(-1);
    if (last !== undefined && startMs - last.endMs < 1) last.endMs = endMs;
    else joined.push({ startMs, endMs });
  }
  return joined;
}

/** The parts of pauses that are quiet throughout. */
function quietParts(pauses: readonly Span[], pcm: Int16Array): Span[] {
  const quiet = joinSpans(
    quietSteps(pcm, WIRE_SAMPLE_RATE_HZ).flatMap((isQuiet, step) =>
      isQuiet ? [{ startMs: step * LEVEL_STEP_MS, endMs: (step + 1) * LEVEL_STEP_MS }] : [],
    ),
  );
  return pauses.flatMap((pause) =>
    quiet
      .map((span) => ({
        startMs: Math.max(span.startMs, pause.startMs),
        endMs: Math.min(span.endMs, pause.endMs),
      }))
      .filter(({ startMs, endMs }) => endMs > startMs),
  );
}

/** Indices of the pictures inside each span that is long enough. */
function picturesInside(spans: readonly Span[], count: number): number[][] {
  return spans
    .filter(({ startMs, endMs }) => endMs - startMs > MIN_PAUSE_MS)
    .map(({ startMs, endMs }) => {
      const indices: number[] = [];
      for (let index = 0; index < count; index++) {
        const middleMs = (index + 0.5) * PICTURE_MS;
        if (middleMs > startMs + PAUSE_MARGIN_MS && middleMs < endMs - PAUSE_MARGIN_MS) indices.push(index);
      }
      return indices;
    });
}

function deviationWithin(groups: readonly (readonly number[])[], values: readonly number[]): number {
  let squares = 0;
  let count = 0;
  for (const group of groups) {
    const mean = group.reduce((sum, index) => sum + (values[index] ?? 0), 0) / group.length;
    for (const index of group) squares += ((values[index] ?? 0) - mean) ** 2;
    count += group.length;
  }
  return Math.sqrt(squares / Math.max(1, count));
}
