import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AvatarManifest, MouthShape, SourceBox } from './manifest.ts';
import { createMorphPatchBuilder, type MorphPatch, softMask } from './morph-patch.ts';
import { createMouthMesh } from './mouth-mesh.ts';
import { cropImage, pasteCrop, type RgbaImage } from './source-image.ts';

/** Width over which a crop fades into the resting picture, source pixels of a 1024 picture. */
const FEATHER_PX = 14;

/** The mouth: its textures (atlas images in manifest order, then the smile) and each one's vertices in source pixels. */
export type MouthPatch = {
  readonly patch: MorphPatch;
  readonly shapes: readonly Float32Array[];
  readonly smileIndex: number;
};

export type MouthPictures = { readonly atlas: readonly RgbaImage[]; readonly smile: RgbaImage };

/** `still` gives parts of the opaque resting picture. Yields to the event loop between images. */
export async function buildMouthPatch(
  manifest: AvatarManifest,
  still: (box: SourceBox) => RgbaImage,
  pictures: MouthPictures,
  prefilterPx: number,
): Promise<MouthPatch> {
  const region = mouthRegion(manifest);
  const unit = manifest.sourceSizePx / 1024;
  const entries: { image: RgbaImage; box: SourceBox; shape: MouthShape }[] = [
    ...manifest.mouth.images.map((entry, i) => ({
      image: pictures.atlas[i] as RgbaImage,
      box: manifest.mouth.box,
      shape: entry.shape,
    })),
    { image: pictures.smile, box: manifest.expressions.smile.box, shape: manifest.expressions.smile.shape },
  ];
  const rest = manifest.landmarks.rest;
  const { mesh, verticesOf } = createMouthMesh(rest, manifest.landmarks.faceOval, region);
  const common = commonVertices(manifest, verticesOf);
  const builder = createMorphPatchBuilder(region, mesh, common, entries.length, prefilterPx);
  const quiet = still(region);
  const differs = new Uint8Array(region.width * region.height);
  const shapes: Float32Array[] = [];
  for (const entry of entries) {
    const canvas = { ...quiet, data: quiet.data.slice() };
    pasteInto(canvas, entry.image, entry.box, region, FEATHER_PX * unit);
    markDifferences(quiet, canvas, differs);
    const vertices = verticesOf(entry.shape);
    builder.add(canvas, vertices);
    shapes.push(vertices);
    await nextTurn();
  }
  const mask = softMask(differs, region, 6 * unit, FEATHER_PX * unit);
  return { patch: builder.finish(mask), shapes, smileIndex: entries.length - 1 };
}

/** From below the eyes to the end of the atlas crops, with even position and size. */
function mouthRegion(manifest: AvatarManifest): SourceBox {
  const { box } = manifest.mouth;
  const lids = [...manifest.landmarks.eyes.left.lower, ...manifest.landmarks.eyes.right.lower];
  const lidsEnd = Math.max(...lids.map(([, y]) => y));
  const margin = (14 * manifest.sourceSizePx) / 1024;
  const top = even(Math.min(box.y, lidsEnd + margin));
  const left = even(box.x);
  const width = even(box.x + box.width - left);
  return { x: left, y: top, width, height: even(box.y + box.height - top) };
}

function even(value: number): number {
  return Math.floor(value / 2) * 2;
}

/** A third of the way to the widest open mouth: textures of closed lips and of an open mouth both fit in without much squeezing. */
function commonVertices(manifest: AvatarManifest, verticesOf: (shape: MouthShape) => Float32Array): Float32Array {
  const open = manifest.mouth.images.find((image) => image.kind === 'grid' && image.jaw === 1 && image.lipShape === 0);
  const from = verticesOf(manifest.landmarks.rest);
  const to = verticesOf(open?.shape ?? manifest.landmarks.rest);
  return from.map((value, i) => value + ((to[i] as number) - value) * 0.35);
}

/** Pastes the part of a crop that lies in the region, fading at the crop's border. */
function pasteInto(canvas: RgbaImage, crop: RgbaImage, box: SourceBox, region: SourceBox, featherPx: number): void {
  const left = Math.max(box.x, region.x);
  const top = Math.max(box.y, region.y);
  const right = Math.min(box.x + box.width, region.x + region.width);
  const bottom = Math.min(box.y + box.height, region.y + region.height);
  const part = { x: left, y: top, width: right - left, height: bottom - top };
  const cut = cropImage(crop, { ...part, x: left - box.x, y: top - box.y });
  pasteCrop(canvas, cut, { ...part, x: left - region.x, y: top - region.y }, featherPx);
}

function markDifferences(rest: RgbaImage, other: RgbaImage, differs: Uint8Array): void {
  for (let i = 0; i < differs.length; i++) {
    const at = i * 4;
    const distance =
      Math.abs((rest.data[at] ?? 0) - (other.data[at] ?? 0)) +
      Math.abs((rest.data[at + 1] ?? 0) - (other.data[at + 1] ?? 0)) +
      Math.abs((rest.data[at + 2] ?? 0) - (other.data[at + 2] ?? 0));
    if (distance > 12) differs[i] = 255;
  }
}
