import type { Articulation } from '../core/articulation.ts';
import { smoothStep } from '../core/smooth-step.ts';
import type { AvatarManifest } from './manifest.ts';

/**
 * Share of every atlas image, in manifest order. `shape` says how its geometry counts: between and a little beyond the
 * drawn images, where shares fall below 0 or rise above 1; `look` says how its pixels count and changes over more sharply, so that two
 * mouths are seldom seen through each other. Each sums to 1.
 */
type MouthMix = { readonly shape: Float32Array; readonly look: Float32Array };

type Special = 'press' | 'fv' | 'th' | 'l' | 's' | 'sh';

/** Share of the way to the drawn hiss that lips go in running speech: the drawing is one held for show. */
const HISS_SHARE = 0.65;

/** How far the lips go beyond the drawn images at full spreading and rounding, and their gain near rest. */
const WIDEST_LIPS = 1.4;
const ROUNDEST_LIPS = 1.2;
const LIPS_GAIN = 1.8;
/** Likewise the jaw, which in running speech seldom passes 0.7. Nearly closed mouths stay as they are, and wide ones gain least. */
const JAW_GAIN = 0.45;
const JAW_GAIN_FULL = 0.3;
const JAW_TAMED_FROM = 0.5;
const WIDEST_JAW = 1.12;

/** Jaw of the grid that is drawn for a jaw from 0 to 1. */
function drawnJaw(jaw: number): number {
  const gained = JAW_GAIN * smoothStep(0, JAW_GAIN_FULL, jaw);
  const tamed = (1 + JAW_GAIN - WIDEST_JAW) * smoothStep(JAW_TAMED_FROM, 1, jaw);
  return jaw * (1 + gained - tamed);
}

/** Lips of the grid for lips from -1 wide to 1 round. */
function drawnLips(lips: number): number {
  const most = lips < 0 ? WIDEST_LIPS : ROUNDEST_LIPS;
  return lips * (LIPS_GAIN - (LIPS_GAIN - most) * Math.abs(lips));
}

/** Mixes the images of one atlas. `mix` overwrites and returns the same arrays on every call. */
export type MouthMixer = { mix(articulation: Articulation): MouthMix; readonly restIndex: number };

export function createMouthMixer(manifest: AvatarManifest): MouthMixer {
  const { images } = manifest.mouth;
  const jaws = sortedLevels(images.flatMap((image) => (image.kind === 'grid' ? [image.jaw] : [])));
  const lipShapes = sortedLevels(images.flatMap((image) => (image.kind === 'grid' ? [image.lipShape] : [])));
  const gridIndex = jaws.map((jaw) =>
    lipShapes.map((lipShape) =>
      images.findIndex((image) => image.kind === 'grid' && image.jaw === jaw && image.lipShape === lipShape),
    ),
  );
  const specialIndex = (viseme: Special): number =>
    images.findIndex((image) => image.kind === 'special' && image.viseme === viseme);
  const special = {
    press: specialIndex('press'),
    fv: specialIndex('fv'),
    th: specialIndex('th'),
    l: specialIndex('l'),
    s: specialIndex('s'),
    sh: specialIndex('sh'),
  };
  const result = { shape: new Float32Array(images.length), look: new Float32Array(images.length) };
  const addGrid = (jaw: number, lipShape: number): void => {
    const row = locate(jaws, jaw);
    const column = locate(lipShapes, lipShape);
    // Lips part into darkness, not into a stretched seam: the first open image takes over early.
    const rowLook = row.index === 0 ? smoothStep(0.08, 0.6, row.fraction) : smoothStep(0.2, 0.8, row.fraction);
    const columnLook = smoothStep(0.2, 0.8, column.fraction);
    for (const [r, c] of [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ] as const) {
      const index = gridIndex[row.index + r]?.[column.index + c] ?? 0;
      const part = (r === 1 ? row.fraction : 1 - row.fraction) * (c === 1 ? column.fraction : 1 - column.fraction);
      const lookPart = (r === 1 ? rowLook : 1 - rowLook) * (c === 1 ? columnLook : 1 - columnLook);
      result.shape[index] = (result.shape[index] ?? 0) + part;
      result.look[index] = (result.look[index] ?? 0) + lookPart;
    }
  };
  const cover = (index: number, weight: number, lookWeight: number): void => {
    for (let i = 0; i < images.length; i++) {
      result.shape[i] = (result.shape[i] ?? 0) * (1 - weight);
      result.look[i] = (result.look[i] ?? 0) * (1 - lookWeight);
    }
    result.shape[index] = (result.shape[index] ?? 0) + weight;
    result.look[index] = (result.look[index] ?? 0) + lookWeight;
  };
  const coverPair = (first: number, second: number, secondShare: number, amount: number, reach = 1): void => {
    if (amount <= 0) return;
    const weight = amount * (1 - secondShare);
    cover(first, reach * weight, smoothStep(0.15, 0.75, weight));
    cover(second, reach * amount * secondShare, smoothStep(0.15, 0.75, amount * secondShare));
  };
  return {
    restIndex: gridIndex[0]?.[lipShapes.indexOf(0)] ?? 0,
    mix(articulation) {
      const { jaw, wide, round, closure, labiodental, tongue, sibilant } = articulation;
      result.shape.fill(0);
      result.look.fill(0);
      addGrid(drawnJaw(jaw), drawnLips(round - wide));
      // Later ones lie over earlier ones: what the lips do hides what lies behind them.
      coverPair(special.th, special.l, smoothStep(0.12, 0.32, jaw), tongue * (1 - 0.6 * smoothStep(0.5, 1, jaw)));
      coverPair(
        special.s,
        special.sh,
        smoothStep(0.25, 0.6, round),
        sibilant * (1 - 0.5 * smoothStep(0.5, 1, jaw)),
        HISS_SHARE,
      );
      coverPair(special.fv, special.fv, 0, labiodental);
      if (closure > 0) cover(special.press, closure, smoothStep(0.4, 0.95, closure));
      return result;
    },
  };
}

function sortedLevels(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

function locate(levels: readonly number[], value: number): { index: number; fraction: number } {
  let index = 0;
  while (index + 2 < levels.length && value >= (levels[index + 1] ?? 0)) index++;
  const from = levels[index] ?? 0;
  const to = levels[index + 1] ?? 1;
  return { index, fraction: (value - from) / (to - from) };
}
