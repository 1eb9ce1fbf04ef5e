/** Points at which curves across the mouth are kept, evenly from the left corner (-1) to the right one (+1). */
export const CURVE_POINTS = 61;

/**
 * Axes of the mouth: `u` from the middle of the mouth to the right, `v` down, both in pixels of the picture and turned with the
 * head.
 */
export type MouthAxes = {
  readonly originX: number;
  readonly originY: number;
  readonly cos: number;
  readonly sin: number;
};

/** Where the mouth lies in the picture, and how wide it is. */
export type MouthPlace = MouthAxes & {
  /** Half the distance of the corners. */
  readonly halfWidth: number;
};

export function toLocal(axes: MouthAxes, x: number, y: number): [u: number, v: number] {
  const dx = x - axes.originX;
  const dy = y - axes.originY;
  return [dx * axes.cos + dy * axes.sin, dy * axes.cos - dx * axes.sin];
}

export function toPicture(axes: MouthAxes, u: number, v: number): [x: number, y: number] {
  return [axes.originX + u * axes.cos - v * axes.sin, axes.originY + u * axes.sin + v * axes.cos];
}

/** Value of a curve at `share`, -1 left corner … +1 right corner; its ends continue. */
export function curveAt(curve: Float32Array, share: number): number {
  const at = Math.min(CURVE_POINTS - 1.0001, Math.max(0, ((share + 1) / 2) * (CURVE_POINTS - 1)));
  const index = Math.floor(at);
  const from = curve[index] ?? 0;
  return from + ((curve[index + 1] ?? 0) - from) * (at - index);
}
