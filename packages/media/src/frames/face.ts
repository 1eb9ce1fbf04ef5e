import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Articulation } from '../core/articulation.ts';
import type { HeadMotion } from '../core/head-motion.ts';
import type { Picture } from '../core/picture.ts';
import { type BrowPatch, buildBrowPatch } from './brow-patch.ts';
import { type ClipFilm, clipScript, openClipFilm, repeatedFrame } from './clip-loop.ts';
import { createFacePerformer, type FaceParts, type IdleLife, loopIndexOf, requirePicture } from './face-performer.ts';
import { motionWeights } from './head-motion.ts';
import { createLifeRenderer, type LifePictures } from './life-loop.ts';
import { type LifeFrame, PIECE_FRAME_COUNT, writeLifeScript } from './life-script.ts';
import { type LoopStore, openLoopStore } from './loop-store.ts';
import { type AvatarBundle, type AvatarManifest, type ClipLoop, readBundle, type SourceBox } from './manifest.ts';
import { buildMouthPatch, type MouthPatch } from './mouth-patch.ts';
import { composeOver, cropImage, decodeGrey, decodeRgba, type RgbaImage, requireSize } from './source-image.ts';
import { coverView, prefilterSigmaPx, snapView, type View } from './view.ts';

export type FaceOptions = {
  /** Even, 64 to 4096. */
  readonly widthPx: number;
  readonly heightPx: number;
  /** Folder for the pictures of life loops that are films; a folder below the system's temporary one when left out. */
  readonly cachePath?: string;
};

/** What a face shows at one frame. Values out of range are brought into it; what is not a number counts as 0. */
export type FacePose = {
  readonly articulation: Articulation;
  /** 0 … 1. */
  readonly smile: number;
  /** -1 concerned … +1 raised. */
  readonly brows: number;
  /** 0 head up … 1 lowest point of a nod; 0 when left out. */
  readonly nod?: number;
  /** Still when left out. A head that is a film follows neither this nor `lids` and gaze. */
  readonly head?: HeadMotion;
};

/** One avatar at one size, shared by all calls of a process. */
export type Face = {
  readonly manifest: AvatarManifest;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Frames of the life loop at 25 per second; the last leads into the first. */
  readonly loopFrameCount: number;
  /** After so many of them the person is where it was at the first: they are a loop, too, and a shorter one. */
  readonly pieceFrameCount: number;
  /**
   * The life loop: breathing, small head motion, blinks, glances, or the person's own film; the mouth is closed. Any
   * index; it wraps around.
   */
  renderIdle(loopIndex: number, out: Picture): void;
  createPerformer(): FacePerformer;
  /** Releases the loop file and the pictures. Rendering afterwards throws. */
  close(): void;
};

/** The face of one call. */
export type FacePerformer = {
  /** With mouth, smile, brows and head at rest the picture is that of `renderIdle`, byte for byte. */
  render(loopIndex: number, pose: FacePose, out: Picture): void;
  /** Whether smile, brows and nod, which follow the pose within a few frames, were at rest in the last picture. */
  readonly isAtRest: boolean;
};

/**
 * Opens an avatar bundle for pictures of one size. Heavy: decodes the bundle, and the film of its life loop, if it has one and
 * no earlier run left its pictures under `cachePath`. Throws `AvatarBundleError` for a bundle at fault and `RangeError` for a bad size.
 */
export async function openFace(bundlePath: string, options: FaceOptions): Promise<Face> {
  const { widthPx, heightPx } = options;
  requireUsableSize(widthPx, heightPx);
  const bundle = await readBundle(bundlePath);
  const { manifest } = bundle;
  const covering = coverView(manifest, widthPx, heightPx);
  const view = manifest.loop === undefined ? covering : snapView(covering);
  const pictures = await decodeLifePictures(bundle);
  const life = await openLife(bundle, options, view, pictures);
  try {
    const patches = await buildPatches(bundle, pictures, prefilterSigmaPx(view.scale));
    return assembleFace({
      ...patches,
      manifest,
      view,
      life,
      mouthWeights: motionWeights(manifest, pictures.depth, patches.mouth.shapes[patches.restIndex] as Float32Array),
      browWeights: motionWeights(manifest, pictures.depth, patches.brows.shapes[0] as Float32Array),
    });
  } catch (error) {
    life.close();
    throw error;
  }
}

function assembleFace(loaded: FaceParts): Face {
  const { manifest, view, life } = loaded;
  let parts: FaceParts | undefined = loaded;
  const openParts = (): FaceParts => {
    if (parts === undefined) throw new Error('The face is closed.');
    return parts;
  };
  return {
    manifest,
    widthPx: view.widthPx,
    heightPx: view.heightPx,
    loopFrameCount: life.script.length,
    pieceFrameCount: life.turns ? PIECE_FRAME_COUNT : life.script.length,
    renderIdle(loopIndex, out) {
      const { script, show } = openParts().life;
      requirePicture(out, view);
      const index = loopIndexOf(loopIndex, script.length);
      show(index, script[index] as LifeFrame, out);
    },
    createPerformer: () => createFacePerformer(openParts),
    close() {
      parts = undefined;
      life.close();
    },
  };
}

function requireUsableSize(widthPx: number, heightPx: number): void {
  for (const side of [widthPx, heightPx]) {
    if (!Number.isInteger(side) || side % 2 !== 0 || side < 64 || side > 4096) {
      throw new RangeError(`A face has even sides from 64 to 4096 pixels; got ${widthPx}x${heightPx}.`);
    }
  }
}

export async function decodeLifePictures(bundle: AvatarBundle): Promise<LifePictures> {
  const { manifest } = bundle;
  const size = manifest.sourceSizePx;
  const { person, background, depth } = manifest.layers;
  const eyes = manifest.eyes.box;
  return {
    person: await decodeSized(bundle, person, size, size),
    background: await decodeSized(bundle, background, size, size),
    depth: await decodeGrey(bundle.file(depth), depth),
    eyeStages: await Promise.all(
      manifest.eyes.stages.map((stage) => decodeSized(bundle, stage.file, eyes.width, eyes.height)),
    ),
  };
}

async function decodeSized(bundle: AvatarBundle, path: string, width: number, height: number): Promise<RgbaImage> {
  const image = await decodeRgba(bundle.file(path), path);
  requireSize(image, width, height, path);
  return image;
}

/** A person who can be drawn in any pose, or a film of one. */
async function openLife(
  bundle: AvatarBundle,
  options: FaceOptions,
  view: View,
  pictures: LifePictures,
): Promise<IdleLife> {
  const { manifest } = bundle;
  const { loop } = manifest;
  if (loop === undefined) {
    const renderer = await createLifeRenderer(manifest, pictures, view);
    return {
      script: writeLifeScript(manifest.id),
      turns: true,
      show: (_index, frame, out) => renderer.render(frame, out),
      close() {},
    };
  }
  const script = clipScript(loop);
  const store = await openFilmedLoop(bundle, loop, options, view, script.length);
  return { script, turns: false, show: (index, _frame, out) => store.read(index, out), close: () => store.close() };
}

async function openFilmedLoop(
  bundle: AvatarBundle,
  loop: ClipLoop,
  options: FaceOptions,
  view: View,
  frameCount: number,
): Promise<LoopStore> {
  const key = {
    avatarId: bundle.manifest.id,
    bundleHash: bundle.hash,
    widthPx: view.widthPx,
    heightPx: view.heightPx,
    frameCount,
    repeats: (index: number) => repeatedFrame(loop, index),
  };
  const cachePath = options.cachePath ?? join(tmpdir(), 'visavis-faces');
  let film: ClipFilm | undefined;
  try {
    return await openLoopStore(cachePath, key, async (_index, out) => {
      film ??= await openClipFilm(bundle.file(loop.file), view, loop.file);
      film.read(out);
    });
  } finally {
    film?.close();
  }
}

export async function buildPatches(
  bundle: AvatarBundle,
  pictures: LifePictures,
  prefilterPx: number,
): Promise<{ mouth: MouthPatch; brows: BrowPatch; restIndex: number }> {
  const { manifest } = bundle;
  const { smile, brows } = manifest.expressions;
  const behind = (box: SourceBox, crop: RgbaImage): RgbaImage => composeOver(crop, cropImage(pictures.background, box));
  const still = (box: SourceBox): RgbaImage => behind(box, cropImage(pictures.person, box));
  const { box } = manifest.mouth;
  const atlas: RgbaImage[] = [];
  for (const image of manifest.mouth.images) {
    atlas.push(behind(box, await decodeSized(bundle, image.file, box.width, box.height)));
  }
  const smileImage = await decodeSized(bundle, smile.file, smile.box.width, smile.box.height);
  const mouth = await buildMouthPatch(manifest, still, { atlas, smile: behind(smile.box, smileImage) }, prefilterPx);
  const browSize = [brows.box.width, brows.box.height] as const;
  const browPatch = buildBrowPatch(
    manifest,
    still,
    {
      raised: behind(brows.box, await decodeSized(bundle, brows.raised.file, ...browSize)),
      concerned: behind(brows.box, await decodeSized(bundle, brows.concerned.file, ...browSize)),
    },
    prefilterPx,
  );
  const restIndex = manifest.mouth.images.findIndex(
    (image) => image.kind === 'grid' && image.jaw === 0 && image.lipShape === 0,
  );
  return { mouth, brows: browPatch, restIndex };
}
