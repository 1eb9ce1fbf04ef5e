import type { LipLight } from '../../drawing/lip-light.ts';
import { bell } from '../../drawing/photo-look.ts';

export const EDGES_PER_PX = 4;
/** Values of each distance from the edge: what is taken from light by the rim and the seam, added by the bulge, taken by its shadow; one is unused. */
export const EDGE_FIELDS = 4;

/** The dark line where lips meet that were apart: how dark, and how wide in half mouth widths. */
export type Seam = { readonly shade: number; readonly width: number };

/** How light on the lips changes with the distance from the opening, of the upper lip, then of the lower one, and one more that changes nothing. */
export type EdgeShades = { readonly values: Float32Array; readonly count: number };

export function edgeShadesOf(light: LipLight, { shade, width }: Seam, halfWidth: number): EdgeShades {
  const reach = halfWidth * Math.max(light.reach, shade > 0 ? 4 * width : 0);
  const count = Math.ceil(reach * EDGES_PER_PX) + 2;
  // The kernel reads two at a time, also of the last one; what lies behind it counts for nothing, but must be a number.
  const values = new Float32Array((2 * count + 1) * EDGE_FIELDS);
  for (const isUpper of [true, false]) {
    const start = isUpper ? 0 : count;
    // The last one stays 0.
    for (let i = 0; i < count - 1; i++) {
      const edge = i / EDGES_PER_PX / halfWidth;
      const kept = (1 - light.rim(edge, isUpper)) * (1 - light.fold(edge)) * (1 - shade * bell(edge, width));
      const at = (start + i) * EDGE_FIELDS;
      values[at] = kept - 1;
      values[at + 1] = light.bulge(edge, isUpper);
      values[at + 2] = -light.shadow(edge, isUpper);
    }
  }
  return { values, count };
}
