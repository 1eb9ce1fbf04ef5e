import type { Picture } from '../core/picture.ts';
import { smoothStep } from '../core/smooth-step.ts';
import type { AvatarManifest } from './manifest.ts';
import type { View } from './view.ts';

/** How far the middle of the face sinks in a full nod, as a share of the face's height. */
const TRAVEL_SHARE = 0.016;
/** The forehead sinks less than the chin: the head turns about its neck. */
const FOREHEAD_SHARE = 0.7;
/** Positions between two rows are told apart this finely. */
const PHASE_BITS = 5;
const PHASES = 1 << PHASE_BITS;
const KERNEL = cubicKernel();

/** Lowers the head of a finished picture; `nod` 0 leaves it as it is, byte for byte. */
export type NodWarp = (nod: number, out: Picture) => void;

/**
 * A smooth vertical shift of the head region, fading out over hair, neck and the scene beside the head, so that everything
 * drawn there (lips, brows, lids) moves as one and no edge shows.
 */
export function createNodWarp(manifest: AvatarManifest, view: View): NodWarp {
  const area = headArea(manifest, view);
  const { widthPx, heightPx } = view;
  const luma = planeWarp(area, 1, widthPx, heightPx);
  const chroma = planeWarp(area, 2, widthPx, heightPx);
  const lumaBytes = widthPx * heightPx;
  return (nod, out) => {
    if (nod === 0) return;
    const travelPx = nod * area.travelPx;
    luma(out.data, 0, travelPx);
    chroma(out.data, lumaBytes, travelPx / 2);
    chroma(out.data, lumaBytes + lumaBytes / 4, travelPx / 2);
  };
}

/** Positions in output pixels. */
type HeadArea = {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly travelPx: number;
};

function headArea(manifest: AvatarManifest, view: View): HeadArea {
  const { faceOval, chin } = manifest.landmarks;
  const xs = faceOval.map(([x]) => x * view.scale + view.offsetX);
  const top = Math.min(...faceOval.map(([, y]) => y)) * view.scale + view.offsetY;
  const bottom = chin[1] * view.scale + view.offsetY;
  return {
    left: Math.min(...xs),
    right: Math.max(...xs),
    top,
    bottom,
    travelPx: (bottom - top) * TRAVEL_SHARE,
  };
}

/** Share of the travel at a row: rises over the hair, whole at the mouth, gone at the bottom of the neck. */
function rowShare(y: number, { top, bottom }: HeadArea, height: number): number {
  const face = bottom - top;
  const above = smoothStep(top - 0.55 * face, top + 0.1 * face, y);
  const below = 1 - smoothStep(bottom - 0.1 * face, bottom + 0.45 * face, y);
  const lean = FOREHEAD_SHARE + (1 - FOREHEAD_SHARE) * smoothStep(top, bottom, y);
  const edge = smoothStep(0, 0.08 * height, Math.min(y, height - y));
  return above * below * lean * edge;
}

function columnShare(x: number, { left, right }: HeadArea): number {
  const face = right - left;
  return (
    smoothStep(left - 0.5 * face, left + 0.05 * face, x) * (1 - smoothStep(right - 0.05 * face, right + 0.5 * face, x))
  );
}

type PlaneWarp = (data: Uint8Array, offset: number, travelPx: number) => void;

/**
 * `step` 1 for brightness, 2 for the colour planes of half the size. Rows of brightness are filtered with a cubic, which
 * keeps them sharp; between those of colour a straight line does.
 */
function planeWarp(area: HeadArea, step: number, widthPx: number, heightPx: number): PlaneWarp {
  const width = widthPx / step;
  const height = heightPx / step;
  const rows = Float32Array.from({ length: height }, (_, y) => rowShare((y + 0.5) * step, area, heightPx));
  const columns = Float32Array.from({ length: width }, (_, x) => columnShare((x + 0.5) * step, area));
  // The share falls to nothing towards the edges faster than a row's distance to them, so four rows always exist.
  const firstRow = Math.max(
    2,
    rows.findIndex((share) => share > 0),
  );
  const lastRow = Math.min(
    height - 3,
    rows.findLastIndex((share) => share > 0),
  );
  const spans = columnSpans(columns);
  const before = new Uint8Array(width * height);
  const shifts = new Int32Array(width);
  return (data, offset, travelPx) => {
    const [from, to] = [(firstRow - 2) * width, (lastRow + 3) * width];
    before.set(data.subarray(offset + from, offset + to), from);
    for (let x = 0; x < width; x++) shifts[x] = Math.round(travelPx * PHASES * 256 * (columns[x] as number));
    for (let y = firstRow; y <= lastRow; y++) {
      const row: RowWarp = { before, data, out: offset + y * width, y, width };
      const share = Math.round((rows[y] as number) * 256);
      if (step > 1) {
        warpColour(row, spans.left, spans.end, shifts, share);
        continue;
      }
      warpSide(row, spans.left, spans.middle, shifts, share);
      warpMiddle(row, spans.middle, spans.right, (shifts[spans.middle] ?? 0) * share);
      warpSide(row, spans.right, spans.end, shifts, share);
    }
  };
}

/** Columns from `middle` to `right` sink all the same; those from `left` to `middle` and from `right` to `end` less. */
function columnSpans(columns: Float32Array): { left: number; middle: number; right: number; end: number } {
  const left = columns.findIndex((share) => share > 0);
  const end = columns.findLastIndex((share) => share > 0) + 1;
  const middle = columns.indexOf(1);
  if (middle < 0) return { left: Math.max(0, left), middle: end, right: end, end };
  return { left, middle, right: columns.lastIndexOf(1) + 1, end };
}

/** One row of a plane: `before` is the plane as it was, `out` where the row lies in `data`. */
type RowWarp = {
  readonly before: Uint8Array;
  readonly data: Uint8Array;
  readonly out: number;
  readonly y: number;
  readonly width: number;
};

/** `shifts` are 256ths of a phase and `share` 256ths. */
function warpSide(row: RowWarp, from: number, to: number, shifts: Int32Array, share: number): void {
  const { before, data, out, width } = row;
  const base = row.y * PHASES;
  for (let x = from; x < to; x++) {
    const shift = ((shifts[x] as number) * share) >> 16;
    if (shift === 0) continue;
    const source = base - shift;
    const at = (source >> PHASE_BITS) * width + x;
    const k = (source & (PHASES - 1)) << 2;
    const value =
      ((KERNEL[k] as number) * (before[at - width] as number) +
        (KERNEL[k + 1] as number) * (before[at] as number) +
        (KERNEL[k + 2] as number) * (before[at + width] as number) +
        (KERNEL[k + 3] as number) * (before[at + 2 * width] as number) +
        128) >>
      8;
    data[out + x] = value < 0 ? 0 : value > 255 ? 255 : value;
  }
}

/** The same where all columns shift alike: the weights are looked up once. */
function warpMiddle(row: RowWarp, from: number, to: number, scaledShift: number): void {
  const shift = scaledShift >> 16;
  if (shift === 0) return;
  const { before, data, out, width } = row;
  const source = row.y * PHASES - shift;
  const k = (source & (PHASES - 1)) << 2;
  const first = KERNEL[k] as number;
  const second = KERNEL[k + 1] as number;
  const third = KERNEL[k + 2] as number;
  const fourth = KERNEL[k + 3] as number;
  let at = (source >> PHASE_BITS) * width + from;
  for (let x = from; x < to; x++, at++) {
    const value =
      (first * (before[at - width] as number) +
        second * (before[at] as number) +
        third * (before[at + width] as number) +
        fourth * (before[at + 2 * width] as number) +
        128) >>
      8;
    data[out + x] = value < 0 ? 0 : value > 255 ? 255 : value;
  }
}

function warpColour(row: RowWarp, from: number, to: number, shifts: Int32Array, share: number): void {
  const { before, data, out, width } = row;
  const base = row.y * PHASES;
  for (let x = from; x < to; x++) {
    const source = base - (((shifts[x] as number) * share) >> 16);
    const at = (source >> PHASE_BITS) * width + x;
    const value = before[at] as number;
    const part = source & (PHASES - 1);
    data[out + x] = value + ((part * ((before[at + width] as number) - value) + (PHASES >> 1)) >> PHASE_BITS);
  }
}

/** Catmull-Rom weights, in 256ths, of four rows for each phase between the second and the third. */
function cubicKernel(): Int32Array {
  const kernel = new Int32Array(PHASES * 4);
  for (let phase = 0; phase < PHASES; phase++) {
    const t = phase / PHASES;
    const k = phase * 4;
    kernel[k] = Math.round(((2 - t) * t - 1) * t * 128);
    kernel[k + 1] = Math.round(((3 * t - 5) * t * t + 2) * 128);
    kernel[k + 3] = Math.round((t - 1) * t * t * 128);
    kernel[k + 2] = 256 - (kernel[k] as number) - (kernel[k + 1] as number) - (kernel[k + 3] as number);
  }
  return kernel;
}
