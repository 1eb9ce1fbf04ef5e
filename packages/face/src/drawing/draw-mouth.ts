import { seededRandom } from '@visavis/media/core';
import type { MouthShape, RgbaImage, SourceBox } from '@visavis/media/frames';
import type { MouthFrame } from '../landmarks/mouth-frame.ts';
import { toLocal, toPicture } from '../landmarks/mouth-place.ts';
import { paintCrop } from '../pixels/pixels.ts';
import { samplePixel } from '../pixels/sampling.ts';
import { createFilmedPainter, type FilmedMouth, isFilmed } from './filmed-mouth.ts';
import { lipLightOf, opennessOf } from './lip-light.ts';
import { createInteriorPainter } from './mouth-interior.ts';
import type { MouthShaper } from './mouth-shape.ts';
import { aimMouth, type MouthPose, type MouthTarget } from './mouth-target.ts';
import { createMouthWarp, createWarpSample, type WarpSample, warpReach } from './mouth-warp.ts';
import { bell, type PhotoLook } from './photo-look.ts';

export type MouthSource = {
  readonly person: RgbaImage;
  readonly frame: MouthFrame;
  readonly look: PhotoLook;
  /** The inside of the person's own mouth, where a clip shows it. */
  readonly filmed?: FilmedMouth | undefined;
  readonly shaper: MouthShaper;
};

export type DrawnMouth = { readonly image: RgbaImage; readonly shape: MouthShape };

/** Draws a pose into a crop of the person. */
export function drawMouth(source: MouthSource, wanted: MouthPose, box: SourceBox): DrawnMouth {
  const { person, frame, look } = source;
  const target = aimMouth(frame, wanted);
  const reach = warpReach(frame, person.height);
  const warp = createMouthWarp(frame, target, reach);
  const paintInside =
    source.filmed !== undefined && isFilmed(target)
      ? createFilmedPainter(source.filmed, frame, target)
      : createInteriorPainter(frame, target, look);
  const shadeLips = createLipShader(frame, target);
  const grain = createGrain(look);
  const sample = createWarpSample();
  const inside = new Float32Array(3);
  const unit = frame.halfWidth;
  // Lips that merely touch show their own seam, as photographed.
  const mayOpen = target.aperture > 0.02 * unit;
  const softEdge = Math.max(0.8, look.softnessPx, unit / 60);
  const image = paintCrop(person, box, (x, y, pixel) => {
    const [u, v] = toLocal(frame, x, y);
    if (u < -reach.side || u > reach.side || v < reach.top || v > reach.bottom) return false;
    warp(u, v, sample);
    const isOpen = mayOpen && Math.abs(sample.share) < 1 && sample.lower - sample.upper > 0.2;
    const cover = isOpen ? Math.min(1, Math.max(0, sample.edge / softEdge + 0.5)) : 1;
    takeLips(source, sample, pixel);
    shadeLips(u, v, sample, pixel);
    if (cover < 1) {
      paintInside(u / unit, v / unit, sample.upper / unit, sample.lower / unit, inside);
      const noise = grain(x - box.x - 0.5, y - box.y - 0.5);
      for (let c = 0; c < 3; c++) {
        const deep = (inside[c] ?? 0) + noise;
        pixel[c] = deep + ((pixel[c] ?? 0) - deep) * cover;
      }
    }
    return true;
  });
  return { image, shape: source.shaper(target) };
}

/** The source's pixel; inside the opening that of the nearest lip, for soft edges. */
function takeLips({ person, frame }: MouthSource, sample: WarpSample, pixel: Float32Array): void {
  const beyond = Math.max(0, -sample.edge);
  const v = sample.isUpper ? sample.v - beyond : sample.v + beyond;
  const [x, y] = toPicture(frame, sample.u, v);
  samplePixel(person, x, y, pixel);
}

/** Light on lips and cheeks that changes with the pose. Multiplies colours. */
function createLipShader(
  frame: MouthFrame,
  target: MouthTarget,
): (u: number, v: number, sample: WarpSample, pixel: Float32Array) => void {
  const { pose } = target;
  const unit = frame.halfWidth;
  const lips = lipLightOf(target, unit);
  const meeting = frame.isOpen ? 0.42 * (1 - opennessOf(target, unit)) : 0;
  return (u, v, sample, pixel) => {
    const x = u / unit;
    const edge = Math.max(0, sample.edge) / unit;
    const { isUpper } = sample;
    const across = lips.across(sample.share);
    if ((across === 0 || edge > lips.reach) && pose.smile === 0) return;
    let light = (1 - lips.rim(edge, isUpper) * across) * (1 - lips.fold(edge) * across);
    // Where lips that were apart in the photo now meet.
    light *= 1 - meeting * bell(edge, 0.028) * across;
    light *= 1 + lips.bulge(edge, isUpper) * across * lips.bulgeAcross(x);
    light *= 1 - lips.shadow(edge, isUpper) * lips.shadowAcross(x);
    // A smile deepens the fold beside the mouth.
    if (pose.smile > 0) {
      const fold = Math.abs(x) - 1.3 + 0.25 * (v / unit);
      light *= 1 - 0.035 * pose.smile * bell(fold, 0.12) * bell(v / unit + 0.1, 0.4);
    }
    for (let c = 0; c < 3; c++) pixel[c] = (pixel[c] ?? 0) * light;
  };
}

/** Grain as strong and as coarse as the photo's, the same in every image so that it does not flicker. */
function createGrain(look: PhotoLook): (x: number, y: number) => number {
  const side = 256;
  const random = seededRandom('grain');
  const white = Float32Array.from({ length: side * side }, () => random() + random() + random() + random() - 2);
  const spread = look.softnessPx > 1 ? 1 : 0;
  const gain = look.grain * (spread === 1 ? 1.73 * 2.2 : 1.73);
  return (x, y) => {
    let sum = 0;
    for (let dy = -spread; dy <= spread; dy++) {
      for (let dx = -spread; dx <= spread; dx++) {
        sum += white[((y + dy) & (side - 1)) * side + ((x + dx) & (side - 1))] ?? 0;
      }
    }
    return (sum / (2 * spread + 1) ** 2) * gain;
  };
}
