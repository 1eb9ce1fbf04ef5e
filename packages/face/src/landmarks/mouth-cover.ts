import { lumaOf, meanAround, type RgbImage } from '../pixels/pixels.ts';
import { type MeshPoint, meshPoint, PLACES } from './mesh-points.ts';
import { median } from './mouth-opening.ts';

type Colour = readonly [luma: number, blueness: number, redness: number];

/** Distances of lips from the skin around them in blue and red difference (BT.601) and luma. */
const LIP_CHROMA = 3.5;
const LIP_LUMA = 14;
// The bounds below part masks drawn in six colours over 28 portraits from 42 bare faces.
/** With less chroma per luma the upper face shows no colours that could be compared … */
const COLOURLESS_CHROMA = 0.06;
/** … and what covers the mouth differs this much in luma; where there are colours, skin in the shade and beards do too. */
const FOREIGN_LUMA = { colourless: 60, coloured: 95 } as const;
/** Skin in other light and beards keep so much of the upper face's chroma per luma … */
const LEAST_SKIN_CHROMA = 0.55;
const MOST_SKIN_CHROMA = 2.4;
/** … and differ across its hue by less than this share of it, or of their own where it is more. */
const LARGEST_HUE_SHARE = 0.4;
/** Skin this bright has lost its colour in the glare: nothing is compared with it … */
const GLARING_LUMA = 200;
/** … where what lies around the mouth has a hue that skin has: red over missing blue, and enough of both. */
const SKIN_HUE = { least: 0.4, most: 3 } as const;

/** Whether something that is not skin lies over the mouth, such as a mask. Skin-coloured things pass. */
export function isMouthCovered(image: RgbImage, points: Float32Array): boolean {
  const upper = medianColour(image, points, PLACES.upperFace);
  const around = medianColour(image, points, PLACES.aroundMouth);
  const lips = medianColour(image, points, PLACES.redOfLips);
  const showsLips = chromaDistance(lips, around) > LIP_CHROMA || Math.abs(lips[0] - around[0]) > LIP_LUMA;
  return !showsLips && isForeign(upper, around);
}

/** Light and shade change the chroma per luma of skin, and hardly its hue: foreheads shine, chins lie in the dark. */
function isForeign(upper: Colour, around: Colour): boolean {
  const [upperBlue, upperRed] = chromaPerLuma(upper);
  const [blue, red] = chromaPerLuma(around);
  const squared = upperBlue ** 2 + upperRed ** 2;
  if (upper[0] > GLARING_LUMA && hasSkinHue(blue, red)) return false;
  const difference = Math.abs(upper[0] - around[0]);
  if (squared < COLOURLESS_CHROMA ** 2) return difference > FOREIGN_LUMA.colourless;
  const along = (blue * upperBlue + red * upperRed) / squared;
  const across = Math.abs(blue * upperRed - red * upperBlue) / squared;
  const isOtherHue = across > LARGEST_HUE_SHARE * Math.max(1, along);
  const isOtherChroma = along < LEAST_SKIN_CHROMA || along > MOST_SKIN_CHROMA;
  return difference > FOREIGN_LUMA.coloured || isOtherChroma || isOtherHue;
}

function hasSkinHue(blue: number, red: number): boolean {
  const isColoured = Math.hypot(blue, red) > COLOURLESS_CHROMA;
  return isColoured && blue < 0 && red > -SKIN_HUE.least * blue && red < -SKIN_HUE.most * blue;
}

function chromaPerLuma([luma, blueness, redness]: Colour): readonly [number, number] {
  return [blueness / Math.max(1, luma), redness / Math.max(1, luma)];
}

function chromaDistance(a: Colour, b: Colour): number {
  return Math.hypot(a[1] - b[1], a[2] - b[2]);
}

function medianColour(image: RgbImage, points: Float32Array, places: readonly MeshPoint[]): Colour {
  const colours = places.map((place) => colourAt(image, ...meshPoint(points, place)));
  const medianOf = (channel: 0 | 1 | 2): number => median(colours.map((colour) => colour[channel]));
  return [medianOf(0), medianOf(1), medianOf(2)];
}

/** Mean of 5 x 5 pixels. */
function colourAt(image: RgbImage, x: number, y: number): Colour {
  const mean = meanAround(image, Math.round(x), Math.round(y), 2);
  const [red, , blue] = mean;
  const luma = lumaOf(mean);
  return [luma, 0.564 * (blue - luma), 0.713 * (red - luma)];
}
