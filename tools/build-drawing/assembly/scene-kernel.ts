// Lays a person over the scene: what `drawPlane` of `packages/media/src/frames/scene-reference.ts` does pixel by pixel in TypeScript.

/** Kinds of cells. */
const CLEAR: u8 = 0;
const SOLID: u8 = 1;
/** Shares between two texels are told in 128ths. */
const PART: i32 = 128;
const PART_BITS: i32 = 7;
/** A fraction below 2^22 plus 2^23 has its nearest whole number in its lowest bits, below these. */
const WHOLE_BITS: i32 = 0x4b000000;
/**
 * 2^23; the bits of a part; one; those that a place within seven texels of the first has not; byte and next byte of a place, each followed by
 * a byte that is none. They lie in memory since V8 makes constants anew in every round of a loop, and keeps what it has loaded.
 */
const CONSTANTS = memory.data<i32>([0x4b000000, PART - 1, PART, ~7, 0x80018000]);

/** Two bytes at each of four places, as pairs of halves. */
@inline
function pairsFar(at0: usize, at1: usize, at2: usize, at3: usize): v128 {
  let pairs = v128.load16_splat(at0);
  pairs = v128.load16_lane(at1, pairs, 1);
  pairs = v128.load16_lane(at2, pairs, 2);
  pairs = v128.load16_lane(at3, pairs, 3);
  return i16x8.extend_low_i8x16_u(pairs);
}

/** The four texels of each place, by their shares. */
@inline
function blended(upper: v128, lower: v128, weightsX: v128, weightsY: v128): v128 {
  const top = i32x4.dot_i16x8_s(upper, weightsX);
  const bottom = i32x4.dot_i16x8_s(lower, weightsX);
  const sum = i32x4.dot_i16x8_s(v128.or(top, i32x4.shl(bottom, 16)), weightsY);
  return i32x4.shr_u(i32x4.add(sum, i32x4.splat(1 << (2 * PART_BITS - 1))), 2 * PART_BITS);
}

/** What lies at four places of a plane that are anywhere. */
@inline
function sampledFar(plane: usize, at: v128, width: i32, weightsX: v128, weightsY: v128): v128 {
  const at0 = plane + i32x4.extract_lane(at, 0);
  const at1 = plane + i32x4.extract_lane(at, 1);
  const at2 = plane + i32x4.extract_lane(at, 2);
  const at3 = plane + i32x4.extract_lane(at, 3);
  const upper = pairsFar(at0, at1, at2, at3);
  return blended(upper, pairsFar(at0 + width, at1 + width, at2 + width, at3 + width), weightsX, weightsY);
}

/** The same of places in one row, within eight texels from `at` on: `picks` are their bytes, as pairs of halves. */
@inline
function sampledNear(at: usize, picks: v128, width: i32, weightsX: v128, weightsY: v128): v128 {
  const upper = i8x16.swizzle(v128.load(at), picks);
  return blended(upper, i8x16.swizzle(v128.load(at + width), picks), weightsX, weightsY);
}

/** Lays what is multiplied by alpha already over what lies at `to`. */
@inline
function over(value: v128, alpha: v128, to: usize): v128 {
  const scene = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(to)));
  const behind = i32x4.mul(scene, i32x4.sub(i32x4.splat(255), alpha));
  // Divided by 255 and rounded.
  const share = i32x4.shr_u(i32x4.mul(i32x4.add(behind, i32x4.splat(127)), i32x4.splat(32897)), 23);
  return i32x4.add(value, share);
}

@inline
function store4(at: usize, values: v128): void {
  const halves = i16x8.narrow_i32x4_u(values, values);
  v128.store32_lane(at, i8x16.narrow_i16x8_u(halves, halves), 0);
}

/**
 * Draws a plane of the person over `out`, which holds the scene, and, unless `other` is 0, another one at the same places over
 * `otherOut`. `grid` holds x and y in texels for every corner of the cells, row by row, `kinds` a byte for each cell. Cells are `cell`
 * pixels wide and high, a multiple of four; the last ones of a row or column may reach beyond the picture. Rows of `out` are `stride`
 * bytes apart, a multiple of four.
 */
export function drawPlane(
  texels: usize,
  other: usize,
  alphas: usize,
  texelWidth: i32,
  texelHeight: i32,
  grid: usize,
  kinds: usize,
  columns: i32,
  rows: i32,
  cell: i32,
  out: usize,
  otherOut: usize,
  stride: i32,
  width: i32,
  height: i32,
): void {
  const zero = f32x4.splat(0);
  const lastX = f32x4.splat((<f32>texelWidth - 1.001) * <f32>PART);
  const lastY = f32x4.splat((<f32>texelHeight - 1.001) * <f32>PART);
  const lineBytes = i32x4.splat(texelWidth);
  const whole = v128.load32_splat(CONSTANTS);
  const partMask = v128.load32_splat(CONSTANTS, 4);
  const part = v128.load32_splat(CONSTANTS, 8);
  const farMask = v128.load32_splat(CONSTANTS, 12);
  const neighbours = v128.load32_splat(CONSTANTS, 16);
  const bias = <usize>((WHOLE_BITS >> PART_BITS) * (texelWidth + 1));
  const texelsAt = texels - bias;
  const otherAt = other - bias;
  const alphasAt = alphas - bias;
  const step = <f32>1 / <f32>cell;
  const gridStride = (columns + 1) << 3;
  for (let row = 0; row < rows; row++) {
    const bottomRow = min(cell, height - row * cell);
    // Line by line through all cells of a row: texels are read in the order in which they lie in memory.
    for (let y = 0; y < bottomRow; y++) {
      const t = (<f32>y + 0.5) * step;
      for (let column = 0; column < columns; column++) {
        const kind = load<u8>(kinds + row * columns + column);
        if (kind === CLEAR) continue;
        const corner = grid + row * gridStride + (column << 3);
        const across = min(cell, width - column * cell);
        const below = corner + gridStride;
        const leftX = load<f32>(corner) + (load<f32>(below) - load<f32>(corner)) * t;
        const leftY = load<f32>(corner, 4) + (load<f32>(below, 4) - load<f32>(corner, 4)) * t;
        const rightX = load<f32>(corner, 8) + (load<f32>(below, 8) - load<f32>(corner, 8)) * t;
        const rightY = load<f32>(corner, 12) + (load<f32>(below, 12) - load<f32>(corner, 12)) * t;
        const stepX = (rightX - leftX) * step;
        const stepY = (rightY - leftY) * step;
        // In parts of a texel, which are powers of two: nothing is rounded by it.
        const lanes = f32x4(0.5, 1.5, 2.5, 3.5);
        const parts = <f32>PART;
        let placeX = f32x4.add(f32x4.splat(leftX * parts), f32x4.mul(lanes, f32x4.splat(stepX * parts)));
        let placeY = f32x4.add(f32x4.splat(leftY * parts), f32x4.mul(lanes, f32x4.splat(stepY * parts)));
        const fourX = f32x4.splat(4 * parts * stepX);
        const fourY = f32x4.splat(4 * parts * stepY);
        let to = (row * cell + y) * stride + column * cell;
        for (let x = 0; x < across; x += 4) {
          // Whole numbers of parts in the lowest bits, above them those of 2^23. One that rounds up to the next texel is that texel.
          const partsX = f32x4.add(f32x4.pmin(f32x4.pmax(placeX, zero), lastX), whole);
          const partsY = f32x4.add(f32x4.pmin(f32x4.pmax(placeY, zero), lastY), whole);
          placeX = f32x4.add(placeX, fourX);
          placeY = f32x4.add(placeY, fourY);
          const partX = v128.and(partsX, partMask);
          const partY = v128.and(partsY, partMask);
          const weightsX = v128.or(i32x4.sub(part, partX), i32x4.shl(partX, 16));
          const weightsY = v128.or(i32x4.sub(part, partY), i32x4.shl(partY, 16));
          const lines = i32x4.mul(i32x4.shr_u(partsY, PART_BITS), lineBytes);
          // Too large by `bias`, which the planes' places make good.
          const at = i32x4.add(lines, i32x4.shr_u(partsX, PART_BITS));
          const first = i32x4.extract_lane(at, 0);
          const from = i32x4.sub(at, i32x4.splat(first));
          let value: v128;
          let otherValue = i32x4.splat(0);
          let alpha = i32x4.splat(255);
          if (v128.any_true(v128.and(from, farMask))) {
            value = sampledFar(texelsAt, at, texelWidth, weightsX, weightsY);
            if (other !== 0) otherValue = sampledFar(otherAt, at, texelWidth, weightsX, weightsY);
            if (kind !== SOLID) alpha = sampledFar(alphasAt, at, texelWidth, weightsX, weightsY);
          } else {
            const picks = i32x4.add(v128.or(from, i32x4.shl(from, 16)), neighbours);
            value = sampledNear(texelsAt + first, picks, texelWidth, weightsX, weightsY);
            if (other !== 0) otherValue = sampledNear(otherAt + first, picks, texelWidth, weightsX, weightsY);
            if (kind !== SOLID) alpha = sampledNear(alphasAt + first, picks, texelWidth, weightsX, weightsY);
          }
          store4(out + to, kind === SOLID ? value : over(value, alpha, out + to));
          if (other !== 0) store4(otherOut + to, kind === SOLID ? otherValue : over(otherValue, alpha, otherOut + to));
          to += 4;
        }
      }
    }
  }
}
