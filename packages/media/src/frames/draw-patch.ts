import type { Picture } from '../core/picture.ts';
import { createSampleMap, type Mesh, rasterize, resetSampleMap, type SampleMap } from './mesh.ts';
import type { MorphPatch } from './morph-patch.ts';
import { createMixPlan, type MixPlan, planMix } from './texture-mix.ts';

/** Memory that drawing one patch needs; one per caller, reused for every frame. */
export type DrawScratch = {
  readonly map: SampleMap;
  readonly plan: MixPlan;
};

export function createDrawScratch(patch: MorphPatch): DrawScratch {
  return { map: createSampleMap(), plan: createMixPlan(patch.imageCount) };
}

/** Luma of black in video. */
const BLACK = 16;
/** Skin where the patch fades out, which no image changes: covers of 255 in this range. */
const FRINGE_FROM = 8;
const FRINGE_TO = 200;
/** Light of another scene is no light. */
const MIN_LIGHT = 0.4;
const MAX_LIGHT = 2.5;

/**
 * How light `out` is where the patch fades out, over one of its images: 1 is the light of the image. `positions` are the
 * vertices in output pixels, as the shape of that image has them.
 */
export function lightAround(
  patch: MorphPatch,
  image: number,
  positions: Float32Array,
  out: Picture,
  { map }: DrawScratch,
): number {
  if (!openWindow(patch.mesh, positions, out, map)) return 1;
  rasterize(patch.mesh, positions, patch.textureAt, map);
  const { width, height } = patch.region;
  const texels = patch.textures.y.subarray(image * width * height);
  let lit = 0;
  let own = 0;
  for (let row = 0; row < map.height; row++) {
    const outAt = (map.y + row) * out.width + map.x;
    for (let column = 0; column < map.width; column++) {
      const u = map.u[row * map.width + column] as number;
      if (u < 0) continue;
      const x = Math.min(u | 0, width - 1);
      const y = Math.min((map.v[row * map.width + column] as number) | 0, height - 1);
      const cover = patch.mask[y * width + x] as number;
      if (cover < FRINGE_FROM || cover > FRINGE_TO) continue;
      lit += (out.data[outAt + column] as number) - BLACK;
      own += (texels[y * width + x] as number) - BLACK;
    }
  }
  return own > 0 ? Math.min(MAX_LIGHT, Math.max(MIN_LIGHT, lit / own)) : 1;
}

/**
 * Draws the patch over `out`. `positions` are the vertices in output pixels. `look` holds each image's share, not below
 * 0. `opacity` runs from 0 to 1. `light` makes the images lighter or darker, see `lightAround`.
 */
export function drawMorphPatch(
  patch: MorphPatch,
  positions: Float32Array,
  look: Float32Array,
  opacity: number,
  out: Picture,
  scratch: DrawScratch,
  light = 1,
): void {
  const { map, plan } = scratch;
  planMix(look, plan);
  if (opacity <= 0 || plan.count === 0 || !openWindow(patch.mesh, positions, out, map)) return;
  rasterize(patch.mesh, positions, patch.textureAt, map);
  const { y, u, v } = plan.count > 1 ? mixedImages(patch, plan) : singleImage(patch, plan.images[0] as number);
  bendLuma(patch, y, map, opacity / 255, light, out);
  bendChroma(patch, u, v, map, opacity / 255, out);
}

type Planes = { readonly y: Uint8Array; readonly u: Uint8Array; readonly v: Uint8Array };

function mixedImages({ textures, region, spans }: MorphPatch, plan: MixPlan): Planes {
  return textures.mix(plan, region.width, region.height, spans);
}

function singleImage({ textures, region }: MorphPatch, image: number): Planes {
  const size = region.width * region.height;
  return {
    y: textures.y.subarray(image * size, (image + 1) * size),
    u: textures.u.subarray((image * size) / 4, ((image + 1) * size) / 4),
    v: textures.v.subarray((image * size) / 4, ((image + 1) * size) / 4),
  };
}

/** The even-aligned part of the picture that the triangles span; false when that is nothing. */
function openWindow(mesh: Mesh, positions: Float32Array, out: Picture, map: SampleMap): boolean {
  let left = Infinity;
  let right = -Infinity;
  let top = Infinity;
  let bottom = -Infinity;
  const { triangles } = mesh;
  for (let t = 0; t < triangles.length; t++) {
    const i = (triangles[t] as number) * 2;
    const x = positions[i] as number;
    const y = positions[i + 1] as number;
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < top) top = y;
    if (y > bottom) bottom = y;
  }
  const x0 = Math.max(0, Math.floor(left / 2) * 2);
  const y0 = Math.max(0, Math.floor(top / 2) * 2);
  const x1 = Math.min(out.width, Math.ceil(right / 2) * 2);
  const y1 = Math.min(out.height, Math.ceil(bottom / 2) * 2);
  if (!(x1 > x0 && y1 > y0)) return false;
  resetSampleMap(map, x0, y0, x1 - x0, y1 - y0);
  return true;
}

function bendLuma(
  patch: MorphPatch,
  texels: Uint8Array,
  map: SampleMap,
  opacityScale: number,
  light: number,
  out: Picture,
): void {
  const { mask } = patch;
  const { width, height } = patch.region;
  const { data } = out;
  const maxX = width - 1.001;
  const maxY = height - 1.001;
  for (let row = 0; row < map.height; row++) {
    const outAt = (map.y + row) * out.width + map.x;
    for (let column = 0; column < map.width; column++) {
      const u = map.u[row * map.width + column] as number;
      if (u < 0) continue;
      const v = map.v[row * map.width + column] as number;
      const x = u > 0.5 ? Math.min(u - 0.5, maxX) : 0;
      const y = v > 0.5 ? Math.min(v - 0.5, maxY) : 0;
      const ix = x | 0;
      const iy = y | 0;
      const at = iy * width + ix;
      const cover = mask[at] as number;
      if (cover === 0) continue;
      const fx = x - ix;
      const a = texels[at] as number;
      const c = texels[at + width] as number;
      const top = a + ((texels[at + 1] as number) - a) * fx;
      const bottom = c + ((texels[at + width + 1] as number) - c) * fx;
      const value = Math.min(255, BLACK + (top + (bottom - top) * (y - iy) - BLACK) * light);
      const below = data[outAt + column] as number;
      data[outAt + column] = below + (value - below) * cover * opacityScale + 0.5;
    }
  }
}

function bendChroma(
  patch: MorphPatch,
  texelsU: Uint8Array,
  texelsV: Uint8Array,
  map: SampleMap,
  opacityScale: number,
  out: Picture,
): void {
  const { mask } = patch;
  const maskWidth = patch.region.width;
  const width = maskWidth / 2;
  const { data } = out;
  const outWidth = out.width / 2;
  const planeOfU = out.width * out.height;
  const planeOfV = planeOfU + planeOfU / 4;
  const maxX = width - 1.001;
  const maxY = patch.region.height / 2 - 1.001;
  for (let row = 0; row < map.height; row += 2) {
    const outAt = ((map.y + row) / 2) * outWidth + map.x / 2;
    for (let column = 0; column < map.width; column += 2) {
      const first = row * map.width + column;
      const last = first + map.width + 1;
      const u0 = map.u[first] as number;
      const u1 = map.u[last] as number;
      if (u0 < 0 || u1 < 0) continue;
      const u = (u0 + u1) / 4;
      const v = ((map.v[first] as number) + (map.v[last] as number)) / 4;
      const x = u > 0.5 ? Math.min(u - 0.5, maxX) : 0;
      const y = v > 0.5 ? Math.min(v - 0.5, maxY) : 0;
      const ix = x | 0;
      const iy = y | 0;
      const cover = (mask[iy * 2 * maskWidth + ix * 2] as number) * opacityScale;
      if (cover === 0) continue;
      const at = iy * width + ix;
      const fx = x - ix;
      const fy = y - iy;
      const w0 = (1 - fx) * (1 - fy);
      const w1 = fx * (1 - fy);
      const w2 = (1 - fx) * fy;
      const w3 = fx * fy;
      const valueU =
        (texelsU[at] as number) * w0 +
        (texelsU[at + 1] as number) * w1 +
        (texelsU[at + width] as number) * w2 +
        (texelsU[at + width + 1] as number) * w3;
      const valueV =
        (texelsV[at] as number) * w0 +
        (texelsV[at + 1] as number) * w1 +
        (texelsV[at + width] as number) * w2 +
        (texelsV[at + width + 1] as number) * w3;
      const toU = planeOfU + outAt + column / 2;
      const toV = planeOfV + outAt + column / 2;
      data[toU] = (data[toU] as number) + (valueU - (data[toU] as number)) * cover + 0.5;
      data[toV] = (data[toV] as number) + (valueV - (data[toV] as number)) * cover + 0.5;
    }
  }
}
