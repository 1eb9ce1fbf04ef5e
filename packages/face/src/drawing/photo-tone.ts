import { faceBox } from '../landmarks/mesh-points.ts';
import { lumaOf, pixelAt, type Rgb, type RgbImage } from '../pixels/pixels.ts';

/** How a photo shows colours. */
export type PhotoTone = {
  /** 0 where colour says no more than light does (grey, sepia, one blue lamp) … 1 where it does as in usual photos. */
  readonly colourfulness: number;
  /** The colour that the face has in this photo at a luma. */
  colourAt(luma: number): Rgb;
};

const BINS = 16;
const BIN_LUMA = 256 / BINS;
/** Differences of chroma per luma, between lips or whites of the eyes and skin of the same luma, that are noise, and usual. */
const NOISE = 0.03;
const USUAL = 0.1;

/** `parts` are colours of lips and whites of the eyes, which differ from skin wherever a photo has colours. */
export function measureTone(image: RgbImage, points: Float32Array, parts: readonly Rgb[]): PhotoTone {
  const chromas = skinChromas(image, points);
  const colourAt = (luma: number): Rgb => {
    const at = Math.min(BINS - 1.001, Math.max(0, luma / BIN_LUMA - 0.5));
    const from = Math.floor(at);
    const channel = (c: 0 | 1 | 2): number => {
      const [low, high] = [chromas[from]?.[c] ?? 1, chromas[from + 1]?.[c] ?? 1];
      return luma * (low + (high - low) * (at - from));
    };
    return [channel(0), channel(1), channel(2)];
  };
  const differences = parts.map((part) => {
    const luma = Math.max(1, lumaOf(part));
    const skin = colourAt(luma);
    return Math.hypot(part[0] - skin[0], part[1] - skin[1], part[2] - skin[2]) / luma;
  });
  const colourfulness = Math.min(1, Math.max(0, (Math.max(...differences) - NOISE) / (USUAL - NOISE)));
  return { colourfulness, colourAt };
}

/** Mean colour per luma of the pixels of the face, by luma; where there are none, as at the nearest luma. */
function skinChromas(image: RgbImage, points: Float32Array): Rgb[] {
  const sums = Array.from({ length: BINS }, () => ({ red: 0, green: 0, blue: 0, count: 0 }));
  const { left, right, top, bottom } = faceBox(points);
  for (let y = Math.max(0, Math.round(top)); y < Math.min(image.height, bottom); y += 2) {
    for (let x = Math.max(0, Math.round(left)); x < Math.min(image.width, right); x += 2) {
      const colour = pixelAt(image, x, y);
      const [red, green, blue] = colour;
      const sum = sums[Math.min(BINS - 1, Math.floor(lumaOf(colour) / BIN_LUMA))];
      if (sum === undefined) continue;
      sum.red += red;
      sum.green += green;
      sum.blue += blue;
      sum.count += 1;
    }
  }
  const filled = sums.flatMap(({ red, green, blue, count }, bin) => {
    const luma = lumaOf([red, green, blue]);
    return count < LEAST_PIXELS || luma === 0 ? [] : [{ bin, chroma: [red / luma, green / luma, blue / luma] as Rgb }];
  });
  return sums.map((_unused, bin) => {
    const nearest = filled.toSorted((a, b) => Math.abs(a.bin - bin) - Math.abs(b.bin - bin))[0];
    return nearest?.chroma ?? [1, 1, 1];
  });
}

/** Fewer pixels of a luma are chance. */
const LEAST_PIXELS = 50;
