import { setImmediate as nextTurn } from 'node:timers/promises';
import { AVATAR_FORMAT, AVATAR_FORMAT_VERSION, type AvatarManifest } from '@visavis/media/frames';
import type { AvatarNotice, MakingStep } from '@visavis/protocol';
import { JAW_LEVELS, LID_CLOSURES, LIP_LEVELS, SPECIAL_POSES, type SpecialViseme } from '../drawing/atlas-poses.ts';
import { BROW_COLUMNS, BROW_ROWS, browsBox, drawBrows } from '../drawing/draw-brows.ts';
import { drawEyes, eyeShapeOf, eyesBox } from '../drawing/draw-eyes.ts';
import { type DrawnMouth, drawMouth, type MouthSource } from '../drawing/draw-mouth.ts';
import { type FilmedMouth, lookWithFilmed } from '../drawing/filmed-mouth.ts';
import { drawDepth, modelHead } from '../drawing/head-model.ts';
import { createMouthShaper } from '../drawing/mouth-shape.ts';
import type { MouthPose } from '../drawing/mouth-target.ts';
import { warpBox, warpReach } from '../drawing/mouth-warp.ts';
import { measureLook } from '../drawing/photo-look.ts';
import { faceOutline, splitPerson } from '../drawing/split-person.ts';
import { FaceFinder } from '../landmarks/face-finder.ts';
import { findPortrait, PORTRAIT_SIDE, type Portrait } from '../landmarks/find-portrait.ts';
import { faceBox, meshPoint, POINT } from '../landmarks/mesh-points.ts';
import { measureMouth } from '../landmarks/mouth-frame.ts';
import { decodePhoto } from '../photo/decode-photo.ts';
import { showSmall } from '../pixels/small-picture.ts';
import { BundleWriter } from './bundle-writer.ts';

export type MakeBundleOptions = {
  /** Lower-case letters, digits and dashes; also seeds the avatar's small motions. */
  readonly id: string;
  readonly displayName: string;
  /** Called with a growing share from 0 to 1 and what is being done. */
  readonly onProgress?: (share: number, step: MakingStep) => void;
  /** Called once with what is seen in the file, small (WebP), before it is known whether an avatar can be made of it. */
  readonly onPicture?: (webp: Uint8Array) => void;
  /** Stops the work; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
};

const DEPTH_SIDE = 256;

type Drawing = {
  readonly portrait: Portrait;
  readonly mouth: MouthSource;
  readonly writer: BundleWriter;
  /** Marks one more image as drawn, lets other work run, and throws when the work was cancelled. */
  advance(step: MakingStep): Promise<void>;
};

/**
 * Makes an avatar bundle from a photo of one person (JPEG, PNG, WebP, BMP, HEIC, AVIF). The folder `outDir` appears when the bundle is
 * complete and replaces an earlier one. Takes 5 to 15 seconds of two cores. Throws `InputError` for photos it cannot use.
 */
export async function makeBundleFromPhoto(
  input: Uint8Array,
  outDir: string,
  options: MakeBundleOptions,
): Promise<AvatarManifest> {
  const { signal, onProgress, onPicture } = options;
  signal?.throwIfAborted();
  onProgress?.(0, 'reading the photo');
  const photo = await decodePhoto(input);
  await showSmall(photo, onPicture);
  signal?.throwIfAborted();
  onProgress?.(0.05, 'finding the face');
  return makeBundleFromPortrait(await locate(photo), outDir, options);
}

/** What a portrait was taken from, and what the bundle says of it. */
export type PortraitOrigin = {
  readonly from?: 'photo' | 'clip' | 'picture of a clip';
  /** Fills the open mouth. */
  readonly filmed?: FilmedMouth | undefined;
  readonly notice?: AvatarNotice;
};

export async function makeBundleFromPortrait(
  portrait: Portrait,
  outDir: string,
  options: MakeBundleOptions,
  origin: PortraitOrigin = {},
): Promise<AvatarManifest> {
  const writer = new BundleWriter(outDir);
  try {
    return await drawBundle(portrait, origin, writer, options);
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

async function locate(photo: Parameters<typeof findPortrait>[1]): Promise<Portrait> {
  const finder = await FaceFinder.open();
  try {
    return await findPortrait(finder, photo);
  } finally {
    finder.close();
  }
}

function describe({ from = 'photo', filmed }: PortraitOrigin): string {
  return filmed === undefined ? `Made from a ${from}.` : `Made from a ${from}, with the mouth as filmed.`;
}

async function drawBundle(
  portrait: Portrait,
  origin: PortraitOrigin,
  writer: BundleWriter,
  { id, displayName, signal, onProgress }: MakeBundleOptions,
): Promise<AvatarManifest> {
  const { image, points, enlargement } = portrait;
  const { filmed } = origin;
  const head = modelHead(points);
  onProgress?.(0.15, 'separating the person');
  const layers = await splitPerson(image, points, head);
  const frame = measureMouth(image, points);
  const seen = measureLook(image, points, frame, enlargement);
  const look = filmed === undefined ? seen : lookWithFilmed(seen, filmed);
  const chin = rounded(meshPoint(points, POINT.chin));
  const fixed = { chin, jawLeft: meshPoint(points, POINT.jawLeft), jawRight: meshPoint(points, POINT.jawRight) };
  const shaper = createMouthShaper(frame, fixed, PORTRAIT_SIDE);
  const total = JAW_LEVELS.length * LIP_LEVELS.length + Object.keys(SPECIAL_POSES).length + LID_CLOSURES.length + 5;
  let done = 0;
  const advance = async (step: MakingStep): Promise<void> => {
    await nextTurn();
    signal?.throwIfAborted();
    done += 1;
    onProgress?.(Math.min(0.99, 0.25 + (0.75 * done) / total), step);
  };
  // A mouth that is open in the photo is closed first: every other picture starts from this one.
  const person = closeMouth({ person: layers.person, frame, look, shaper });
  const drawing: Drawing = { portrait, mouth: { person: layers.person, frame, look, filmed, shaper }, writer, advance };
  const background = await writer.putImage('background.webp', layers.background);
  await advance('writing the layers');
  const mouth = await drawMouths(drawing);
  const eyes = await drawLids(drawing, person.image);
  const expressions = await drawExpressions(drawing, person.image);
  const { left, right } = faceBox(points);
  const manifest: Omit<AvatarManifest, 'files'> = {
    format: AVATAR_FORMAT,
    version: AVATAR_FORMAT_VERSION,
    id,
    displayName,
    description: describe(origin),
    notice: origin.notice,
    defaults: {
      voice: 'marin',
      prompt: `You are ${displayName}. You are talking, not writing: answer in one to three short sentences, in plain words, without lists, emojis or markup. Ask when something is unclear, and say so when you do not know. Answer in the language of the person you talk with.`,
      firstMessage: `Hello, I am ${displayName}. What can I do for you?`,
      language: 'en',
    },
    thumbnail: await writer.putThumbnail('thumbnail.webp', person.image, layers.background),
    layers: {
      person: await writer.putImage('person.webp', person.image),
      background,
      depth: await writer.putGrey('depth.png', drawDepth(head, PORTRAIT_SIDE, DEPTH_SIDE), DEPTH_SIDE),
    },
    sourceSizePx: PORTRAIT_SIDE,
    landmarks: {
      faceOval: faceOutline(points).map(rounded),
      headPivot: rounded([(left + right) / 2, head.chinY - 0.08 * head.faceHeight]),
      chin,
      noseBase: rounded(meshPoint(points, POINT.noseBase)),
      rest: person.shape,
      eyes: { left: eyeShapeOf(points, 'left', 0), right: eyeShapeOf(points, 'right', 0) },
    },
    mouth,
    eyes,
    expressions,
  };
  const finished = await writer.finish(manifest);
  onProgress?.(1, 'done');
  return finished;
}

/** The whole person with the mouth at rest. */
function closeMouth(source: MouthSource): DrawnMouth {
  const box = warpBox(source.frame, warpReach(source.frame, PORTRAIT_SIDE), PORTRAIT_SIDE);
  const { image, shape } = drawMouth(source, {}, box);
  const { width, height, data } = source.person;
  const whole = data.slice();
  for (let row = 0; row < box.height; row++) {
    const line = image.data.subarray(row * box.width * 4, (row + 1) * box.width * 4);
    whole.set(line, ((box.y + row) * width + box.x) * 4);
  }
  return { image: { width, height, data: whole }, shape };
}

async function drawMouths({ mouth, writer, advance }: Drawing): Promise<AvatarManifest['mouth']> {
  const box = warpBox(mouth.frame, warpReach(mouth.frame, PORTRAIT_SIDE), PORTRAIT_SIDE);
  const draw = async (file: string, pose: MouthPose) => {
    const { image, shape } = drawMouth(mouth, pose, box);
    await writer.putImage(file, image);
    await advance('drawing the mouth');
    return { file, shape };
  };
  const images: AvatarManifest['mouth']['images'] = [];
  for (const jaw of JAW_LEVELS) {
    for (const { lips, name } of LIP_LEVELS) {
      const file = `mouth/jaw-${String(jaw * 100).padStart(3, '0')}-${name}.webp`;
      images.push({ kind: 'grid', jaw, lipShape: lips, ...(await draw(file, { jaw, lips })) });
    }
  }
  for (const [viseme, pose] of Object.entries(SPECIAL_POSES)) {
    const drawn = await draw(`mouth/${viseme}.webp`, pose);
    images.push({ kind: 'special', viseme: viseme as SpecialViseme, ...drawn });
  }
  return { box, images };
}

async function drawLids(
  { portrait, writer, advance }: Drawing,
  person: MouthSource['person'],
): Promise<AvatarManifest['eyes']> {
  const { points } = portrait;
  const box = eyesBox(points, PORTRAIT_SIDE);
  const stages: AvatarManifest['eyes']['stages'] = [];
  for (const closure of LID_CLOSURES) {
    const file = `eyes/blink-${String(Math.round(closure * 100)).padStart(3, '0')}.webp`;
    await writer.putImage(file, drawEyes(person, points, closure, box));
    stages.push({
      file,
      closure,
      left: eyeShapeOf(points, 'left', closure),
      right: eyeShapeOf(points, 'right', closure),
    });
    await advance('drawing the lids');
  }
  return { box, stages };
}

async function drawExpressions(
  { portrait, mouth, writer, advance }: Drawing,
  person: MouthSource['person'],
): Promise<AvatarManifest['expressions']> {
  const { points } = portrait;
  const smileBox = warpBox(mouth.frame, warpReach(mouth.frame, PORTRAIT_SIDE), PORTRAIT_SIDE);
  const smile = drawMouth(mouth, { smile: 1 }, smileBox);
  await writer.putImage('face/smile.webp', smile.image);
  await advance('drawing the smile');
  const box = browsBox(points, PORTRAIT_SIDE);
  const brow = async (file: string, expression: 'raised' | 'concerned') => {
    const { image, displacement } = drawBrows(person, points, expression, box);
    await writer.putImage(file, image);
    await advance('drawing the brows');
    return { file, displacement };
  };
  return {
    smile: { file: 'face/smile.webp', box: smileBox, shape: smile.shape },
    brows: {
      box,
      columns: BROW_COLUMNS,
      rows: BROW_ROWS,
      raised: await brow('face/brows-up.webp', 'raised'),
      concerned: await brow('face/concerned.webp', 'concerned'),
    },
  };
}

function rounded([x, y]: readonly [number, number]): [number, number] {
  return [Math.round(x * 100) / 100, Math.round(y * 100) / 100];
}
