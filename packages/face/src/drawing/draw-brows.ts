import { smoothStep } from '@visavis/media/core';
import type { RgbaImage, SourceBox } from '@visavis/media/frames';
import { EYE, meshPoint, POINT } from '../landmarks/mesh-points.ts';
import { paintCrop } from '../pixels/pixels.ts';
import { samplePixel } from '../pixels/sampling.ts';
import { boxAround } from './draw-eyes.ts';
import { bell } from './photo-look.ts';

export const BROW_COLUMNS = 19;
export const BROW_ROWS = 12;

const BROW_LINES = [EYE.left.brow, EYE.right.brow];
const LID_POINTS = [...EYE.left.upperMiddle, ...EYE.right.upperMiddle];

export type BrowExpression = 'raised' | 'concerned';
type Point = [number, number];
type Field = (x: number, y: number) => Point;

export type DrawnBrows = { readonly image: RgbaImage; readonly displacement: Point[] };

export function browsBox(points: Float32Array, side: number): SourceBox {
  const brows = BROW_LINES.flat().map((point) => meshPoint(points, point));
  const lids = LID_POINTS.map((point) => meshPoint(points, point));
  const top = meshPoint(points, POINT.foreheadTop);
  const [left, right] = [meshPoint(points, POINT.templeLeft), meshPoint(points, POINT.templeRight)];
  const browY = Math.min(...brows.map(([, y]) => y));
  const upper = Math.max(top[1] + 0.1 * (browY - top[1]), browY - 0.45 * (right[0] - left[0]));
  const lower = Math.max(...lids.map(([, y]) => y)) + 12;
  return boxAround(
    [
      [left[0], upper],
      [right[0], lower],
    ],
    side,
  );
}

/** Draws a brow expression into a crop of the person, and tells how the nodes of the manifest's grid move. */
export function drawBrows(
  person: RgbaImage,
  points: Float32Array,
  expression: BrowExpression,
  box: SourceBox,
): DrawnBrows {
  const field = browField(points, expression, box);
  const image = paintCrop(person, box, (x, y, pixel) => {
    // The field says where a source point goes; fixed-point iteration inverts it.
    let [dx, dy] = field(x, y);
    for (let round = 0; round < 4; round++) [dx, dy] = field(x - dx, y - dy);
    samplePixel(person, x - dx, y - dy, pixel);
    return true;
  });
  const displacement = Array.from({ length: BROW_COLUMNS * BROW_ROWS }, (_unused, i): Point => {
    const x = box.x + ((box.width - 1) * (i % BROW_COLUMNS)) / (BROW_COLUMNS - 1);
    const y = box.y + ((box.height - 1) * Math.floor(i / BROW_COLUMNS)) / (BROW_ROWS - 1);
    const [dx, dy] = field(x, y);
    return [Math.round(dx * 10) / 10, Math.round(dy * 10) / 10];
  });
  return { image, displacement };
}

function browField(points: Float32Array, expression: BrowExpression, box: SourceBox): Field {
  const sides = BROW_LINES.map((line) => {
    const at = line.map((point) => meshPoint(points, point));
    return { inner: at[0] ?? [0, 0], outer: at[4] ?? [0, 0], middleY: at[2]?.[1] ?? 0 };
  });
  const lidY = Math.min(...LID_POINTS.map((point) => meshPoint(points, point)[1]));
  const [faceLeft] = meshPoint(points, POINT.templeLeft);
  const [faceRight] = meshPoint(points, POINT.templeRight);
  const strength = 0.027 * (faceRight - faceLeft);
  const centreX = ((sides[0]?.inner[0] ?? 0) + (sides[1]?.inner[0] ?? 0)) / 2;
  return (x, y) => {
    const side = x < centreX ? sides[0] : sides[1];
    if (side === undefined) return [0, 0];
    const span = side.outer[0] - side.inner[0];
    const along = (x - side.inner[0]) / span;
    const vertical = verticalShare(y, side.middleY, lidY, box);
    const rim = smoothStep(box.x, box.x + 30, x) * (1 - smoothStep(box.x + box.width - 30, box.x + box.width, x));
    const share = vertical * rim;
    if (expression === 'raised') {
      const across = 0.75 + 0.25 * bell(along - 0.55, 0.35);
      return [0, -strength * share * across * (1 - smoothStep(1.05, 1.6, along))];
    }
    const innerShare = 1 - smoothStep(-0.1, 0.75, along);
    const outerShare = smoothStep(0.45, 0.8, along) * (1 - smoothStep(1, 1.5, along));
    const inward = -Math.sign(span) * 0.35 * strength * innerShare * smoothStep(-0.5, -0.05, along);
    return [inward * share, strength * share * (0.18 * outerShare - 0.55 * innerShare)];
  };
}

/** Full at the brow, fading upwards over the forehead and downwards to nothing at the lids. */
function verticalShare(y: number, browY: number, lidY: number, box: SourceBox): number {
  if (y < browY) return smoothStep(box.y + 4, browY, y);
  return 1 - smoothStep(browY, Math.max(browY + 12, lidY - 2), y);
}
