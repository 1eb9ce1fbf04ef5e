import { expect, test } from 'vitest';
import type { MouthShape, Point } from './manifest.ts';
import { createMouthMesh } from './mouth-mesh.ts';

const REGION = { x: 300, y: 430, width: 400, height: 330 };
const FACE_OVAL: Point[] = [
  [330, 520],
  [370, 600],
  [430, 660],
  [500, 680],
  [570, 660],
  [630, 600],
  [670, 520],
];

/** Closed lips whose corners lie `lift` above their middle. */
function lips(lift: number): MouthShape {
  const curve = (share: number, thickness: number): [number, number] => [
    500 + 90 * share,
    520 - lift * share * share + thickness * (1 - share * share),
  ];
  const shares = [-1, -2 / 3, -1 / 3, 0, 1 / 3, 2 / 3, 1];
  const inside = [-0.93, -0.5, 0, 0.5, 0.93];
  return {
    outer: [
      ...shares.map((share) => curve(share, -9)),
      ...shares
        .slice(1, -1)
        .toReversed()
        .map((share) => curve(share, 16)),
    ],
    inner: [
      ...inside.map((share) => curve(share, 0)),
      ...inside
        .slice(1, -1)
        .toReversed()
        .map((share) => curve(share, 1)),
    ],
    chin: [500, 670],
    jawLeft: [340, 520],
    jawRight: [660, 520],
  };
}

test.each([
  ['level', 0],
  ['hanging', -20],
  ['smiling', 30],
])('around %s lips no part of the skin is turned over', (_, lift) => {
  const shape = lips(lift);
  const { mesh, verticesOf } = createMouthMesh(shape, FACE_OVAL, REGION);
  const vertices = verticesOf(shape);
  const areas: number[] = [];
  for (let t = 0; t < mesh.triangles.length; t += 3) {
    const [a, b, c] = [0, 1, 2].map((k) => {
      const vertex = mesh.triangles[t + k]! * 2;
      return [vertices[vertex]!, vertices[vertex + 1]!] as const;
    }) as [Point, Point, Point];
    areas.push((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]));
  }
  // Rings of skin: 24 cells of two triangles each, the first from the outer lips, the third ring of vertices, on.
  const skin = areas.slice(2 * 48, 8 * 48);
  expect(Math.min(...skin) * Math.max(...skin)).toBeGreaterThan(0);
});
