// Lays a person over the scene: what `drawPlane` of `packages/media/src/frames/scene-reference.ts` does pixel by pixel in TypeScript.
import { nearest, within4 } from './vectors';

/** Kinds of cells. */
const CLEAR: u8 = 0;
const SOLID: u8 = 1;
/** Shares between two texels are told in 128ths. */
const PART: i32 = 128;
const PART_BITS: i32 = 7;

let weightsX: v128 = i32x4.splat(0);
let weightsY: v128 = i32x4.splat(0);
let at0: i32 = 0;
let at1: i32 = 0;
let at2: i32 = 0;
let at3: i32 = 0;

/** Two bytes at each of four places, as pairs of halves. */
@inline
function pairsAt(plane: usize): v128 {
  let pairs = v128.load16_splat(plane + at0);
  pairs = v128.load16_lane(plane + at1, pairs, 1);
  pairs = v128.load16_lane(plane + at2, pairs, 2);
  pairs = v128.load16_lane(plane + at3, pairs, 3);
  return i16x8.extend_low_i8x16_u(pairs);
}

/** What lies at the four places: four texels each, by their shares. */
@inline
function sampled(plane: usize, width: i32): v128 {
  const top = i32x4.dot_i16x8_s(pairsAt(plane), weightsX);
  const bottom = i32x4.dot_i16x8_s(pairsAt(plane + width), weightsX);
  const sum = i32x4.dot_i16x8_s(v128.or(top, i32x4.shl(bottom, 16)), weightsY);
  return i32x4.shr_u(i32x4.add(sum, i32x4.splat(1 << (2 * PART_BITS - 1))), 2 * PART_BITS);
}

/** Chooses the four places that are sampled next. */
@inline
function aim(x: v128, y: v128, width: i32): void {
  const wholeX = i32x4.trunc_sat_f32x4_s(x);
  const wholeY = i32x4.trunc_sat_f32x4_s(y);
  const partX = nearest(f32x4.mul(f32x4.sub(x, f32x4.convert_i32x4_s(wholeX)), f32x4.splat(<f32>PART)));
  const partY = nearest(f32x4.mul(f32x4.sub(y, f32x4.convert_i32x4_s(wholeY)), f32x4.splat(<f32>PART)));
  weightsX = v128.or(i32x4.sub(i32x4.splat(PART), partX), i32x4.shl(partX, 16));
  weightsY = v128.or(i32x4.sub(i32x4.splat(PART), partY), i32x4.shl(partY, 16));
  const at = i32x4.add(i32x4.mul(wholeY, i32x4.splat(width)), wholeX);
  at0 = i32x4.extract_lane(at, 0);
  at1 = i32x4.extract_lane(at, 1);
  at2 = i32x4.extract_lane(at, 2);
  at3 = i32x4.extract_lane(at, 3);
}

@inline
function store4(at: usize, values: v128): void {
  const halves = i16x8.narrow_i32x4_u(values, values);
  v128.store32_lane(at, i8x16.narrow_i16x8_u(halves, halves), 0);
}

/**
 * Draws a plane of the person over `out`, which holds the scene. `grid` holds x and y in texels for every corner of the cells, row by
 * row, `kinds` a byte for each cell. Cells are `cell` pixels wide and high, a multiple of four; the last ones of a row or column may
 * reach beyond the picture. Rows of `out` are `stride` bytes apart, a multiple of four.
 */
export function drawPlane(
  texels: usize,
  alphas: usize,
  texelWidth: i32,
  texelHeight: i32,
  grid: usize,
  kinds: usize,
  columns: i32,
  rows: i32,
  cell: i32,
  out: usize,
  stride: i32,
  width: i32,
  height: i32,
): void {
  const lastX = <f32>texelWidth - 1.001;
  const lastY = <f32>texelHeight - 1.001;
  const step = <f32>1 / <f32>cell;
  const gridStride = (columns + 1) << 3;
  for (let row = 0; row < rows; row++) {
    const bottomRow = min(cell, height - row * cell);
    for (let column = 0; column < columns; column++) {
      const kind = load<u8>(kinds + row * columns + column);
      if (kind === CLEAR) continue;
      const corner = grid + row * gridStride + (column << 3);
      const across = min(cell, width - column * cell);
      const below = corner + gridStride;
      for (let y = 0; y < bottomRow; y++) {
        const t = (<f32>y + 0.5) * step;
        const leftX = load<f32>(corner) + (load<f32>(below) - load<f32>(corner)) * t;
        const leftY = load<f32>(corner, 4) + (load<f32>(below, 4) - load<f32>(corner, 4)) * t;
        const rightX = load<f32>(corner, 8) + (load<f32>(below, 8) - load<f32>(corner, 8)) * t;
        const rightY = load<f32>(corner, 12) + (load<f32>(below, 12) - load<f32>(corner, 12)) * t;
        const stepX = (rightX - leftX) * step;
        const stepY = (rightY - leftY) * step;
        const lanes = f32x4(0.5, 1.5, 2.5, 3.5);
        let placeX = f32x4.add(f32x4.splat(leftX), f32x4.mul(lanes, f32x4.splat(stepX)));
        let placeY = f32x4.add(f32x4.splat(leftY), f32x4.mul(lanes, f32x4.splat(stepY)));
        const fourX = f32x4.splat(<f32>4 * stepX);
        const fourY = f32x4.splat(<f32>4 * stepY);
        let to = out + (row * cell + y) * stride + column * cell;
        for (let x = 0; x < across; x += 4) {
          aim(within4(placeX, 0, lastX), within4(placeY, 0, lastY), texelWidth);
          placeX = f32x4.add(placeX, fourX);
          placeY = f32x4.add(placeY, fourY);
          let value = sampled(texels, texelWidth);
          if (kind !== SOLID) {
            const alpha = sampled(alphas, texelWidth);
            const scene = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(to)));
            const behind = i32x4.mul(scene, i32x4.sub(i32x4.splat(255), alpha));
            // Divided by 255 and rounded.
            const share = i32x4.shr_u(i32x4.mul(i32x4.add(behind, i32x4.splat(127)), i32x4.splat(32897)), 23);
            value = i32x4.add(value, share);
          }
          store4(to, value);
          to += 4;
        }
      }
    }
  }
}
