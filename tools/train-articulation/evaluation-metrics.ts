import {
  ARTICULATION_CHANNELS,
  type Articulation,
  type PhoneTiming,
} from '../../packages/media/src/core/articulation.ts';
import { isSilence } from '../../packages/media/src/visemes/phone-targets.ts';

export const PICTURE_MS = 40;
const BILABIALS = new Set(['p', 'b', 'm', 'em']);
/** Phones beside which nearly closed lips are right. */
const NARROW = new Set(['p', 'b', 'm', 'em', 'f', 'v', 'w']);
const OPEN_VOWELS = new Set(['aa', 'ae', 'ao', 'ah', 'eh', 'oh', 'ay', 'aw', 'ow', 'oy']);
/** Share of the range between the 5th and the 95th percentile below which lips count as closed. */
export const CLOSED_BELOW = 0.12;
const OPEN_ABOVE = 0.35;

/** One sentence: what was said and what a driver made of it, both at 100 Hz, and the driver's pictures at 25 Hz. */
export type Performance = {
  readonly phones: readonly PhoneTiming[];
  readonly truth: readonly Articulation[];
  readonly made: readonly Articulation[];
  readonly pictures: readonly Articulation[];
};

export type Ratio = { hit: number; of: number };

export type Scores = {
  readonly channels: readonly number[];
  readonly jawInSpeech: number;
  /** Closures of the driver's channel against p, b and m: found within 20 ms; justified within 40 ms. */
  readonly closureRecall: Ratio;
  readonly closurePrecision: Ratio;
  readonly syncR: number;
  readonly offsetMs: number;
  /** The same on the opening of 25 pictures a second. */
  readonly pictureRecall: Ratio;
  readonly picturePrecision: Ratio;
  readonly openVowels: Ratio;
};

export function correlation(a: readonly number[], b: readonly number[]): number {
  const count = Math.min(a.length, b.length);
  let sumA = 0;
  let sumB = 0;
  for (let index = 0; index < count; index++) {
    sumA += a[index] as number;
    sumB += b[index] as number;
  }
  let product = 0;
  let squareA = 0;
  let squareB = 0;
  for (let index = 0; index < count; index++) {
    const x = (a[index] as number) - sumA / count;
    const y = (b[index] as number) - sumB / count;
    product += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  return product / Math.sqrt(squareA * squareB || 1);
}

/** Opening between the lips as a picture shows it: the jaw's, less while rounded, at least the slit of a hiss. */
export function opening(shape: Articulation): number {
  const fromJaw = 0.8 * shape.jaw ** 1.15 * (1 - 0.25 * shape.round);
  return (1 - shape.closure) * (1 - 0.8 * shape.labiodental) * Math.max(fromJaw, 0.11 * shape.sibilant);
}

/** What the opening should be by the phones: the mean over one picture. */
export function trueOpening(truth: readonly Articulation[], timeMs: number): number {
  let sum = 0;
  for (let offsetMs = -16; offsetMs <= 16; offsetMs += 8) {
    const frame = truth[Math.min(truth.length - 1, Math.max(0, Math.floor((timeMs + offsetMs) / 10)))];
    if (frame !== undefined) sum += frame.jaw * (1 - frame.closure) * (1 - 0.8 * frame.labiodental);
  }
  return sum / 5;
}

function runsOf(flags: readonly boolean[]): { first: number; end: number }[] {
  const runs: { first: number; end: number }[] = [];
  for (let index = 0; index < flags.length; index++) {
    if (!flags[index]) continue;
    const first = index;
    while (flags[index]) index++;
    runs.push({ first, end: index });
  }
  return runs;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
}

function overlaps(phone: PhoneTiming, startMs: number, endMs: number, slackMs: number): boolean {
  return phone.startMs - slackMs < endMs && phone.endMs + slackMs > startMs;
}

function score(ratio: Ratio, hit: boolean): void {
  ratio.of += 1;
  if (hit) ratio.hit += 1;
}

export type LipRatios = { readonly recall: Ratio; readonly precision: Ratio; readonly openVowels: Ratio };

/**
 * Adds what lips did in pictures at 25 a second to `ratios`; `shown` is the opening as a share of its range. Recall: p, b
 * and m with a closed picture within 20 ms. Precision: runs of closed pictures within 60 ms of p b m f v w or silence.
 */
export function scoreLips(shown: readonly number[], phones: readonly PhoneTiming[], ratios: LipRatios): void {
  const within = (phone: PhoneTiming): number[] =>
    shown.filter(
      (_, picture) =>
        Math.abs((picture + 0.5) * PICTURE_MS - (phone.startMs + phone.endMs) / 2) <=
        (phone.endMs - phone.startMs) / 2 + 20,
    );
  for (const phone of phones) {
    if (BILABIALS.has(phone.symbol))
      score(
        ratios.recall,
        within(phone).some((value) => value < CLOSED_BELOW),
      );
    if (OPEN_VOWELS.has(phone.symbol) && phone.endMs - phone.startMs > 60)
      score(
        ratios.openVowels,
        within(phone).some((value) => value > OPEN_ABOVE),
      );
  }
  const lastMs = phones.at(-1)?.endMs ?? 0;
  for (const run of runsOf(shown.map((value) => value < CLOSED_BELOW))) {
    const startMs = run.first * PICTURE_MS;
    const endMs = run.end * PICTURE_MS;
    const justified =
      endMs > lastMs ||
      phones.some((p) => (NARROW.has(p.symbol) || isSilence(p.symbol)) && overlaps(p, startMs, endMs, 60));
    score(ratios.precision, justified);
  }
}

/** Scores over all sentences of a set together. */
export function scorePerformances(performances: readonly Performance[]): Scores {
  const truth = performances.flatMap((performance) => performance.truth);
  const made = performances.flatMap((performance) => performance.made);
  const speech = performances.flatMap(({ phones, truth: frames }) =>
    frames.map((_, frame) =>
      phones.some((p) => !isSilence(p.symbol) && frame * 10 + 5 >= p.startMs && frame * 10 + 5 < p.endMs),
    ),
  );
  const channels = ARTICULATION_CHANNELS.map((name) =>
    correlation(
      truth.map((f) => f[name]),
      made.map((f) => f[name]),
    ),
  );
  const inSpeech = (frames: readonly Articulation[]): number[] =>
    frames.flatMap((f, index) => (speech[index] ? [f.jaw] : []));

  const closureRecall = { hit: 0, of: 0 };
  const closurePrecision = { hit: 0, of: 0 };
  const pictureRecall = { hit: 0, of: 0 };
  const picturePrecision = { hit: 0, of: 0 };
  const openVowels = { hit: 0, of: 0 };
  const openings = performances.map((performance) => performance.pictures.map(opening));
  const all = openings.flat();
  const low = percentile(all, 0.05);
  const high = percentile(all, 0.95);
  for (const [index, { phones, made: frames }] of performances.entries()) {
    const bilabials = phones.filter((phone) => BILABIALS.has(phone.symbol));
    for (const phone of bilabials) {
      const near = frames.slice(Math.max(0, Math.floor(phone.startMs / 10) - 2), Math.ceil(phone.endMs / 10) + 2);
      score(
        closureRecall,
        near.some((frame) => frame.closure > 0.5),
      );
    }
    for (const run of runsOf(frames.map((frame) => frame.closure > 0.5))) {
      score(
        closurePrecision,
        bilabials.some((phone) => overlaps(phone, run.first * 10, run.end * 10, 40)),
      );
    }
    const shown = (openings[index] ?? []).map((value) => (value - low) / (high - low));
    scoreLips(shown, phones, { recall: pictureRecall, precision: picturePrecision, openVowels });
  }
  const shiftedTruth = (shiftMs: number): number[] =>
    performances.flatMap((p) =>
      p.pictures.map((_, picture) => trueOpening(p.truth, (picture + 0.5) * PICTURE_MS + shiftMs)),
    );
  let offsetMs = 0;
  let best = -1;
  for (let shiftMs = -120; shiftMs <= 120; shiftMs += 10) {
    const r = correlation(all, shiftedTruth(shiftMs));
    if (r > best) {
      best = r;
      offsetMs = shiftMs;
    }
  }
  return {
    channels,
    jawInSpeech: correlation(inSpeech(truth), inSpeech(made)),
    closureRecall,
    closurePrecision,
    syncR: correlation(all, shiftedTruth(0)),
    offsetMs,
    pictureRecall,
    picturePrecision,
    openVowels,
  };
}
