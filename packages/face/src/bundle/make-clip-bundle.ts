import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type AvatarManifest, createRestMouth, readBundle, type TrackedHead } from '@visavis/media/frames';
import type { MakingStep } from '@visavis/protocol';
import { bestStills, type ClipView, chooseView } from '../clip/choose-still.ts';
import { type Clip, openClip, readPictures } from '../clip/clip-reader.ts';
import { meltHeads, trackHead } from '../clip/head-track.ts';
import { closingShares } from '../clip/lip-closing.ts';
import { writeLoopFilm } from '../clip/loop-film.ts';
import { type ClipSurvey, isInSight, surveyClip } from '../clip/survey-clip.ts';
import { type TrackedFace, trackFace } from '../clip/track-face.ts';
import { chooseTalkingPicture, type FilmedMouth, measureFilmedMouth } from '../drawing/filmed-mouth.ts';
import { FilmWriter } from '../film/film-writer.ts';
import { InputError, type InputProblem } from '../input-error.ts';
import { FaceFinder } from '../landmarks/face-finder.ts';
import { findPortrait, PORTRAIT_SIDE, type Portrait } from '../landmarks/find-portrait.ts';
import type { RgbImage } from '../pixels/pixels.ts';
import { showSmall } from '../pixels/small-picture.ts';
import { addToBundle } from './bundle-writer.ts';
import { type MakeBundleOptions, makeBundleFromPortrait } from './make-bundle.ts';

const LOOP_FILE = 'loop.mp4';
/** H.264's quantiser of the stored film. */
const LOOP_RATE = { quantiser: 15 };
/** Shares of the work at which a step begins. */
const SHARE = { tracking: 0.02, still: 0.5, drawing: 0.55, film: 0.85 } as const;

/**
 * Makes an avatar bundle from a clip of one person (MP4, WebM, MOV; 2 seconds to 2 minutes): its idle loop is a piece of
 * the clip, and mouth, smile and brows are drawn from its best picture and follow the head. A clip without a piece that
 * serves gives an avatar from its best picture, as from a photo, and the manifest has a `notice`. The folder `outDir` appears
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
  const study = await withFinder((finder) => studyClip(finder, clip, options));
  if (study.kind === 'film') return makeFilmed(clip, study, outDir, options);
  const drawing = {
    ...options,
    onProgress: (share: number, step: MakingStep) => onProgress?.(within('drawing', 1, share), step),
  };
  return makeBundleFromPortrait(study.portrait, outDir, drawing, {
    from: 'picture of a clip',
    notice: 'still-from-clip',
  });
}

async function makeFilmed(
  clip: Clip,
  { faces, loop, still, portrait, filmed }: FilmStudy,
  outDir: string,
  options: MakeBundleOptions,
): Promise<AvatarManifest> {
  const { signal, onProgress } = options;
  const staging = `${outDir}.clip-${process.pid}`;
  try {
    const drawn = await makeBundleFromPortrait(
      portrait,
      staging,
      { ...options, onProgress: (share, step) => onProgress?.(within('drawing', SHARE.film, share), step) },
      { from: 'clip', filmed },
    );
    const heads = meltHeads(
      trackHead(faces, still, loop, portrait.region),
      trackHead(faces, still, { first: loop.first - loop.meltCount, count: loop.meltCount }, portrait.region),
    );
    await writeFilm(clip, staging, { faces, loop, still, portrait, heads }, options);
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

/** A clip with a piece that is shown as filmed. */
type FilmStudy = ClipView & {
  readonly kind: 'film';
  readonly faces: readonly TrackedFace[];
  readonly portrait: Portrait;
  /** Where the person talks in the clip. */
  readonly filmed: FilmedMouth | undefined;
};
type StillStudy = { readonly kind: 'still'; readonly portrait: Portrait };

async function studyClip(
  finder: FaceFinder,
  clip: Clip,
  { signal, onProgress, onPicture }: MakeBundleOptions,
): Promise<FilmStudy | StillStudy> {
  const expected = Math.max(2, clip.durationS || 30) * clip.pictureRate;
  const faces = await trackFace(finder, clip, {
    signal,
    onPicture(index, picture) {
      if (index === 0) void showSmall(picture, onPicture);
      onProgress?.(within('tracking', SHARE.still, Math.min(1, index / expected)), 'following the face');
    },
  });
  onProgress?.(SHARE.still, 'choosing the best picture');
  const survey = surveyClip(faces);
  const view = chooseView(faces, survey);
  const film = view && (await studyFilm({ finder, clip, faces, signal }, survey, view));
  return film ?? { kind: 'still', portrait: await findBestStill({ finder, clip, faces, signal }, survey) };
}

type Material = {
  readonly finder: FaceFinder;
  readonly clip: Clip;
  readonly faces: readonly TrackedFace[];
  readonly signal: AbortSignal | undefined;
};

/** Undefined when no mouth can be drawn from the still, whose picture is looked at more closely here. */
async function studyFilm(
  { finder, clip, faces, signal }: Material,
  { shots }: ClipSurvey,
  view: ClipView,
): Promise<FilmStudy | undefined> {
  const inShot = faces.map((face, index) => (shots[index] === shots[view.still] ? face : { ...face, isAway: true }));
  const talking = chooseTalkingPicture(inShot, view.still);
  const [picture, open] = await takePictures(clip, [view.still, talking], signal);
  if (picture === undefined) throw new InputError('corrupt');
  const portrait = await unlessUnusable(findPortrait(finder, picture, { keepLean: true }));
  if (portrait === undefined) return undefined;
  const talkingPortrait = open && (await unlessUnusable(findPortrait(finder, open, { keepLean: true })));
  return {
    kind: 'film',
    ...view,
    faces,
    portrait,
    filmed: talkingPortrait && measureFilmedMouth(talkingPortrait, portrait),
  };
}

/** The first of the best pictures that serves as a photo does. Throws what is wrong with the best one when none does. */
async function findBestStill({ finder, clip, faces, signal }: Material, survey: ClipSurvey): Promise<Portrait> {
  let fault: InputError | undefined;
  for (const still of bestStills(faces, survey)) {
    const [picture] = await takePictures(clip, [still], signal);
    if (picture === undefined) throw new InputError('corrupt');
    try {
      return await findPortrait(finder, picture);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      fault ??= error;
    }
  }
  throw fault ?? new InputError(whyUnseen(faces));
}

/** What keeps the pictures of a clip from being used, where nothing is wrong with one of them in itself. */
function whyUnseen(faces: readonly TrackedFace[]): InputProblem {
  const isMost = (isSo: (face: TrackedFace) => boolean): boolean => faces.filter(isSo).length > faces.length / 2;
  if (isMost(({ isAccompanied }) => isAccompanied)) return 'several-faces';
  if (isMost(({ isTurnedAway, isAway }) => isTurnedAway && !isAway)) return 'face-turned-away';
  return isMost(isInSight) ? 'eyes-closed' : 'face-lost';
}

/** A picture that turns out not to serve is no reason to refuse the clip. */
async function unlessUnusable<Found>(finding: Promise<Found>): Promise<Found | undefined> {
  try {
    return await finding;
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

type FilmPlan = Omit<FilmStudy, 'kind' | 'filmed'> & { readonly heads: readonly TrackedHead[] };

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
    rate: LOOP_RATE,
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

function within(from: keyof typeof SHARE, end: number, share: number): number {
  return SHARE[from] + (end - SHARE[from]) * share;
}
