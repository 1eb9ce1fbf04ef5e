import type { InteriorPainter } from '../../drawing/mouth-interior.ts';
import { COLUMN, COLUMNS_PER_PX } from './warp-columns.ts';

/** Luma, blue and red difference, and one unused value of each texel. */
export const TEXEL_FIELDS = 4;
/** Texels around the opening, between which is sampled. */
const MARGIN = 2;

/** What lies in an opening, painted on the axes of the mouth. Texel (0, 0) lies at `left` and `top`, in pixels. */
export type MouthInside = {
  readonly texels: Float32Array;
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  readonly texelsPerPx: number;
};

export const NO_INSIDE: MouthInside = {
  texels: new Float32Array(16 * TEXEL_FIELDS),
  width: 4,
  height: 4,
  left: 0,
  top: 0,
  texelsPerPx: 1,
};

export type Opening = {
  readonly columns: Float32Array;
  readonly columnCount: number;
  /** `u` of the first column, negative. */
  readonly side: number;
  readonly halfWidth: number;
  /** How wide the soft edge of the lips is, and how wide a texel may be, in pixels. */
  readonly softEdge: number;
  readonly texelPx: number;
};

/** Paints every place that a pixel may show between the columns that are open. */
export function paintInside(opening: Opening, paint: InteriorPainter): MouthInside {
  const { columns, columnCount, side, halfWidth, softEdge, texelPx } = opening;
  const field = (column: number, name: 'upper' | 'lower' | 'isOpen'): number =>
    columns[column * COLUMN.fields + COLUMN[name]] as number;
  let [first, last, highest, lowest] = [columnCount, -1, Infinity, -Infinity];
  for (let column = 0; column < columnCount; column++) {
    if (field(column, 'isOpen') === 0) continue;
    first = Math.min(first, column);
    last = column;
    highest = Math.min(highest, field(column, 'upper'));
    lowest = Math.max(lowest, field(column, 'lower'));
  }
  if (last < 0) return NO_INSIDE;
  const soft = softEdge / 2;
  const [from, to] = [first / COLUMNS_PER_PX - side, last / COLUMNS_PER_PX - side];
  const left = from - MARGIN * texelPx;
  const top = highest - soft - MARGIN * texelPx;
  const width = Math.ceil((to - from) / texelPx) + 2 * MARGIN + 1;
  const height = Math.ceil((lowest - highest + softEdge) / texelPx) + 2 * MARGIN + 1;
  const texels = new Float32Array(width * height * TEXEL_FIELDS);
  const rgb = new Float32Array(4);
  for (let i = 0; i < width; i++) {
    const u = Math.min(to, Math.max(from, left + i * texelPx));
    const column = Math.round((u + side) * COLUMNS_PER_PX);
    const [upper, lower] = [field(column, 'upper'), field(column, 'lower')];
    let before = Number.NaN;
    for (let j = 0; j < height; j++) {
      const v = Math.min(lower + soft, Math.max(upper - soft, top + j * texelPx));
      if (v !== before) paint(u / halfWidth, v / halfWidth, upper / halfWidth, lower / halfWidth, rgb);
      before = v;
      setTexel(texels, (j * width + i) * TEXEL_FIELDS, rgb);
    }
  }
  return { texels, width, height, left, top, texelsPerPx: 1 / texelPx };
}

/** BT.601, limited range. */
function setTexel(texels: Float32Array, at: number, rgb: Float32Array): void {
  texels[at] = 16 + weighed(rgb, 0.25679, 0.50413, 0.09791);
  texels[at + 1] = 128 + weighed(rgb, -0.14822, -0.29099, 0.43922);
  texels[at + 2] = 128 + weighed(rgb, 0.43922, -0.36779, -0.07143);
}

function weighed(rgb: Float32Array, red: number, green: number, blue: number): number {
  return red * (rgb[0] as number) + green * (rgb[1] as number) + blue * (rgb[2] as number);
}
