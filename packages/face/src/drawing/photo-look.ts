import { EYE, faceBox, type MeshPoint, meshPoint, PLACES } from '../landmarks/mesh-points.ts';
import type { MouthFrame } from '../landmarks/mouth-frame.ts';
import { curveAt, toPicture } from '../landmarks/mouth-place.ts';
import { lumaOf, meanAround, meanColour, type Rgb, type RgbImage } from '../pixels/pixels.ts';
import { measureTone } from './photo-tone.ts';

/** Colours, light and grain of a photo, from which what it does not show is drawn. Colours from 0 to 255. */
export type PhotoLook = {
  readonly skin: Rgb;
  readonly lip: Rgb;
  readonly teeth: Rgb;
  readonly cavity: Rgb;
  readonly tongue: Rgb;
  /** What gets no light: hazy photos have no black. */
  readonly black: Rgb;
  /** Change of light from the middle of the mouth to its right corner, as a share. */
  readonly lightSlope: number;
  /** Standard deviation of the photo's grain. */
  readonly grain: number;
  /** Width of its softest edges in pixels. */
  readonly softnessPx: number;
};

/** How far the teeth have the tint of the whites of the eyes; the rest is that of pale skin. */
const TINT_OF_EYES = 0.5;

export function measureLook(image: RgbImage, points: Float32Array, frame: MouthFrame, enlargement: number): PhotoLook {
  const { left, right } = cheekColours(image, points);
  const skin = meanColour([left, right]);
  const lip = lipColour(image, frame);
  const light = (lumaOf(right) - lumaOf(left)) / Math.max(20, lumaOf(left) + lumaOf(right));
  const eyes = eyeWhite(image, points);
  const white = Math.max(lumaOf(skin) * 1.14 + 6, Math.min(lumaOf(eyes), lumaOf(skin) * 1.9));
  const black = blackLuma(image, points);
  const teethLuma = Math.min(218, Math.max(50, white));
  const tone = measureTone(image, points, [lip, eyes]);
  /** A colour as a photo without colours of its own, such as a grey or a sepia one, would show it. */
  const toned = (colour: Rgb): Rgb => mixed(tone.colourAt(lumaOf(colour)), colour, tone.colourfulness);
  return {
    skin,
    lip,
    teeth: toned(mixed(towardsGrey(withLuma(skin, teethLuma), 0.62), withLuma(eyes, teethLuma), TINT_OF_EYES)),
    cavity: toned(cavityColour(lip, black)),
    tongue: toned(reddened(withLuma(lip, Math.min(lumaOf(lip) * 0.8, teethLuma * 0.68)))),
    black: toned(withLuma(tinted(lip, BLACK_BEYOND_LIPS), black * 1.02)),
    lightSlope: Math.min(0.22, Math.max(-0.22, light * 0.9)),
    grain: measureGrain(image, points),
    softnessPx: Math.max(0.7, 0.6 * enlargement),
  };
}

/** Colour of the skin of both cheeks. */
export function skinColour(image: RgbImage, points: Float32Array): Rgb {
  const { left, right } = cheekColours(image, points);
  return meanColour([left, right]);
}

function cheekColours(image: RgbImage, points: Float32Array): { left: Rgb; right: Rgb } {
  const cheek = (places: readonly MeshPoint[]): Rgb =>
    meanColour(places.map((place) => colourAt(image, ...meshPoint(points, place), 3)));
  return { left: cheek(PLACES.cheekLeft), right: cheek(PLACES.cheekRight) };
}

function withLuma(colour: Rgb, luma: number): Rgb {
  const scale = luma / Math.max(1, lumaOf(colour));
  return [colour[0] * scale, colour[1] * scale, colour[2] * scale];
}

function towardsGrey(colour: Rgb, share: number): Rgb {
  const luma = lumaOf(colour);
  const pull = (value: number): number => value + (luma - value) * share;
  return [pull(colour[0]), pull(colour[1]), pull(colour[2])];
}

function mixed(one: Rgb, other: Rgb, share: number): Rgb {
  return [
    one[0] + (other[0] - one[0]) * share,
    one[1] + (other[1] - one[1]) * share,
    one[2] + (other[2] - one[2]) * share,
  ];
}

/** Dark flesh: a fifth of the lips' light above black, and redder than they are, in whatever light they are seen. */
function cavityColour(lip: Rgb, black: number): Rgb {
  const luma = Math.max(6, 0.22 * (lumaOf(lip) - black));
  const [red, green, blue] = withLuma(tinted(lip, FLESH_BEYOND_LIPS), luma * 1.04);
  return [black + red, black + green, black + blue];
}

/** Red, green and blue of dark flesh, and of what gets no light, as multiples of those of lips in daylight. */
const FLESH_BEYOND_LIPS: Rgb = [1.48, 0.74, 0.68];
const BLACK_BEYOND_LIPS: Rgb = [1.07, 0.98, 0.94];

function tinted(colour: Rgb, by: Rgb): Rgb {
  return [colour[0] * by[0], colour[1] * by[1], colour[2] * by[2]];
}

/** The darkest five-hundredth of the face and the hair around it: pupils, nostrils, shadows. */
function blackLuma(image: RgbImage, points: Float32Array): number {
  const { left, right, top, bottom } = faceBox(points);
  const lumas: number[] = [];
  for (let y = top; y < bottom; y += 2) {
    for (let x = left; x < right; x += 2) lumas.push(lumaOf(colourAt(image, x, y, 0)));
  }
  lumas.sort((a, b) => a - b);
  return Math.min(38, 0.75 * (lumas[Math.floor(lumas.length / 500)] ?? 0));
}

function reddened(colour: Rgb): Rgb {
  return [colour[0] * 1.06, colour[1] * 0.93, colour[2] * 0.96];
}

function lipColour(image: RgbImage, frame: MouthFrame): Rgb {
  const colours: Rgb[] = [];
  for (let share = -0.6; share <= 0.6; share += 0.1) {
    const from = curveAt(frame.innerLower, share);
    const to = curveAt(frame.outerLower, share);
    for (const part of [0.35, 0.55, 0.75]) {
      colours.push(colourAt(image, ...toPicture(frame, share * frame.halfWidth, from + (to - from) * part), 1));
    }
  }
  return meanColour(colours);
}

/** Colour of the whites of the eyes: bright pixels between the lids, without the glints. */
function eyeWhite(image: RgbImage, points: Float32Array): Rgb {
  const colours: Rgb[] = [];
  for (const { outer, inner, top, bottom } of [EYE.left, EYE.right]) {
    const [x0, y0] = meshPoint(points, outer);
    const [x1, y1] = meshPoint(points, inner);
    const [, above] = meshPoint(points, top);
    const [, below] = meshPoint(points, bottom);
    for (let along = 0.12; along <= 0.88; along += 0.04) {
      for (let across = 0.3; across <= 0.75; across += 0.15) {
        const x = x0 + (x1 - x0) * along;
        const middle = y0 + (y1 - y0) * along;
        const y = middle + ((above + below) / 2 - middle) * 0.7 + (below - above) * (across - 0.5) * 0.7;
        colours.push(colourAt(image, x, y, 0));
      }
    }
  }
  colours.sort((a, b) => lumaOf(a) - lumaOf(b));
  return meanColour(colours.slice(Math.floor(colours.length * 0.8), Math.ceil(colours.length * 0.9)));
}

/** Median of what a 3 x 3 mean does not explain, over both cheeks, as a standard deviation. */
function measureGrain(image: RgbImage, points: Float32Array): number {
  const residuals: number[] = [];
  for (const place of [...PLACES.cheekLeft, ...PLACES.cheekRight]) {
    const [x, y] = meshPoint(points, place);
    for (let dy = -8; dy <= 8; dy += 2) {
      for (let dx = -8; dx <= 8; dx += 2) {
        const centre = lumaOf(colourAt(image, x + dx, y + dy, 0));
        residuals.push(Math.abs(centre - lumaOf(colourAt(image, x + dx, y + dy, 1))));
      }
    }
  }
  residuals.sort((a, b) => a - b);
  return Math.min(6, 1.48 * 1.06 * (residuals[residuals.length >> 1] ?? 0));
}

/** Mean over a square of `2 * reach + 1` pixels. */
function colourAt(image: RgbImage, x: number, y: number, reach: number): Rgb {
  return meanAround(image, Math.floor(x), Math.floor(y), reach);
}

const BELL_STEPS = 512;
/** From here on it is 0: less than a third of a thousandth. */
const BELL_END = 4 * BELL_STEPS;
const BELL = Float64Array.from({ length: BELL_END + 1 }, (_unused, i) => Math.exp(-0.5 * (i / BELL_STEPS) ** 2));

/** Bell curve of height 1, to a thousandth: it is asked for every pixel. */
export function bell(distance: number, width: number): number {
  const at = Math.abs(distance / width) * BELL_STEPS + 0.5;
  return at < BELL_END ? (BELL[Math.floor(at)] as number) : 0;
}
