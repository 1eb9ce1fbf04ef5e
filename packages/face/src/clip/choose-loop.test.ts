import { expect, it } from 'vitest';
import { MESH_POINT_COUNT } from '../landmarks/mesh-points.ts';
import { chooseLoop } from './choose-loop.ts';
import { bestStills, chooseView } from './choose-still.ts';
import { poseMisfit } from './head-track.ts';
import { surveyClip } from './survey-clip.ts';
import type { TrackedFace } from './track-face.ts';

/** A head of points on an ellipsoid, 200 pixels wide, turned to the side by `yaw` radians. */
function headAt(
  yaw: number,
  { x = 500, lipGap = 0.01, lidGap = 0.1, light = 100, gaze = 0.5 - 0.85 * yaw } = {},
): TrackedFace {
  const points = new Float32Array(MESH_POINT_COUNT * 2);
  for (let i = 0; i < MESH_POINT_COUNT; i++) {
    // Spread evenly over the front half: a Fibonacci lattice.
    const height = 1 - (2 * (i + 0.5)) / MESH_POINT_COUNT;
    const angle = ((i * Math.PI * (3 - Math.sqrt(5))) % Math.PI) - Math.PI / 2;
    const ring = Math.sqrt(1 - height * height);
    const aside = 100 * ring * Math.sin(angle);
    const depth = 110 * ring * Math.cos(angle);
    points[i * 2] = x + aside * Math.cos(yaw) + depth * Math.sin(yaw);
    points[i * 2 + 1] = 400 + 140 * height;
  }
  const scene = new Uint8Array(1024).fill(light);
  const isSeen = { isTurnedAway: false, isAway: false, isAccompanied: false };
  return { ...isSeen, points, yaw, lipGap, lidGap, eyes: { gaze, contrast: 0.4 }, sharpness: 100, scene };
}

/** A clip of `count` pictures. */
function clipOf(count: number, faceAt: (index: number) => TrackedFace): TrackedFace[] {
  return Array.from({ length: count }, (_unused, index) => faceAt(index));
}

const loopOf = (faces: readonly TrackedFace[]) => chooseLoop(faces, surveyClip(faces));
const viewOf = (faces: readonly TrackedFace[]) => chooseView(faces, surveyClip(faces));

it('the misfit of two heads grows with the turn between them, and not with their place', () => {
  expect(poseMisfit(headAt(0.1), headAt(0.1, { x: 620 }))).toBeLessThan(0.001);
  const [small, large] = [poseMisfit(headAt(0), headAt(0.05)), poseMisfit(headAt(0), headAt(0.2))];
  expect(small).toBeGreaterThan(0.001);
  expect(large).toBeGreaterThan(3 * small);
});

it('the drawn parts come from a picture in which the head is turned as in the loop', () => {
  // A second that looks straight at the camera, too short for a loop; then the head rests a little to the side.
  const faces = Array.from({ length: 140 }, (_unused, i) =>
    i < 25 ? headAt(0, { lipGap: 0 }) : headAt(0.17 + 0.01 * Math.sin(i / 10)),
  );
  const { loop, still } = viewOf(faces)!;
  expect(loop.first).toBeGreaterThanOrEqual(25);
  expect(still).toBeGreaterThanOrEqual(25);
});

it('of two pieces that both close, the loop is the one in which the head turns less', () => {
  const faces = Array.from({ length: 300 }, (_unused, i) =>
    headAt((i < 150 ? 0.2 : 0.01) * Math.sin((i * Math.PI) / 25)),
  );
  expect(loopOf(faces)!.first).toBeGreaterThanOrEqual(150);
});

it('a short turn of the head is kept out of the loop', () => {
  const turnAt = (i: number): number => (i < 105 || i > 155 ? 0 : 0.4 * Math.sin(((i - 105) * Math.PI) / 50));
  const faces = Array.from({ length: 420 }, (_unused, i) => headAt(turnAt(i)));
  expect(loopOf(faces)!.first).toBeGreaterThan(155);
});

it('stretches without a face are in no loop, and no still is taken from them', () => {
  const faces = Array.from({ length: 200 }, (_unused, i) => ({ ...headAt(0), isAway: i < 60 || i >= 130 }));
  const { loop, still } = viewOf(faces)!;
  expect(loop.first - loop.meltCount).toBeGreaterThanOrEqual(60);
  expect(loop.first + loop.count).toBeLessThanOrEqual(130);
  expect(still >= 60 && still < 130).toBe(true);
  expect(loopOf(faces.slice(0, 80))).toBeUndefined();
});

/** The pictures of the clip that a view's loop shows. */
function shownBy(faces: readonly TrackedFace[]): { shown: TrackedFace[]; still: TrackedFace } {
  const { loop, still } = viewOf(faces)!;
  return { shown: faces.slice(loop.first - loop.meltCount, loop.first + loop.count), still: faces[still]! };
}

it('every picture of the loop fits the still: a head that turns to and fro gives none', () => {
  const swaying = (degrees: number) =>
    clipOf(150, (i) => headAt(((degrees * Math.PI) / 180) * Math.sin((i * Math.PI) / 25)));
  const { shown, still } = shownBy(swaying(4));
  for (const face of shown) expect(poseMisfit(still, face)).toBeLessThan(0.04);
  const turning = swaying(25);
  expect(viewOf(turning)).toBeUndefined();
  // The picture for an avatar as from a photo faces the camera.
  expect(Math.abs(turning[bestStills(turning, surveyClip(turning))[0]!]!.yaw)).toBeLessThan(0.04);
});

it('a calm stretch of a clip in which the head turns for most of the time is found', () => {
  const faces = clipOf(300, (i) => headAt(i >= 200 && i < 270 ? 0.01 * Math.sin(i / 9) : 0.45 * Math.sin(i / 8)));
  const { shown, still } = shownBy(faces);
  for (const face of shown) expect(poseMisfit(still, face)).toBeLessThan(0.04);
});

it('eyes may blink in a loop, and are not closed for longer; they are open at its ends and in the still', () => {
  const lidGap = (i: number): number => {
    if (i >= 60 && i < 140) return 0.05;
    return i % 45 >= 40 || i < 4 ? 0.055 : 0.1;
  };
  const faces = clipOf(260, (i) => headAt(0.01 * Math.sin(i / 11), { lidGap: lidGap(i) }));
  const { loop, still } = viewOf(faces)!;
  expect(loop.first - loop.meltCount).toBeGreaterThanOrEqual(140);
  expect(still).toBeGreaterThanOrEqual(0);
  expect(faces[still]!.lidGap).toBe(0.1);
  for (const end of [loop.first, loop.first + loop.count - 1]) expect(faces[end]!.lidGap).toBe(0.1);
  // Eyes that are half closed from begin to end of all that is left.
  const drowsy = clipOf(120, (i) => headAt(0, { lidGap: i < 20 ? 0.1 : 0.078 }));
  expect(viewOf(drowsy)).toBeUndefined();
  expect(bestStills(drowsy, surveyClip(drowsy))[0]).toBeLessThan(20);
});

it('no loop and no still reaches over a cut, be it a change of the scene or a jump of the head', () => {
  const cutAt = 70;
  for (const other of [{ light: 40 }, { x: 520 }]) {
    const faces = clipOf(150, (i) => headAt(0.01 * Math.sin(i / 9), i < cutAt ? {} : other));
    expect(surveyClip(faces).shots.indexOf(1)).toBe(cutAt);
    const { loop, still } = viewOf(faces)!;
    const isAfter = loop.first >= cutAt;
    expect(loop.first - loop.meltCount >= cutAt || loop.first + loop.count <= cutAt).toBe(true);
    expect(still >= cutAt).toBe(isAfter);
  }
  expect(viewOf(clipOf(150, (i) => headAt(0, { x: Math.floor(i / 20) % 2 === 0 ? 500 : 520 })))).toBeUndefined();
});

it('motion is no cut: a fast nod, a stream of ten pictures a second, light that changes within a second', () => {
  const shotsOf = (faces: readonly TrackedFace[]) => surveyClip(faces).shots.at(-1)! + 1;
  expect(shotsOf(clipOf(100, (i) => headAt(0, { x: 500 + 60 * Math.sin(i / 3) })))).toBe(1);
  expect(shotsOf(clipOf(100, (i) => headAt(0, { x: 500 + 60 * Math.sin(Math.floor(i / 2.5) / 2) })))).toBe(1);
  expect(shotsOf(clipOf(100, (i) => headAt(0, { light: Math.min(220, 60 + 6 * Math.max(0, i - 40)) })))).toBe(1);
});

it('a stretch in which somebody else is to be seen is left out, and the rest is used', () => {
  const faces = clipOf(200, (i) => ({ ...headAt(0), isAccompanied: i >= 60 && i < 130 }));
  const { shown, still } = shownBy(faces);
  expect(shown.some(({ isAccompanied }) => isAccompanied)).toBe(false);
  expect(still.isAccompanied).toBe(false);
  expect(viewOf(faces.map((face) => ({ ...face, isAccompanied: true })))).toBeUndefined();
});

it('eyes may glance aside in a loop; where they look away for longer no loop is, nor an end of one', () => {
  const gaze = (i: number): number => (i < 90 || (i >= 150 && i < 158) ? 0.68 : 0.5);
  const faces = clipOf(260, (i) => headAt(0.01 * Math.sin(i / 11), { gaze: gaze(i) }));
  const { loop } = viewOf(faces)!;
  expect(loop.first - loop.meltCount).toBeGreaterThanOrEqual(90);
  for (const end of [loop.first, loop.first + loop.count - 1]) expect(faces[end]!.eyes.gaze).toBe(0.5);
  // Nor of a shot in which they never look towards the camera; the picture that is taken then is the best there is.
  const away = clipOf(120, (i) => headAt(0, { gaze: i < 10 ? 0.6 : 0.85 }));
  expect(viewOf(away)).toBeUndefined();
  expect(bestStills(away, surveyClip(away))[0]).toBeLessThan(10);
});

it('no still is taken from two pictures in which a face that is turned away seems not to be', () => {
  const faces = clipOf(60, (i) => ({ ...headAt(0.3), isTurnedAway: i > 1 }));
  expect(bestStills(faces, surveyClip(faces))).toEqual([]);
});

it('eyes that turn against the head look at one point', () => {
  const turning = clipOf(120, (i) => headAt(0.06 * Math.sin(i / 12)));
  expect(surveyClip(turning).isRestful.every(Boolean)).toBe(true);
});

it('a clip whose eyes are shut in every picture gives neither a loop nor a still', () => {
  const shut = clipOf(120, () => ({ ...headAt(0, { lidGap: 0.066 }), eyes: { gaze: 0.5, contrast: 0.12 } }));
  expect(viewOf(shut)).toBeUndefined();
  expect(bestStills(shut, surveyClip(shut))).toEqual([]);
  // Narrow eyes show the white beside the iris.
  const narrow = shut.map((face) => ({ ...face, eyes: { gaze: 0.5, contrast: 0.3 } }));
  expect(viewOf(narrow)).toBeDefined();
});
