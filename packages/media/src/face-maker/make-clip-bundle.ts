import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrackedHead } from '../frames/head-motion.ts';
import { type AvatarManifest, readBundle } from '../frames/manifest.ts';
import { createRestMouth } from '../frames/rest-mouth.ts';
import { addToBundle } from './bundle-writer.ts';
import { chooseLoop, chooseStill, type LoopChoice } from './choose-loop.ts';
import { type Clip, openClip, readPictures } from './clip-reader.ts';
import { FaceFinder } from './face-finder.ts';
import { FilmWriter } from './film-writer.ts';
import { chooseTalkingPicture, type FilmedMouth, measureFilmedMouth } from './filmed-mouth.ts';
import { findPortrait, PORTRAIT_SIDE, type Portrait } from './find-portrait.ts';
import { meltHeads, trackHead } from './head-track.ts';
import type { RgbImage } from './image-sampler.ts';
import { InputError } from './input-error.ts';
import { closingShares } from './lip-closing.ts';
import { writeLoopFilm } from './loop-film.ts';
import { type MakeBundleOptions, makeBundleFromPortrait } from './make-bundle.ts';
import { type TrackedFace, trackFace } from './track-face.ts';

const LOOP_FILE = 'loop.mp4';
/** H.264's quantiser of the stored film. */
const LOOP_QUALITY = 15;
/** Shares of the work at which a step begins. */
const SHARE = { tracking: 0.02, still: 0.5, drawing: 0.55, film: 0.85 } as const;

/**
 * Makes an avatar bundle from a clip of one person (MP4, WebM, MOV; 2 seconds to 2 minutes): its idle loop is a piece of
 * the clip, and mouth, smile and brows are drawn from its best picture and follow the head. The folder `outDir` appears
 * when the bundle is complete and replaces an earlier one. Throws `InputError` for clips it cannot use.
 */
export async function makeBundleFromClip(
  clipPath: string,
  outDir: string,
  options: MakeBundleOptions,
): Promise<AvatarManifest> {
  const { signal, onProgress } = options;
  signal?.throwIfAborted();
  onProgress?.(0, 'reading the clip');
  const clip = await openClip(clipPath);
  const { faces, loop, still, portrait, filmed } = await withFinder((finder) => studyClip(finder, clip, options));
  const staging = `${outDir}.clip-${process.pid}`;
  try {
    const drawn = await makeBundleFromPortrait(
      portrait,
      staging,
      { ...options, onProgress: (share, step) => onProgress?.(within('drawing', 'film', share), step) },
      { from: 'clip', filmed },
    );
    const heads = meltHeads(
      trackHead(faces, still, loop, portrait.region),
      trackHead(faces, still, { first: loop.first - loop.meltCount, count: loop.meltCount }, portrait.region),
    );
    await writeFilm(clip, staging, { faces, loop, still, portrait, filmed, heads }, options);
    const film = { file: LOOP_FILE, heads: [...heads], order: [...loop.order] };
    const manifest = await addToBundle(staging, drawn, LOOP_FILE, { loop: film });
    signal?.throwIfAborted();
    await rm(outDir, { recursive: true, force: true });
    await rename(staging, outDir);
    onProgress?.(1, 'done');
    return manifest;
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw error;
  }
}

type Study = {
  readonly faces: readonly TrackedFace[];
  readonly loop: LoopChoice;
  readonly still: number;
  readonly portrait: Portrait;
  /** Where the person talks in the clip. */
  readonly filmed: FilmedMouth | undefined;
};

async function studyClip(finder: FaceFinder, clip: Clip, { signal, onProgress }: MakeBundleOptions): Promise<Study> {
  const expected = Math.max(2, clip.durationS || 30) * clip.pictureRate;
  const faces = await trackFace(finder, clip, {
    signal,
    onPicture: (index) =>
      onProgress?.(within('tracking', 'still', Math.min(1, index / expected)), 'following the face'),
  });
  const loop = chooseLoop(faces);
  const still = loop && chooseStill(faces, loop);
  if (loop === undefined || still === undefined) {
    throw new InputError(faces.some(({ isAway }) => isAway) ? 'face-lost' : 'face-turned-away');
  }
  onProgress?.(SHARE.still, 'choosing the best picture');
  const talking = chooseTalkingPicture(faces, still);
  const [picture, open] = await takePictures(clip, [still, talking], signal);
  if (picture === undefined) throw new InputError('corrupt');
  const portrait = await findPortrait(finder, picture, { keepLean: true });
  return { faces, loop, still, portrait, filmed: open && (await findFilmedMouth(finder, open, portrait)) };
}

/** A picture that turns out not to serve is no reason to refuse the clip: the mouth is then drawn. */
async function findFilmedMouth(
  finder: FaceFinder,
  picture: RgbImage,
  still: Portrait,
): Promise<FilmedMouth | undefined> {
  try {
    return measureFilmedMouth(await findPortrait(finder, picture, { keepLean: true }), still);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

async function takePictures(
  clip: Clip,
  wanted: readonly (number | undefined)[],
  signal: AbortSignal | undefined,
): Promise<(RgbImage | undefined)[]> {
  const { widthPx: width, heightPx: height } = clip;
  const last = Math.max(...wanted.map((index) => index ?? 0));
  const taken = new Map<number, RgbImage>();
  let index = 0;
  for await (const data of readPictures(clip, 'format=rgb24', signal)) {
    if (wanted.includes(index)) taken.set(index, { width, height, data: Uint8Array.from(data) });
    if (index++ === last) break;
  }
  return wanted.map((one) => (one === undefined ? undefined : taken.get(one)));
}

type FilmPlan = Study & { readonly heads: readonly TrackedHead[] };

async function writeFilm(clip: Clip, folder: string, plan: FilmPlan, { signal, onProgress }: MakeBundleOptions) {
  const { loop, heads, faces, still, portrait } = plan;
  const { centerX, centerY, size } = portrait.region;
  const cut = `crop=${size}:${size}:${Math.round(centerX - size / 2)}:${Math.round(centerY - size / 2)}:exact=1`;
  const sized = `scale=${PORTRAIT_SIDE}:${PORTRAIT_SIDE}:flags=lanczos:out_color_matrix=smpte170m:out_range=tv`;
  const restMouth = await createRestMouth(await readBundle(folder));
  const shares = closingShares(faces, still, loop);
  const writer = await FilmWriter.open({
    path: join(folder, LOOP_FILE),
    widthPx: PORTRAIT_SIDE,
    heightPx: PORTRAIT_SIDE,
    quality: LOOP_QUALITY,
  });
  try {
    const pictures = readPictures(clip, `format=yuv444p,${cut},${sized},format=yuv420p`, signal);
    await writeLoopFilm(pictures, loop, PORTRAIT_SIDE, async (index, picture) => {
      restMouth(heads[index] as TrackedHead, shares[index] ?? 0, picture);
      await writer.addPicture(picture);
      onProgress?.(SHARE.film + ((0.99 - SHARE.film) * (index + 1)) / loop.count, 'writing the loop');
    });
    await writer.finish();
  } finally {
    await writer.close();
  }
}

async function withFinder<T>(work: (finder: FaceFinder) => Promise<T>): Promise<T> {
  const finder = await FaceFinder.open();
  try {
    return await work(finder);
  } finally {
    finder.close();
  }
}

function within(from: keyof typeof SHARE, to: keyof typeof SHARE, share: number): number {
  return SHARE[from] + (SHARE[to] - SHARE[from]) * share;
}
