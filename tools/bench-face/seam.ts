import { join } from 'node:path';
import sharp from 'sharp';
import type { Picture } from '../../packages/media/src/core/picture.ts';
import type { Face } from '../../packages/media/src/frames/face.ts';
import { quantile } from '../../tests/support/statistics.ts';
import { SIDE_PX } from './film.ts';

/** How far from the person's outline a seam could show: the way of the head's sway and the outline's own softness. */
const BAND_PX = 8;

/**
 * Sharpness of the picture around the person's outline, as the 95th percentile of the luma step between neighbours, of
 * the film's pictures over that of the avatar's two layers laid over each other at rest (which are the photo): above 1
 * the outline is harder than in the photo, a seam.
 */
export class SeamMeter {
  readonly #band: Uint8Array;
  readonly #atRest: number;
  readonly #seen: number[] = [];

  static async open(bundlePath: string, face: Face): Promise<SeamMeter> {
    const { person, background } = face.manifest.layers;
    const size = { width: SIDE_PX, height: SIDE_PX };
    const personPicture = await sharp(join(bundlePath, person)).resize(size).ensureAlpha().png().toBuffer();
    const alpha = await sharp(personPicture).extractChannel(3).raw().toBuffer();
    const backgroundPicture = await sharp(join(bundlePath, background)).resize(size).png().toBuffer();
    const composed = await sharp(backgroundPicture)
      .composite([{ input: personPicture }])
      .png()
      .toBuffer();
    const luma = await sharp(composed).removeAlpha().greyscale().raw().toBuffer();
    return new SeamMeter(alpha, luma);
  }

  private constructor(alpha: Uint8Array, lumaAtRest: Uint8Array) {
    this.#band = outlineBand(alpha);
    // Full range here, limited range in the pictures.
    this.#atRest = (stepInBand(lumaAtRest, this.#band) * 219) / 255;
  }

  see(picture: Picture): void {
    this.#seen.push(stepInBand(picture.data, this.#band));
  }

  get ratio(): number {
    return quantile(this.#seen, 0.5) / this.#atRest;
  }
}

function outlineBand(alpha: Uint8Array): Uint8Array {
  const band = new Uint8Array(alpha.length);
  for (let y = BAND_PX; y < SIDE_PX - BAND_PX; y++) {
    for (let x = BAND_PX; x < SIDE_PX - BAND_PX; x++) {
      const at = y * SIDE_PX + x;
      const inside = (alpha[at] ?? 0) > 127;
      if (inside === (alpha[at + 1] ?? 0) > 127 && inside === (alpha[at + SIDE_PX] ?? 0) > 127) continue;
      for (let dy = -BAND_PX; dy <= BAND_PX; dy++) {
        band.fill(1, at + dy * SIDE_PX - BAND_PX, at + dy * SIDE_PX + BAND_PX + 1);
      }
    }
  }
  return band;
}

function stepInBand(luma: Uint8Array, band: Uint8Array): number {
  const steps: number[] = [];
  for (let at = 0; at < band.length - SIDE_PX; at++) {
    if (band[at] === 0) continue;
    const value = luma[at] ?? 0;
    steps.push(Math.hypot((luma[at + 1] ?? 0) - value, (luma[at + SIDE_PX] ?? 0) - value));
  }
  return quantile(steps, 0.95);
}
