// Draws mouths into parts of pictures: what `packages/face/src/film/dubbing/drawing-reference.ts` does pixel by pixel in TypeScript.
import { DubPlan } from './dub-plan';
import { between, cubicAt, linearAt, offsetsOf, texelAt } from './sample';
import { bytesAt, nearest, products4, storeBytes, sums4, within4 } from './vectors';

/** In the record of a column, in bytes. */
const COLUMN_BITS: i32 = 7;
const UPPER_LAYER: i32 = 16;
const LOWER_LAYER: i32 = 64;
const SHADES: usize = 112;
const SIDEWAYS: usize = 124;
const GRAIN_BITS: i32 = 8;
const GRAIN_MASK: i32 = (1 << (2 * GRAIN_BITS)) - 1;
const LEAST_MOVE: f32 = 0.02;
const LEAST_SHADE: f32 = 0.004;

/** Of the four pixels looked at last: where they come from, their light, how far lips or skin cover them, and which ones change. */
let sourceU: v128 = i32x4.splat(0);
let sourceV: v128 = i32x4.splat(0);
let light: v128 = i32x4.splat(0);
let cover: v128 = i32x4.splat(0);
let changes: v128 = i32x4.splat(0);
/** Behind the plan: places of four pixels that show what lies in the mouth, and what lies there. */
const places: usize = 256;
const samples: usize = 320;

/** How far a layer has moved at a place, in four ways. */
@inline
function waysAt(layer: usize, v: v128): v128 {
  const gone = f32x4.mul(f32x4.sub(v, v128.load(layer)), v128.load(layer, 16));
  const t = within4(gone, 0, 1);
  // Straight in the first two lanes, smooth steps in the others.
  const bent = f32x4.add(f32x4(0, 0, 3, 3), f32x4.mul(t, f32x4(0, 0, -2, -2)));
  const share = f32x4.mul(t, f32x4.add(f32x4(1, 1, 0, 0), f32x4.mul(t, bent)));
  return f32x4.mul(share, v128.load(layer, 32));
}

/** What is left of light, and what is added, at a distance from the edge and in a column. */
@inline
function lightAt(edges: usize, column: usize, share: v128): v128 {
  const dark = between(v128.load(edges), v128.load(edges, 16), share);
  return f32x4.add(f32x4.splat(1), f32x4.mul(dark, v128.load(column, SHADES)));
}

@inline
function aim(plan: DubPlan, u: v128, v: v128): void {
  const place = f32x4.mul(f32x4.add(u, f32x4.splat(plan.side)), f32x4.splat(2));
  const index = i32x4.shl(nearest(within4(place, 0, <f32>plan.lastColumn)), COLUMN_BITS);
  const columns = i32x4.add(index, i32x4.splat(<i32>plan.columns));
  const a: usize = i32x4.extract_lane(columns, 0);
  const b: usize = i32x4.extract_lane(columns, 1);
  const c: usize = i32x4.extract_lane(columns, 2);
  const d: usize = i32x4.extract_lane(columns, 3);
  // Where the layers meet, the edges of the lips, whether it is open: from a record a column to a vector a field.
  const headA = v128.load(a);
  const headB = v128.load(b);
  const headC = v128.load(c);
  const headD = v128.load(d);
  const ab = i32x4.shuffle(headA, headB, 0, 4, 1, 5);
  const cd = i32x4.shuffle(headC, headD, 0, 4, 1, 5);
  const abRest = i32x4.shuffle(headA, headB, 2, 6, 3, 7);
  const cdRest = i32x4.shuffle(headC, headD, 2, 6, 3, 7);
  const middle = i32x4.shuffle(ab, cd, 0, 1, 4, 5);
  const upper = i32x4.shuffle(ab, cd, 2, 3, 6, 7);
  const lower = i32x4.shuffle(abRest, cdRest, 0, 1, 4, 5);
  const isOpen = f32x4.gt(i32x4.shuffle(abRest, cdRest, 2, 3, 6, 7), f32x4.splat(0));
  const isUpper = f32x4.lt(v, middle);
  const layers = i32x4.add(
    columns,
    v128.bitselect(i32x4.splat(UPPER_LAYER), i32x4.splat(LOWER_LAYER), isUpper),
  );
  let down = sums4(
    waysAt(i32x4.extract_lane(layers, 0), i32x4.shuffle(v, v, 0, 0, 0, 0)),
    waysAt(i32x4.extract_lane(layers, 1), i32x4.shuffle(v, v, 1, 1, 1, 1)),
    waysAt(i32x4.extract_lane(layers, 2), i32x4.shuffle(v, v, 2, 2, 2, 2)),
    waysAt(i32x4.extract_lane(layers, 3), i32x4.shuffle(v, v, 3, 3, 3, 3)),
  );
  const right = movedAside(plan, v, sidewaysOf(a, b, c, d));
  const edge = v128.bitselect(f32x4.sub(upper, v), f32x4.sub(v, lower), isUpper);
  const skin = within4(f32x4.add(f32x4.mul(edge, f32x4.splat(plan.softness)), f32x4.splat(0.5)), 0, 1);
  cover = v128.bitselect(skin, f32x4.splat(1), isOpen);
  light = f32x4.splat(1);
  const lastEdge = <f32>(plan.edgeCount - 1);
  const step = within4(f32x4.mul(edge, f32x4.splat(4)), 0, lastEdge);
  if (v128.any_true(f32x4.lt(step, f32x4.splat(lastEdge)))) {
    const before = nearest(f32x4.pmax(f32x4.sub(step, f32x4.splat(0.5)), f32x4.splat(0)));
    const share = f32x4.sub(step, f32x4.convert_i32x4_u(before));
    const lip = v128.andnot(i32x4.splat(plan.edgeCount), isUpper);
    const edges = i32x4.add(i32x4.shl(i32x4.add(before, lip), 4), i32x4.splat(<i32>plan.edges));
    light = products4(
      lightAt(i32x4.extract_lane(edges, 0), a, i32x4.shuffle(share, share, 0, 0, 0, 0)),
      lightAt(i32x4.extract_lane(edges, 1), b, i32x4.shuffle(share, share, 1, 1, 1, 1)),
      lightAt(i32x4.extract_lane(edges, 2), c, i32x4.shuffle(share, share, 2, 2, 2, 2)),
      lightAt(i32x4.extract_lane(edges, 3), d, i32x4.shuffle(share, share, 3, 3, 3, 3)),
    );
  }
  const moves = f32x4.gt(f32x4.add(f32x4.abs(right), f32x4.abs(down)), f32x4.splat(LEAST_MOVE));
  const shades = f32x4.ge(f32x4.abs(f32x4.sub(light, f32x4.splat(1))), f32x4.splat(LEAST_SHADE));
  changes = v128.or(v128.or(moves, shades), f32x4.lt(cover, f32x4.splat(1)));
  // Beyond the edge of a lip it goes on as it is there.
  const beyond = f32x4.pmin(edge, f32x4.splat(0));
  down = f32x4.add(down, v128.bitselect(beyond, f32x4.neg(beyond), isUpper));
  sourceU = f32x4.add(u, right);
  sourceV = f32x4.add(v, down);
}

@inline
function sidewaysOf(a: usize, b: usize, c: usize, d: usize): v128 {
  const ab = i32x4.shuffle(v128.load32_zero(a, SIDEWAYS), v128.load32_zero(b, SIDEWAYS), 0, 4, 1, 5);
  const cd = i32x4.shuffle(v128.load32_zero(c, SIDEWAYS), v128.load32_zero(d, SIDEWAYS), 0, 4, 1, 5);
  return i32x4.shuffle(ab, cd, 0, 1, 4, 5);
}

/** All of it at the height of the mouth, nothing at the nose and the chin. */
@inline
function movedAside(plan: DubPlan, v: v128, sideways: v128): v128 {
  const above = f32x4.mul(f32x4.sub(v, f32x4.splat(plan.nose)), f32x4.splat(plan.acrossNose));
  const below = f32x4.mul(f32x4.sub(f32x4.splat(plan.acrossEnd), v), f32x4.splat(plan.acrossChin));
  const t = within4(v128.bitselect(above, below, f32x4.lt(v, f32x4.splat(0))), 0, 1);
  const bent = f32x4.sub(f32x4.splat(3), f32x4.add(t, t));
  return f32x4.mul(sideways, f32x4.mul(f32x4.mul(t, t), bent));
}

/** Luma, blue and red difference of what lies in the mouth at the four pixels, one after the other in `samples`. */
function sampleInside(plan: DubPlan, u: v128, v: v128): void {
  const x = f32x4.mul(f32x4.sub(u, f32x4.splat(plan.insideLeft)), f32x4.splat(plan.texelsPerPx));
  const y = f32x4.mul(f32x4.sub(v, f32x4.splat(plan.insideTop)), f32x4.splat(plan.texelsPerPx));
  v128.store(places, within4(x, 1, <f32>(plan.insideWidth - 3)));
  v128.store(places, within4(y, 1, <f32>(plan.insideHeight - 3)), 16);
  v128.store(places, cover, 32);
  for (let k: usize = 0; k < 4; k++) {
    const at = places + (k << 2);
    if (load<f32>(at, 32) >= 1) continue;
    const sample = texelAt(plan.inside, plan.insideWidth, load<f32>(at), load<f32>(at, 16), plan.weights);
    v128.store(samples + (k << 4), sample);
  }
}

/** One of the values of the four samples. */
@inline
function sampled(field: usize): v128 {
  const at = samples + (field << 2);
  const ab = i32x4.shuffle(v128.load32_zero(at), v128.load32_zero(at, 16), 0, 4, 1, 5);
  const cd = i32x4.shuffle(v128.load32_zero(at, 32), v128.load32_zero(at, 48), 0, 4, 1, 5);
  return i32x4.shuffle(ab, cd, 0, 1, 4, 5);
}

/** What was there where nothing changes, and else as much of the new value as is to be seen. */
@inline
function mixed(plan: DubPlan, was: v128, value: v128, least: f32, most: f32): v128 {
  const drawn = within4(between(was, value, f32x4.splat(plan.strength)), least, most);
  return v128.bitselect(drawn, was, changes);
}

export function drawLuma(plan: DubPlan): void {
  const lastX = <f32>(plan.width - 1);
  const lastY = <f32>(plan.height - 1);
  const startX = f32x4.splat(plan.originX - <f32>plan.left - 0.5);
  const startY = f32x4.splat(plan.originY - <f32>plan.top - 0.5);
  const cos = f32x4.splat(plan.cos);
  const sin = f32x4.splat(plan.sin);
  const outStride = (plan.width + 3) & ~3;
  for (let y = 0; y < plan.height; y++) {
    const own: usize = plan.luma + (y + 1) * plan.lumaStride + 1;
    const out: usize = plan.lumaOut + y * outStride;
    const down = f32x4.splat(<f32>(plan.top + y) + 0.5 - plan.originY);
    const downSin = f32x4.mul(down, sin);
    const downCos = f32x4.mul(down, cos);
    const grainRow = plan.grainShift + ((plan.top + y) << GRAIN_BITS) + plan.left;
    let right = f32x4.add(f32x4.splat(<f32>plan.left + 0.5 - plan.originX), f32x4(0, 1, 2, 3));
    for (let x = 0; x < plan.width; x += 4) {
      const u = f32x4.add(f32x4.mul(right, cos), downSin);
      const v = f32x4.sub(downCos, f32x4.mul(right, sin));
      right = f32x4.add(right, f32x4.splat(4));
      aim(plan, u, v);
      if (!v128.any_true(changes)) {
        store<u32>(out + x, load<u32>(own + x));
        continue;
      }
      const sourceX = f32x4.add(startX, f32x4.sub(f32x4.mul(sourceU, cos), f32x4.mul(sourceV, sin)));
      const sourceY = f32x4.add(startY, f32x4.add(f32x4.mul(sourceU, sin), f32x4.mul(sourceV, cos)));
      const seen = cubicAt(
        plan.luma,
        plan.lumaStride,
        within4(sourceX, 0, lastX),
        within4(sourceY, 0, lastY),
        plan.pairWeights,
        plan.weights,
      );
      const black = f32x4.splat(16);
      let value = f32x4.add(black, f32x4.mul(f32x4.sub(seen, black), light));
      if (v128.any_true(f32x4.lt(cover, f32x4.splat(1)))) {
        sampleInside(plan, u, v);
        const inside = f32x4.add(sampled(0), grainAt(plan, grainRow + x));
        value = between(inside, value, cover);
      }
      storeBytes(out + x, mixed(plan, bytesAt(own + x), value, 16, 235));
    }
  }
}

@inline
function grainAt(plan: DubPlan, index: i32): v128 {
  // Runs on by three values beyond its end.
  return f32x4.mul(v128.load(plan.grain + ((index & GRAIN_MASK) << 2)), f32x4.splat(plan.grainGain));
}

export function drawChroma(plan: DubPlan): void {
  const width = plan.width >> 1;
  const height = plan.height >> 1;
  const lastX = <f32>(width - 1);
  const lastY = <f32>(height - 1);
  const half = f32x4.splat(0.5);
  const startX = f32x4.splat((plan.originX - <f32>plan.left) * 0.5 - 0.5);
  const startY = f32x4.splat((plan.originY - <f32>plan.top) * 0.5 - 0.5);
  const cos = f32x4.splat(plan.cos);
  const sin = f32x4.splat(plan.sin);
  const outStride = (width + 3) & ~3;
  const grey = f32x4.splat(128);
  for (let y = 0; y < height; y++) {
    const own: usize = (y + 1) * plan.chromaStride + 1;
    const out: usize = y * outStride;
    const down = f32x4.splat(<f32>(plan.top + 2 * y + 1) - plan.originY);
    const downSin = f32x4.mul(down, sin);
    const downCos = f32x4.mul(down, cos);
    let right = f32x4.add(f32x4.splat(<f32>(plan.left + 1) - plan.originX), f32x4(0, 2, 4, 6));
    for (let x = 0; x < width; x += 4) {
      const u = f32x4.add(f32x4.mul(right, cos), downSin);
      const v = f32x4.sub(downCos, f32x4.mul(right, sin));
      right = f32x4.add(right, f32x4.splat(8));
      aim(plan, u, v);
      const at: usize = own + x;
      if (!v128.any_true(changes)) {
        store<u32>(plan.uOut + out + x, load<u32>(plan.u + at));
        store<u32>(plan.vOut + out + x, load<u32>(plan.v + at));
        continue;
      }
      const turnedX = f32x4.mul(f32x4.sub(f32x4.mul(sourceU, cos), f32x4.mul(sourceV, sin)), half);
      const turnedY = f32x4.mul(f32x4.add(f32x4.mul(sourceU, sin), f32x4.mul(sourceV, cos)), half);
      const placeX = within4(f32x4.add(startX, turnedX), 0, lastX);
      const placeY = within4(f32x4.add(startY, turnedY), 0, lastY);
      const column = nearest(f32x4.pmax(f32x4.sub(placeX, half), f32x4.splat(0)));
      const row = nearest(f32x4.pmax(f32x4.sub(placeY, half), f32x4.splat(0)));
      const shareX = f32x4.sub(placeX, f32x4.convert_i32x4_u(column));
      const shareY = f32x4.sub(placeY, f32x4.convert_i32x4_u(row));
      const offsets = offsetsOf(column, row, plan.chromaStride);
      const seenBlue = linearAt(plan.u, plan.chromaStride, offsets, shareX, shareY);
      const seenRed = linearAt(plan.v, plan.chromaStride, offsets, shareX, shareY);
      let blue = f32x4.add(grey, f32x4.mul(f32x4.sub(seenBlue, grey), light));
      let red = f32x4.add(grey, f32x4.mul(f32x4.sub(seenRed, grey), light));
      if (v128.any_true(f32x4.lt(cover, f32x4.splat(1)))) {
        sampleInside(plan, u, v);
        blue = between(sampled(1), blue, cover);
        red = between(sampled(2), red, cover);
      }
      storeBytes(plan.uOut + out + x, mixed(plan, bytesAt(plan.u + at), blue, 0, 255));
      storeBytes(plan.vOut + out + x, mixed(plan, bytesAt(plan.v + at), red, 0, 255));
    }
  }
}
