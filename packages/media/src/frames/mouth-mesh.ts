import { smoothStep } from '../core/smooth-step.ts';
import type { MouthShape, Point, SourceBox } from './manifest.ts';
import type { Mesh } from './mesh.ts';
import { thinPlateField } from './thin-plate.ts';

/** Points along one lip from corner to corner. */
const LIP_POINTS = 13;
const RING = 2 * (LIP_POINTS - 1);
/** Rings of the skin around the lips, as parts of the way to the region's border. */
const SKIN_RINGS = [0.08, 0.2, 0.36, 0.55, 0.76, 1] as const;

/**
 * Mesh of the mouth region: an inner strip between the lips, the lips, and skin out to the region's border.
 * `verticesOf` lays it over any mouth shape; the border never moves. Positions are in source pixels.
 */
export type MouthMesh = { readonly mesh: Mesh; verticesOf(shape: MouthShape): Float32Array };

/** `reference` is the shape at which the skin's rings are laid out; shapes are told apart by their distance from it. */
export function createMouthMesh(reference: MouthShape, faceOval: readonly Point[], region: SourceBox): MouthMesh {
  const outerReference = lipRing(reference.outer, 6);
  const skin = skinRings(outerReference, region);
  const fadePx = 0.085 * Math.min(region.width, region.height);
  const vertexCount = RING * (3 + SKIN_RINGS.length) + (LIP_POINTS - 2);
  return {
    mesh: { vertexCount, triangles: buildTriangles() },
    verticesOf: (shape) => {
      const inner = lipRing(shape.inner, 4);
      const outer = lipRing(shape.outer, 6);
      const vertices: Point[] = [...inner];
      for (let i = 0; i < RING; i++) vertices.push(middle(inner[i] as Point, outer[i] as Point));
      vertices.push(...outer);
      const field = skinField(reference, shape, faceOval, region);
      for (const [x, y] of skin) {
        const fade = smoothStep(
          0,
          fadePx,
          Math.min(x - region.x, region.x + region.width - x, y - region.y, region.y + region.height - y),
        );
        const [dx, dy] = field(x, y);
        vertices.push([x + dx * fade, y + dy * fade]);
      }
      for (let j = 1; j < LIP_POINTS - 1; j++) vertices.push(middle(inner[j] as Point, inner[RING - j] as Point));
      return Float32Array.from(vertices.flat());
    },
  };
}

/** Area of those triangles of the lips, in square pixels, that a shape turns over: where there is any, the lips tear. */
export function foldedLipAreaPx(shape: MouthShape): number {
  const inner = lipRing(shape.inner, 4);
  const outer = lipRing(shape.outer, 6);
  const vertices = [...inner, ...inner.map((at, i) => middle(at, outer[i] as Point)), ...outer];
  const triangles = ringTriangles(2);
  let folded = 0;
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [0, 1, 2].map((corner) => vertices[triangles[t + corner] as number]) as [Point, Point, Point];
    const area = ((c[0] - a[0]) * (b[1] - a[1]) - (b[0] - a[0]) * (c[1] - a[1])) / 2;
    folded += Math.max(0, -area);
  }
  return folded;
}

/** Closed ring of points from a landmark contour whose right corner has index `rightCorner`. */
function lipRing(contour: readonly Point[], rightCorner: number): Point[] {
  const upper = resample(contour.slice(0, rightCorner + 1));
  const lower = resample([...contour.slice(rightCorner), contour[0] as Point]);
  return [...upper.slice(0, -1), ...lower.slice(0, -1)];
}

/** `LIP_POINTS` points at even steps of the landmark index along a Catmull-Rom curve. */
function resample(points: readonly Point[]): Point[] {
  const last = points.length - 1;
  return Array.from({ length: LIP_POINTS }, (_, i) => {
    const at = (i * last) / (LIP_POINTS - 1);
    const k = Math.min(last - 1, Math.floor(at));
    const t = at - k;
    const take = (index: number): Point => points[Math.min(last, Math.max(0, index))] as Point;
    const [p0, p1, p2, p3] = [take(k - 1), take(k), take(k + 1), take(k + 2)];
    const curve = (axis: 0 | 1): number =>
      0.5 *
      (2 * p1[axis] +
        (p2[axis] - p0[axis]) * t +
        (2 * p0[axis] - 5 * p1[axis] + 4 * p2[axis] - p3[axis]) * t * t +
        (3 * p1[axis] - p0[axis] - 3 * p2[axis] + p3[axis]) * t * t * t);
    return [curve(0), curve(1)] as const;
  });
}

function middle(a: Point, b: Point): Point {
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}

/**
 * Rings between the outer lip contour and the region's border. Lines leave the corners about as the lips point there, the
 * other points in even directions between, and not as seen from a centre: where the corners of a smile lie above the upper lip,
 * no centre sees every point.
 */
function skinRings(outer: readonly Point[], region: SourceBox): Point[] {
  const right = LIP_POINTS - 1;
  const centre = middle(outer[0] as Point, outer[right] as Point);
  const start = cornerAngle(outer, 0, Math.PI);
  const turn = cornerAngle(outer, right, 0) + 2 * Math.PI - start;
  return SKIN_RINGS.flatMap((part) =>
    outer.map((from, i): Point => {
      const angle = start + (i <= right ? (turn * i) / right : turn + ((2 * Math.PI - turn) * (i - right)) / right);
      const border = borderPoint(centre, [centre[0] + Math.cos(angle), centre[1] + Math.sin(angle)], region);
      return [from[0] + (border[0] - from[0]) * part, from[1] + (border[1] - from[1]) * part];
    }),
  );
}

/** Half-way between `usual` and where a corner of the lips points: the box is wide, and the nose near. */
function cornerAngle(outer: readonly Point[], corner: number, usual: number): number {
  const at = outer[corner] as Point;
  const behind = middle(outer[(corner + 2) % RING] as Point, outer[(corner + RING - 2) % RING] as Point);
  const angle = Math.atan2(at[1] - behind[1], at[0] - behind[0]) - usual;
  return usual + 0.5 * Math.atan2(Math.sin(angle), Math.cos(angle));
}

function borderPoint(centre: Point, through: Point, region: SourceBox): Point {
  const dx = through[0] - centre[0];
  const dy = through[1] - centre[1];
  const reachX = dx === 0 ? Infinity : ((dx > 0 ? region.x + region.width : region.x) - centre[0]) / dx;
  const reachY = dy === 0 ? Infinity : ((dy > 0 ? region.y + region.height : region.y) - centre[1]) / dy;
  const reach = Math.min(reachX, reachY);
  return [centre[0] + dx * reach, centre[1] + dy * reach];
}

/** How the skin moves between two shapes: with the lips, the chin and the jaw, and not at all at the border and the nose. */
function skinField(
  reference: MouthShape,
  shape: MouthShape,
  faceOval: readonly Point[],
  region: SourceBox,
): (x: number, y: number) => Point {
  const places: Point[] = [];
  const displacements: Point[] = [];
  const tie = (from: Point, to: Point): void => {
    places.push(from);
    displacements.push([to[0] - from[0], to[1] - from[1]]);
  };
  for (const [i, from] of reference.outer.entries()) tie(from, shape.outer[i] ?? from);
  tie(reference.chin, shape.chin);
  tie(reference.jawLeft, shape.jawLeft);
  tie(reference.jawRight, shape.jawRight);
  for (const from of jawLine(reference, faceOval)) tie(from, onMovedJaw(reference, shape, from));
  for (let i = 0; i <= 6; i++) {
    const x = region.x + (region.width * i) / 6;
    const y = region.y + (region.height * i) / 6;
    for (const border of [
      [x, region.y],
      [x, region.y + region.height],
    ] as const)
      tie(border, border);
    if (i === 0 || i === 6) continue;
    for (const border of [
      [region.x, y],
      [region.x + region.width, y],
    ] as const)
      tie(border, border);
  }
  return thinPlateField(places, displacements);
}

/** Points of the face's outline between jaw corner and chin, apart from those that are landmarks of their own. */
function jawLine(reference: MouthShape, faceOval: readonly Point[]): Point[] {
  const known = [reference.chin, reference.jawLeft, reference.jawRight];
  const jawY = Math.min(reference.jawLeft[1], reference.jawRight[1]);
  return faceOval.filter(
    (at) => at[1] > jawY + 4 && known.every((other) => Math.hypot(at[0] - other[0], at[1] - other[1]) > 12),
  );
}

/** Below the jaw's corners the outline follows the corner on its side and, towards the chin, the chin. */
function onMovedJaw(reference: MouthShape, shape: MouthShape, from: Point): Point {
  const isLeft = from[0] < reference.chin[0];
  const corner = isLeft ? reference.jawLeft : reference.jawRight;
  const movedCorner = isLeft ? shape.jawLeft : shape.jawRight;
  const part = Math.min(1, Math.max(0, (from[1] - corner[1]) / (reference.chin[1] - corner[1])));
  const moved = (axis: 0 | 1): number =>
    from[axis] + (movedCorner[axis] - corner[axis]) * (1 - part) + (shape.chin[axis] - reference.chin[axis]) * part;
  return [moved(0), moved(1)];
}

/** Of so many bands between rings of vertices, from the inside outwards. */
function ringTriangles(bands: number): number[] {
  const triangles: number[] = [];
  for (let ring = 0; ring < bands; ring++) {
    for (let i = 0; i < RING; i++) {
      const next = (i + 1) % RING;
      const a = ring * RING + i;
      const b = ring * RING + next;
      triangles.push(a, b, a + RING, b, b + RING, a + RING);
    }
  }
  return triangles;
}

/** Vertex order: inner ring, middle of the lips, outer ring, skin rings, middle of the opening. */
function buildTriangles(): Uint16Array {
  const triangles = ringTriangles(2 + SKIN_RINGS.length);
  const centreStart = (3 + SKIN_RINGS.length) * RING;
  const centreAt = (j: number): number => {
    if (j === 0) return 0;
    return j === LIP_POINTS - 1 ? LIP_POINTS - 1 : centreStart + j - 1;
  };
  for (let j = 0; j + 1 < LIP_POINTS; j++) {
    const upper = [j, j + 1] as const;
    const lower = [(RING - j) % RING, RING - j - 1] as const;
    triangles.push(upper[0], upper[1], centreAt(j), upper[1], centreAt(j + 1), centreAt(j));
    triangles.push(lower[0], lower[1], centreAt(j), lower[1], centreAt(j + 1), centreAt(j));
  }
  return Uint16Array.from(triangles);
}
