import { smoothStep } from '../core/smooth-step.ts';
import type { AvatarManifest, Point, SourceBox } from './manifest.ts';
import { gridMesh } from './mesh.ts';
import { createMorphPatchBuilder, type MorphPatch } from './morph-patch.ts';
import { cropImage, pasteCrop, type RgbaImage } from './source-image.ts';

const FEATHER_PX = 14;
/** Raised brows go this much further than the bundle's own picture of them: those of people who talk do … */
const LIFT = 1.8;
/** … and their inner ends go along: an arch alone looks stern. */
const LEVEL_SHARE = 0.75;

/** The brows: textures and vertices of 0 rest, 1 raised, 2 concerned. */
export type BrowPatch = { readonly patch: MorphPatch; readonly shapes: readonly Float32Array[] };

/** `still` gives parts of the opaque resting picture. The patch ends above the lids, which belong to the life loop. */
export function buildBrowPatch(
  manifest: AvatarManifest,
  still: (box: SourceBox) => RgbaImage,
  pictures: { readonly raised: RgbaImage; readonly concerned: RgbaImage },
  prefilterPx: number,
): BrowPatch {
  const { brows } = manifest.expressions;
  const region = evenBox(brows.box);
  const rest = new Float32Array(brows.columns * brows.rows * 2);
  for (let row = 0; row < brows.rows; row++) {
    for (let column = 0; column < brows.columns; column++) {
      const at = (row * brows.columns + column) * 2;
      rest[at] = region.x + (region.width * column) / (brows.columns - 1);
      rest[at + 1] = region.y + (region.height * row) / (brows.rows - 1);
    }
  }
  const mesh = gridMesh(brows.columns, brows.rows);
  const quiet = still(region);
  const builder = createMorphPatchBuilder(region, mesh, rest, 3, prefilterPx);
  const shapes: Float32Array[] = [rest];
  builder.add(quiet, rest);
  for (const name of ['raised', 'concerned'] as const) {
    const displacement = brows[name].displacement.flat();
    const vertices = rest.map((value, i) => value + (displacement[i] ?? 0));
    const canvas = { ...quiet, data: quiet.data.slice() };
    const cut = cropImage(pictures[name], {
      x: region.x - brows.box.x,
      y: region.y - brows.box.y,
      width: region.width,
      height: region.height,
    });
    pasteCrop(canvas, cut, { ...region, x: 0, y: 0 }, (FEATHER_PX * manifest.sourceSizePx) / 1024);
    builder.add(canvas, vertices);
    shapes.push(name === 'raised' ? lifted(rest, displacement, manifest) : vertices);
  }
  return { patch: builder.finish(browMask(manifest, region)), shapes };
}

/** The nodes of raised brows, row by row; `displacement` is that of the bundle's picture. */
function lifted(rest: Float32Array, displacement: readonly number[], manifest: AvatarManifest): Float32Array {
  const { columns } = manifest.expressions.brows;
  const unit = manifest.sourceSizePx / 1024;
  const lidAt = lidLine(manifest);
  const vertices = Float32Array.from(rest);
  for (let first = 0; first < rest.length / 2; first += columns) {
    const rises = Array.from({ length: columns }, (_, column) => {
      const at = (first + column) * 2 + 1;
      const own = displacement[at] ?? 0;
      const above = Math.min(displacement[at - 2 * columns] ?? 0, own);
      const lidY = lidAt(rest[at - 1] as number);
      return own + (above - own) * (1 - smoothStep(lidY - 32 * unit, lidY - 14 * unit, rest[at] as number));
    });
    const half = Math.ceil(columns / 2);
    const [left, right] = [Math.min(...rises.slice(0, half)), Math.min(...rises.slice(columns - half))];
    const [from, to] = [rises.indexOf(left), rises.lastIndexOf(right)];
    for (const [column, rise] of rises.entries()) {
      const at = (first + column) * 2;
      const isBetween = column > from && column < to;
      const level = left + ((right - left) * (column - from)) / Math.max(1, to - from);
      const y = isBetween ? rise + (level - rise) * LEVEL_SHARE : rise;
      vertices[at] = (vertices[at] as number) + (displacement[at] ?? 0);
      vertices[at + 1] = (vertices[at + 1] as number) + y * LIFT;
    }
  }
  return vertices;
}

function evenBox(box: SourceBox): SourceBox {
  const x = Math.ceil(box.x / 2) * 2;
  const y = Math.ceil(box.y / 2) * 2;
  return {
    x,
    y,
    width: Math.floor((box.x + box.width - x) / 2) * 2,
    height: Math.floor((box.y + box.height - y) / 2) * 2,
  };
}

/** Full on the forehead and the brows, nothing from the crease of the upper lids down and at the border. */
function browMask(manifest: AvatarManifest, region: SourceBox): Uint8Array {
  const unit = manifest.sourceSizePx / 1024;
  const lidAt = lidLine(manifest);
  const lids = Float32Array.from({ length: region.width }, (_, x) => lidAt(region.x + x));
  const mask = new Uint8Array(region.width * region.height);
  for (let y = 0; y < region.height; y++) {
    for (let x = 0; x < region.width; x++) {
      const lidY = lids[x] as number;
      const aboveLids = 1 - smoothStep(lidY - 16 * unit, lidY - 4 * unit, region.y + y);
      const edge = Math.min(x, y, region.width - 1 - x, region.height - 1 - y);
      mask[y * region.width + x] = Math.round(255 * aboveLids * smoothStep(2, FEATHER_PX * unit + 2, edge));
    }
  }
  return mask;
}

/** Where the upper lids and their lashes begin at each place: over the eyes at the lid's top, towards the nose at the eye's corner. */
function lidLine({ landmarks: { eyes } }: AvatarManifest): (x: number) => number {
  const left = lidOf(eyes.left.upper);
  const right = lidOf(eyes.right.upper);
  const middleX = (left.to[0] + right.from[0]) / 2;
  return (x) => {
    const isLeft = x < middleX;
    const { top } = isLeft ? left : right;
    const [outer, inner] = isLeft ? [left.from, left.to] : [right.to, right.from];
    return top + (inner[1] - top) * smoothStep(0.6, 1, (x - outer[0]) / (inner[0] - outer[0]));
  };
}

/** Its ends, from left to right, and how high it reaches. */
function lidOf(upper: readonly Point[]): { readonly from: Point; readonly to: Point; readonly top: number } {
  const along = upper.toSorted(([a], [b]) => a - b);
  return { from: along[0] as Point, to: along.at(-1) as Point, top: Math.min(...upper.map(([, y]) => y)) };
}
