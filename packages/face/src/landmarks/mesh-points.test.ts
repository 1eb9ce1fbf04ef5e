import { expect, it } from 'vitest';
import {
  EYE,
  FACE_OUTLINE,
  faceBox,
  LIPS,
  lipGap,
  MESH_POINT_COUNT,
  type MeshPoint,
  meshPoint,
  PLACES,
  POINT,
  rollOf,
} from './mesh-points.ts';

const put = (points: Float32Array, point: MeshPoint, x: number, y: number): void => points.set([x, y], point * 2);

it('points of the mesh are asked for by name: a bare number is none', () => {
  const points = new Float32Array(MESH_POINT_COUNT * 2);
  put(points, POINT.chin, 3, 4);
  expect(meshPoint(points, POINT.chin)).toEqual([3, 4]);
  // @ts-expect-error A number that no table names.
  expect(meshPoint(points, 152)).toEqual([3, 4]);
});

it('lines run from corner to corner, and no list names a point twice or one that is not there', () => {
  for (const { inner, outer, upper, lower, upperMiddle, lowerMiddle, top, bottom } of [EYE.left, EYE.right]) {
    for (const lid of [upper, lower]) expect([lid[0], lid[8]]).toEqual([inner, outer]);
    for (const point of [...upperMiddle, top]) expect(upper).toContain(point);
    for (const point of [...lowerMiddle, bottom]) expect(lower).toContain(point);
  }
  const { facing, ...edges } = LIPS;
  for (const edge of Object.values(edges)) expect([edge[0], edge[10]]).toEqual([POINT.mouthLeft, POINT.mouthRight]);
  for (const [upper, lower] of facing) {
    expect(edges.innerUpper).toContain(upper);
    expect(edges.innerLower.indexOf(lower)).toBe(edges.innerUpper.indexOf(upper));
  }
  for (const list of [FACE_OUTLINE, ...Object.values(edges), ...Object.values(PLACES)]) {
    expect(new Set<number>(list).size).toBe(list.length);
    expect(list.every((point) => point >= 0 && point < MESH_POINT_COUNT)).toBe(true);
  }
});

it('the gap of the lips counts in distances between the eyes, and eyes in a sloping line tell the roll', () => {
  const points = new Float32Array(MESH_POINT_COUNT * 2);
  put(points, EYE.left.outer, 100, 100);
  put(points, EYE.right.outer, 140, 130);
  for (const [upper, lower] of LIPS.facing) {
    put(points, upper, 120, 180);
    put(points, lower, 120, 190);
  }
  expect(lipGap(points)).toBeCloseTo(0.2, 6);
  expect(rollOf(points)).toBeCloseTo(Math.atan2(3, 4), 6);
});

it('the box of a face reaches from ear to ear, and from the forehead to the chin', () => {
  const points = new Float32Array(MESH_POINT_COUNT * 2);
  put(points, POINT.earLeft, 10, 50);
  put(points, POINT.earRight, 90, 52);
  put(points, POINT.foreheadTop, 48, 5);
  put(points, POINT.chin, 51, 110);
  expect(faceBox(points)).toEqual({ left: 10, right: 90, top: 5, bottom: 110 });
});
