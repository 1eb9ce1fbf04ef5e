import type { SourceBox } from './manifest.ts';
import { createSampleMap, type Mesh, rasterize, resetSampleMap, type SampleMap } from './mesh.ts';
import { blurColours, blurPlane, type LayerPlanes, toLayerPlanes } from './planes.ts';
import type { RgbaImage } from './source-image.ts';
import { TextureMemory } from './texture-memory.ts';

/**
 * Several pictures of one region, each brought to one common shape ("shape-free" textures of an active appearance model,
 * Cootes et al. 1998), so that mixing them cannot double an outline. Drawing mixes the textures and bends the result to
 * the wanted shape in one pass.
 */
export type MorphPatch = {
  readonly region: SourceBox;
  readonly mesh: Mesh;
  readonly imageCount: number;
  readonly textures: TextureMemory;
  /** Where the patch hides what lies below, 0..255, at luma size. */
  readonly mask: Uint8Array;
  /** First and last texel of every row over which the mask is not empty, one texel wider each way; -1 where it is. */
  readonly spans: Int32Array;
  /** Texture position of every vertex. */
  readonly textureAt: Float32Array;
};

export type MorphPatchBuilder = {
  add(image: RgbaImage, vertices: Float32Array): void;
  finish(mask: Uint8Array): MorphPatch;
};

/** `common` is the shape of the textures; images are opaque crops of `region`; vertices are in source pixels. */
export function createMorphPatchBuilder(
  region: SourceBox,
  mesh: Mesh,
  common: Float32Array,
  imageCount: number,
  prefilterPx: number,
): MorphPatchBuilder {
  const size = region.width * region.height;
  const textures = new TextureMemory(region.width, region.height, imageCount);
  const { y, u, v } = textures;
  const textureAt = relativeTo(common, region);
  const map = createSampleMap();
  let added = 0;
  return {
    add(image, vertices) {
      const planes = toLayerPlanes(image);
      blurColours(planes, prefilterPx);
      resetSampleMap(map, 0, 0, region.width, region.height);
      fillIdentity(map);
      rasterize(mesh, textureAt, relativeTo(vertices, region), map);
      resampleLuma(planes, map, y.subarray(added * size, (added + 1) * size));
      const chroma = size / 4;
      resampleChroma(planes.u, map, u.subarray(added * chroma, (added + 1) * chroma));
      resampleChroma(planes.v, map, v.subarray(added * chroma, (added + 1) * chroma));
      added++;
    },
    finish: (mask) => ({
      region,
      mesh: withoutHidden(mesh, textureAt, mask, region),
      imageCount,
      textures,
      mask,
      spans: rowSpans(mask, region),
      textureAt,
    }),
  };
}

function rowSpans(mask: Uint8Array, region: SourceBox): Int32Array {
  const spans = new Int32Array(region.height * 2).fill(-1);
  for (let y = 0; y < region.height; y++) {
    for (let x = 0; x < region.width; x++) {
      if (mask[y * region.width + x] === 0) continue;
      // A row is needed by sampling between it and the row above as well.
      for (const row of [y, Math.min(y + 1, region.height - 1)]) {
        const first = spans[row * 2] as number;
        spans[row * 2] = first < 0 ? Math.max(0, x - 1) : Math.min(first, Math.max(0, x - 1));
        spans[row * 2 + 1] = Math.max(spans[row * 2 + 1] as number, Math.min(region.width - 1, x + 2));
      }
    }
  }
  return spans;
}

/** The mesh without triangles over which the mask is empty. */
function withoutHidden(mesh: Mesh, textureAt: Float32Array, mask: Uint8Array, region: SourceBox): Mesh {
  const shows = (corners: readonly number[]): boolean => {
    const xs = corners.map((corner) => textureAt[corner * 2] as number);
    const ys = corners.map((corner) => textureAt[corner * 2 + 1] as number);
    const right = Math.min(region.width - 1, Math.ceil(Math.max(...xs)));
    const bottom = Math.min(region.height - 1, Math.ceil(Math.max(...ys)));
    for (let y = Math.max(0, Math.floor(Math.min(...ys)) - 1); y <= bottom; y++) {
      for (let x = Math.max(0, Math.floor(Math.min(...xs)) - 1); x <= right; x++) {
        if (mask[y * region.width + x] !== 0) return true;
      }
    }
    return false;
  };
  const kept: number[] = [];
  for (let t = 0; t + 2 < mesh.triangles.length; t += 3) {
    const corners = [...mesh.triangles.subarray(t, t + 3)];
    if (shows(corners)) kept.push(...corners);
  }
  return { vertexCount: mesh.vertexCount, triangles: Uint16Array.from(kept) };
}

function relativeTo(positions: Float32Array, region: SourceBox): Float32Array {
  return positions.map((value, i) => value - (i % 2 === 0 ? region.x : region.y));
}

function fillIdentity(map: SampleMap): void {
  for (let y = 0; y < map.height; y++) {
    for (let x = 0; x < map.width; x++) {
      map.u[y * map.width + x] = x + 0.5;
      map.v[y * map.width + x] = y + 0.5;
    }
  }
}

function resampleLuma(planes: LayerPlanes, map: SampleMap, output: Uint8Array): void {
  for (let i = 0; i < output.length; i++) {
    output[i] = Math.round(
      bilinear(planes.y, planes.width, planes.height, (map.u[i] as number) - 0.5, (map.v[i] as number) - 0.5),
    );
  }
}

function resampleChroma(plane: Uint8Array, map: SampleMap, output: Uint8Array): void {
  const width = map.width / 2;
  const height = map.height / 2;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = 2 * y * map.width + 2 * x;
      const beyond = at + map.width + 1;
      const u = ((map.u[at] ?? 0) + (map.u[beyond] ?? 0)) / 4 - 0.5;
      const v = ((map.v[at] ?? 0) + (map.v[beyond] ?? 0)) / 4 - 0.5;
      output[y * width + x] = Math.round(bilinear(plane, width, height, u, v));
    }
  }
}

/** Value between the four texels around; positions beyond the border repeat it. */
function bilinear(plane: Uint8Array, width: number, height: number, x: number, y: number): number {
  const px = Math.min(width - 1.001, Math.max(0, x));
  const py = Math.min(height - 1.001, Math.max(0, y));
  const ix = px | 0;
  const iy = py | 0;
  const fx = px - ix;
  const at = iy * width + ix;
  const top = (plane[at] as number) + ((plane[at + 1] as number) - (plane[at] as number)) * fx;
  const below = at + width;
  const bottom = (plane[below] as number) + ((plane[below + 1] as number) - (plane[below] as number)) * fx;
  return top + (bottom - top) * (py - iy);
}

/**
 * Mask of a patch: where any image differs from the resting one, grown by `growPx` and faded over about `featherPx`, and
 * nothing within `featherPx` of the region's border. `differs` is at luma size, non-zero where something changes.
 */
export function softMask(differs: Uint8Array, region: SourceBox, growPx: number, featherPx: number): Uint8Array {
  const { width, height } = region;
  const mask = differs.map((value) => (value > 0 ? 255 : 0));
  // A wide blur with its lower values lifted is a growth with round corners.
  blurPlane(mask, width, height, growPx);
  for (let i = 0; i < mask.length; i++) mask[i] = Math.min(255, (mask[i] ?? 0) * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const edge = Math.min(x, y, width - 1 - x, height - 1 - y);
      if (edge < featherPx) mask[y * width + x] = 0;
    }
  }
  blurPlane(mask, width, height, featherPx / 2);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const edge = Math.min(x, y, width - 1 - x, height - 1 - y);
      if (edge < 2) mask[y * width + x] = 0;
    }
  }
  return mask;
}
