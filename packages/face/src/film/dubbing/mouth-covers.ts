import { meshPoint, PLACES } from '../../landmarks/mesh-points.ts';
import { median } from '../../landmarks/mouth-opening.ts';
import { lumaOf, meanAround, type RgbImage } from '../../pixels/pixels.ts';
import type { SeenFace } from './seen-face.ts';

/** On the lips and around them: speech moves these places, and hardly changes what they look like. */
const LOOKED_AT = [...PLACES.aroundMouth, ...PLACES.redOfLips];
/** Differences, of luma as a share and beside it, and of chroma, that count as one. */
const LUMA_SHARE = 0.2;
const LUMA_LEAST = 8;
const CHROMA = 9;
/** So many times more than usual in a scene is something else than the mouth, … */
const MUCH_MORE = 3;
/** … where what is usual in scenes of calm mouths and of lively ones lies between these. */
const USUAL = [0.1, 0.22] as const;

/** Nothing passes a mouth in less than three pictures: a flash of teeth, or of a moustache that moves, does. */
const NEAR = 2;

/** Luma, blue and red difference (BT.601) of the places around a mouth. `points` in pixels of the image. */
export function tonesOf(image: RgbImage, points: Float32Array): Float32Array {
  const tones = new Float32Array(3 * LOOKED_AT.length);
  for (const [k, place] of LOOKED_AT.entries()) {
    const [x, y] = meshPoint(points, place);
    const mean = meanAround(image, Math.round(x), Math.round(y), 1);
    const luma = lumaOf(mean);
    tones.set([luma, 0.564 * (mean[2] - luma), 0.713 * (mean[0] - luma)], 3 * k);
  }
  return tones;
}

/**
 * In which pictures of a scene something lies over the mouth that mostly does not: a hand, too, which has the colour of skin, but not
 * that of each place around the mouth. Light that changes on the whole face does not count.
 */
export function coversOf(faces: readonly (Pick<SeenFace, 'tones' | 'isTurnedAway'> | null)[]): boolean[] {
  const shown = faces.filter((face) => face !== null && !face.isTurnedAway);
  if (shown.length === 0) return faces.map(() => false);
  const usual = Float32Array.from({ length: 3 * LOOKED_AT.length }, (_unused, i) =>
    median(shown.map((face) => face?.tones[i] ?? 0)),
  );
  const strangeness = faces.map((face) => (face === null ? 0 : distance(face.tones, usual)));
  const calm = median(strangeness.filter((_value, i) => faces[i]?.isTurnedAway === false));
  const limit = MUCH_MORE * Math.min(USUAL[1], Math.max(USUAL[0], calm));
  const isStrange = strangeness.map((value) => value > limit);
  return isStrange.map((_value, i) => {
    const near = isStrange.slice(Math.max(0, i - NEAR), i + NEAR + 1);
    return near.filter((one) => one).length > NEAR;
  });
}

function distance(tones: Float32Array, usual: Float32Array): number {
  const at = (values: Float32Array, i: number): number => values[i] ?? 0;
  const light = median(LOOKED_AT.map((_place, k) => at(tones, 3 * k) / Math.max(1, at(usual, 3 * k)))) || 1;
  let sum = 0;
  for (let i = 0; i < tones.length; i += 3) {
    const luma = Math.abs(at(tones, i) / light - at(usual, i)) / (LUMA_SHARE * at(usual, i) + LUMA_LEAST);
    const blue = at(tones, i + 1) - at(usual, i + 1);
    const red = at(tones, i + 2) - at(usual, i + 2);
    sum += Math.max(luma, Math.hypot(blue, red) / CHROMA);
  }
  return sum / LOOKED_AT.length;
}
