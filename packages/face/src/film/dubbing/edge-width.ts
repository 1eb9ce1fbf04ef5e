import { faceBox } from '../../landmarks/mesh-points.ts';
import { lumaPlane, type Plane, type RgbImage } from '../../pixels/pixels.ts';

/** Rises and falls of luma smaller than this tell nothing: noise makes and hides them. */
const LEAST_CONTRAST = 36;
/** The sharpest of a face's edges are this share of them: others are round, or move. */
const SHARPEST = 0.2;
/** Fewer than this tell nothing. */
const LEAST_EDGES = 24;

/**
 * How wide the sharpest edges of a face are, in pixels of the image: lids, lashes, brows and nostrils have edges as sharp as the lens,
 * the focus, the codec and whoever enlarged the picture left them. `undefined` where there are too few.
 */
export function edgeWidthPx(image: RgbImage, points: Float32Array): number | undefined {
  const luma = lumaPlane(image);
  const { left, top, right, bottom } = faceBox(points);
  const columns = span(left, right, image.width);
  const rows = span(top, bottom, image.height);
  const widths: number[] = [];
  for (let y = rows.from; y < rows.to; y++)
    addEdges(luma, y * luma.width + columns.from, 1, columns.to - columns.from, widths);
  for (let x = columns.from; x < columns.to; x++)
    addEdges(luma, rows.from * luma.width + x, luma.width, rows.to - rows.from, widths);
  if (widths.length < LEAST_EDGES) return undefined;
  widths.sort((a, b) => a - b);
  return widths[Math.floor(SHARPEST * widths.length)];
}

function span(from: number, to: number, end: number): { readonly from: number; readonly to: number } {
  return { from: Math.max(0, Math.floor(from)), to: Math.min(end, Math.ceil(to)) };
}

/** Of every rise and fall along a line the height over the steepest step. */
function addEdges({ data }: Plane, start: number, step: number, count: number, widths: number[]): void {
  let [height, steepest] = [0, 0];
  for (let i = 1; i <= count; i++) {
    const change = i < count ? (data[start + i * step] as number) - (data[start + (i - 1) * step] as number) : 0;
    if (change * height > 0 || height === 0) {
      height += change;
      steepest = Math.max(steepest, Math.abs(change));
      continue;
    }
    if (Math.abs(height) >= LEAST_CONTRAST) widths.push(Math.abs(height) / steepest);
    [height, steepest] = [change, Math.abs(change)];
  }
}
