import { foldedLipAreaPx, type MouthShape } from '@visavis/media/frames';
import { describe, expect, it } from 'vitest';
import type { MouthFrame } from '../landmarks/mouth-frame.ts';
import { CURVE_POINTS } from '../landmarks/mouth-place.ts';
import { JAW_LEVELS, LIP_LEVELS, SPECIAL_POSES } from './atlas-poses.ts';
import { createMouthShaper } from './mouth-shape.ts';
import { aimMouth } from './mouth-target.ts';
import { createMouthWarp, createWarpSample, followPoint, warpReach } from './mouth-warp.ts';

const SIDE = 1024;
const FIXED = { chin: [512, 740], jawLeft: [370, 610], jawRight: [654, 610] } as const;
const POSES = [
  ...JAW_LEVELS.flatMap((jaw) => LIP_LEVELS.map(({ lips }) => ({ jaw, lips }))),
  ...Object.values(SPECIAL_POSES),
  { smile: 1 },
];

/** A closed mouth 140 pixels wide; lips so thick in the middle, corners so much higher than the middle. */
function mouth(upperPx: number, lowerPx: number, liftPx = 0): MouthFrame {
  const curve = (thicknessPx: number): Float32Array =>
    Float32Array.from({ length: CURVE_POINTS }, (_unused, i) => {
      const share = (2 * i) / (CURVE_POINTS - 1) - 1;
      return -liftPx * share * share + thicknessPx * (1 - share * share);
    });
  const seam = curve(0);
  return {
    originX: 512,
    originY: 620,
    cos: 1,
    sin: 0,
    halfWidth: 70,
    noseBase: -55,
    chin: 120,
    faceLeft: -140,
    faceRight: 140,
    outerUpper: curve(-upperPx),
    outerLower: curve(lowerPx),
    innerUpper: seam,
    innerLower: seam,
    seam,
    isOpen: false,
  };
}

/** Height of the lower edge of the opening and of the lower outline of the lip, in the middle of the mouth. */
function lowerLip({ inner, outer }: MouthShape): { edgeY: number; outlineY: number } {
  return { edgeY: inner[6]![1], outlineY: outer[9]![1] };
}

const LIPS = [30, 14, 7, 3, 1, 0, -6] as const;

describe('landmarks of a drawn mouth', () => {
  it.each(LIPS)('a lower lip of %d px stays below the opening in every pose', (thicknessPx) => {
    const frame = mouth(14, thicknessPx);
    const shaper = createMouthShaper(frame, FIXED, SIDE);
    for (const pose of POSES) {
      const { edgeY, outlineY } = lowerLip(shaper(aimMouth(frame, pose)));
      expect(outlineY).toBeGreaterThan(edgeY);
      expect(outlineY - edgeY).toBeLessThan(1.5 * Math.max(thicknessPx, 24));
    }
  });

  it('the outline of a thin lower lip moves down with the jaw as far as its edge does', () => {
    const frame = mouth(10, 8);
    const shaper = createMouthShaper(frame, FIXED, SIDE);
    const { edgeY, outlineY } = lowerLip(shaper(aimMouth(frame, { jaw: 1 })));
    // Open by 0.78 half widths, 0.85 of it downwards; the lip is 0.94 times as thick.
    expect(edgeY).toBeCloseTo(620 + 0.78 * 0.85 * 70, 0);
    expect(outlineY - edgeY).toBeCloseTo(8 * 0.94, 0);
  });

  it.each([
    [30, 20],
    [14, 8],
    [7, 7],
    [3, 0],
    [0, 14],
    [-6, -6],
    [30, -6],
  ])('lips of %d and %d px, level, hanging or smiling: no triangle turns over in any pose', (upper, lower) => {
    for (const lift of [0, -18, 22]) {
      const frame = mouth(upper, lower, lift);
      const shaper = createMouthShaper(frame, FIXED, SIDE);
      for (const pose of POSES) expect(foldedLipAreaPx(shaper(aimMouth(frame, pose)))).toBeLessThan(0.6);
    }
  });

  it('lips that turn over whatever is done are refused', () => {
    const backwards = { ...mouth(14, 20), halfWidth: -70 };
    expect(() => createMouthShaper(backwards, FIXED, SIDE)).toThrow(
      expect.objectContaining({ name: 'InputError', reason: 'lips-unclear' }),
    );
  });
});

it.each(['upper', 'lower'] as const)('a point of the %s lip is found where the warp takes it from', (lip) => {
  const frame = mouth(6, 6);
  const reach = warpReach(frame, SIDE);
  const sample = createWarpSample();
  for (const pose of POSES) {
    const warp = createMouthWarp(frame, aimMouth(frame, pose), reach);
    for (const u of [-60, -30, 0, 20, 66]) {
      for (const distance of [3, 6, 20]) {
        const v = lip === 'upper' ? -distance : distance;
        const [drawnU, drawnV] = followPoint(warp, reach, [u, v], lip);
        warp(drawnU, drawnV, sample);
        expect(sample.isUpper).toBe(lip === 'upper');
        expect(sample.u).toBeCloseTo(u, 1);
        expect(sample.v).toBeCloseTo(v, 1);
      }
    }
  }
});

it('the mouth takes the cheeks along sideways, never folds them, and leaves the outline of the face where it is', () => {
  const frame = mouth(14, 20);
  const reach = warpReach(frame, SIDE);
  const sample = createWarpSample();
  for (const pose of POSES) {
    const warp = createMouthWarp(frame, aimMouth(frame, pose), reach);
    let [closest, furthestOutside] = [Number.POSITIVE_INFINITY, 0];
    for (let v = reach.top; v < frame.chin; v += 10) {
      const outline = frame.faceRight * Math.sqrt(1 - Math.max(0, v / frame.chin) ** 2);
      let before = Number.NEGATIVE_INFINITY;
      for (let u = -160; u <= 160; u += 2) {
        warp(u, v, sample);
        closest = Math.min(closest, sample.u - before);
        before = sample.u;
        const isOutside = Math.abs(u) > Math.max(0.95 * outline, 1.5 * frame.halfWidth);
        if (isOutside) furthestOutside = Math.max(furthestOutside, Math.abs(sample.u - u));
      }
    }
    expect(closest).toBeGreaterThan(0.5);
    expect(furthestOutside).toBeLessThan(0.5);
  }
});

it('a lip whose outline lies in the opening counts as turned over', () => {
  const frame = mouth(14, 20);
  const shape = createMouthShaper(frame, FIXED, SIDE)(aimMouth(frame, { jaw: 1 }));
  const torn = { ...shape, outer: shape.outer.map(([x, y], i) => (i > 6 ? [x, y - 60] : [x, y]) as [number, number]) };
  expect(foldedLipAreaPx(shape)).toBeLessThan(0.6);
  expect(foldedLipAreaPx(torn)).toBeGreaterThan(1000);
});
