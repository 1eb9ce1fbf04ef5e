import { describe, expect, it } from 'vitest';
import type { TrackedFace } from '../clip/track-face.ts';
import { MESH_POINT_COUNT } from '../landmarks/mesh-points.ts';
import { chooseTalkingPicture, throughOpening } from './filmed-mouth.ts';

function face(change: Partial<TrackedFace> = {}): TrackedFace {
  return {
    points: new Float32Array(2 * MESH_POINT_COUNT),
    isTurnedAway: false,
    isAway: false,
    isAccompanied: false,
    eyes: { gaze: 0.5, contrast: 0.4 },
    yaw: 0,
    lipGap: 0.02,
    lidGap: 0.08,
    sharpness: 100,
    scene: new Uint8Array(1024),
    ...change,
  };
}

describe('chooseTalkingPicture', () => {
  it('takes none of a clip in which nobody talks', () => {
    expect(chooseTalkingPicture([face(), face({ lipGap: 0.06 }), face()], 0)).toBeUndefined();
  });

  it('takes a wide open mouth, held still, rather than one in motion', () => {
    const gaps = [0.02, 0.02, 0.2, 0.05, 0.02, 0.19, 0.2, 0.19, 0.02];
    expect(
      chooseTalkingPicture(
        gaps.map((lipGap) => face({ lipGap })),
        0,
      ),
    ).toBe(6);
  });

  it('takes no blurred picture and none with the head turned', () => {
    const open = { lipGap: 0.2 };
    const faces = [
      face(),
      face({ ...open, sharpness: 30 }),
      face({ ...open, yaw: 0.3 }),
      face({ ...open, isTurnedAway: true }),
    ];
    expect(chooseTalkingPicture(faces, 0)).toBeUndefined();
  });
});

describe('throughOpening', () => {
  it('keeps the size of the upper teeth, whatever the opening', () => {
    for (const wanted of [12, 40, 80]) {
      for (const distance of [0, 3, 10]) expect(throughOpening(distance, wanted, 50, 20)).toBe(distance);
    }
  });

  it('draws out the rest so that a wider opening is filled to its end', () => {
    expect(throughOpening(80, 80, 50, 20)).toBeCloseTo(50, 6);
    expect(throughOpening(50, 80, 50, 20)).toBeCloseTo(35, 6);
  });

  it('lets the rest vanish behind the lower lip where the opening is narrower, and never runs backwards or out', () => {
    let last = 0;
    for (let distance = 0; distance <= 24; distance += 0.5) {
      const at = throughOpening(distance, 24, 50, 20);
      expect(at).toBeGreaterThanOrEqual(last);
      last = at;
    }
    expect(last).toBeLessThan(30);
    expect(throughOpening(-1, 24, 50, 20)).toBe(0);
    expect(throughOpening(90, 24, 50, 20)).toBeLessThanOrEqual(50);
  });
});
