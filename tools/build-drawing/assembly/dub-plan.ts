/**
 * What `packages/face/src/film/dubbing/dub-kernel.ts` lays down for one picture, field by field in this order: whole numbers (addresses in
 * bytes among them), then fractions.
 */
@unmanaged
export class DubPlan {
  /** A part of the picture on whole chroma pixels; even. */
  left: i32;
  top: i32;
  width: i32;
  height: i32;
  /** The part as it was, each plane with one value more to the left and above, and two to the right and below. */
  luma: usize;
  u: usize;
  v: usize;
  lumaStride: i32;
  chromaStride: i32;
  /** The part as it will be, without them. */
  lumaOut: usize;
  uOut: usize;
  vOut: usize;
  /** Half a pixel wide each. */
  columns: usize;
  lastColumn: i32;
  /** Of the upper, then of the lower lip, a quarter of a pixel apart. */
  edges: usize;
  edgeCount: i32;
  inside: usize;
  insideWidth: i32;
  insideHeight: i32;
  grain: usize;
  grainShift: i32;
  /** Weights of four values around a place: as pairs of whole numbers, and as fractions. */
  pairWeights: usize;
  weights: usize;
  /** From the axes of the mouth to the picture. */
  originX: f32;
  originY: f32;
  cos: f32;
  sin: f32;
  side: f32;
  nose: f32;
  acrossNose: f32;
  acrossEnd: f32;
  acrossChin: f32;
  /** One over the width of the soft edge of the lips. */
  softness: f32;
  grainGain: f32;
  insideLeft: f32;
  insideTop: f32;
  texelsPerPx: f32;
  strength: f32;
}
