import { InputError } from '../input-error.ts';
import { type EyeLook, lookOfEyes } from '../landmarks/eye-look.ts';
import type { FaceFinder } from '../landmarks/face-finder.ts';
import { type FaceMesh, isTurnedAway, regionOfMesh, yawOf } from '../landmarks/face-mesh.ts';
import { type FaceInView, findFace, isAccompanied, MIN_PRESENCE } from '../landmarks/find-face.ts';
import { distanceBetween, EYE, eyeDistance, lipGap } from '../landmarks/mesh-points.ts';
import type { RgbImage } from '../pixels/pixels.ts';
import type { SquareRegion } from '../pixels/sampling.ts';
import { type Clip, readPictures } from './clip-reader.ts';

/** The face in one picture of a clip. Lengths in pixels of the upright clip. */
export type TrackedFace = {
  /** 468 mesh points. */
  readonly points: Float32Array;
  readonly isTurnedAway: boolean;
  /** No face is to be seen here, or next to here; the entry is that of the last one before. */
  readonly isAway: boolean;
  /** Another person is to be seen here, or may be: between this picture and the next look around. */
  readonly isAccompanied: boolean;
  /** Turn to the side in radians. */
  readonly yaw: number;
  /** Distance of the lips in distances of the outer corners of the eyes; closed lips measure up to about 0.04. */
  readonly lipGap: number;
  /** Opening of the lids in distances of the outer corners of the eyes. */
  readonly lidGap: number;
  /** What is seen of the eyes. */
  readonly eyes: EyeLook;
  /** Energy of the finest detail of the face. */
  readonly sharpness: number;
  /** Luma of the whole picture, `SCENE_SIDE` values square. */
  readonly scene: Uint8Array;
};

const SCENE_SIDE = 32;
/** What is decoded for tracking: the networks see 192 and 256 pixels. */
const TRACKING_SIDE_PX = 1280;
/** Pictures between two searches for a face that is not there, two of them with care, and two looks for other people. */
const SEARCH_EVERY = 5;
const SEARCH_WELL_EVERY = 50;
const LOOK_AROUND_EVERY = 10;
/** A face hidden for so long is taken to be where it was; longer, and the clip is not used there. */
const MAX_LOST_S = 0.4;
/** Pictures beside such a stretch that are not used either: the face comes and goes in them. */
const AWAY_MARGIN = 5;

type Options = {
  readonly signal?: AbortSignal | undefined;
  /** `picture` is valid only during the call. */
  readonly onPicture?: (index: number, picture: RgbImage) => void;
};

/**
 * Follows one face through the clip. Every picture has an entry; where the face is hidden for a moment it is
 * that of the picture before. Longer stretches without a face are told as away, and those in which somebody else is to be
 * seen as accompanied. Throws `InputError`.
 */
export async function trackFace(finder: FaceFinder, clip: Clip, options: Options = {}): Promise<TrackedFace[]> {
  const scale = Math.min(1, TRACKING_SIDE_PX / Math.max(clip.widthPx, clip.heightPx));
  const width = 2 * Math.round((clip.widthPx * scale) / 2);
  const height = 2 * Math.round((clip.heightPx * scale) / 2);
  const faces: (TrackedFace | undefined)[] = [];
  const company: number[] = [];
  let last: FaceMesh | undefined;
  let region: SquareRegion | undefined;
  for await (const data of readPictures(clip, `scale=${width}:${height}:flags=area,format=rgb24`, options.signal)) {
    const picture = { width, height, data };
    const index = faces.length;
    const found = await follow(finder, picture, { region, last, index });
    last = found?.mesh ?? last;
    region = found && regionOfMesh(found.mesh.points);
    faces.push(found && describe(picture, found.mesh, clip.widthPx / width, clip.heightPx / height));
    if (found?.isAlone === false) company.push(index);
    options.onPicture?.(index, picture);
  }
  return withCompany(fillGaps(faces, MAX_LOST_S * clip.pictureRate), company);
}

type Trail = {
  readonly region: SquareRegion | undefined;
  readonly last: FaceMesh | undefined;
  readonly index: number;
};

async function follow(
  finder: FaceFinder,
  picture: RgbImage,
  { region, last, index }: Trail,
): Promise<FaceInView | undefined> {
  if (region !== undefined) {
    const mesh = await finder.mesh(picture, region);
    if (mesh.score < MIN_PRESENCE) return findFace(finder, picture, { before: last });
    const isAlone = index % LOOK_AROUND_EVERY !== 0 || !(await isAccompanied(finder, picture, mesh));
    return { mesh, isAlone };
  }
  if (index % SEARCH_EVERY !== 0) return undefined;
  return findFace(finder, picture, { thorough: index % SEARCH_WELL_EVERY === 0, before: last });
}

/** Marks what lies between the looks before and after one that saw somebody else. */
function withCompany(faces: readonly TrackedFace[], company: readonly number[]): TrackedFace[] {
  const isNear = faces.map(() => false);
  for (const index of company) isNear.fill(true, Math.max(0, index - LOOK_AROUND_EVERY + 1), index + LOOK_AROUND_EVERY);
  return faces.map((face, index) => (isNear[index] ? { ...face, isAccompanied: true } : face));
}

function fillGaps(faces: readonly (TrackedFace | undefined)[], longest: number): TrackedFace[] {
  let last = faces.find((face) => face !== undefined);
  if (last === undefined) throw new InputError('no-face');
  const isAway = awayFrom(faces, longest);
  return faces.map((face, index) => {
    last = face ?? (last as TrackedFace);
    return isAway[index] ? { ...last, isAway: true } : last;
  });
}

/** Which pictures lie in stretches without a face longer than `longest`, or beside one. */
function awayFrom(faces: readonly (TrackedFace | undefined)[], longest: number): boolean[] {
  const isAway = faces.map(() => false);
  for (let from = 0; from < faces.length; from++) {
    let end = from;
    while (end < faces.length && faces[end] === undefined) end++;
    if (end - from > longest) isAway.fill(true, Math.max(0, from - AWAY_MARGIN), end + AWAY_MARGIN);
    from = end;
  }
  return isAway;
}

function describe(picture: RgbImage, mesh: FaceMesh, scaleX: number, scaleY: number): TrackedFace {
  const { points } = mesh;
  const lidGap = ({ top, bottom }: typeof EYE.left | typeof EYE.right): number => distanceBetween(points, top, bottom);
  return {
    points: points.map((value, i) => value * (i % 2 === 0 ? scaleX : scaleY)),
    isTurnedAway: isTurnedAway(mesh),
    isAway: false,
    isAccompanied: false,
    yaw: yawOf(mesh),
    lipGap: lipGap(points),
    lidGap: (lidGap(EYE.left) + lidGap(EYE.right)) / 2 / eyeDistance(points),
    eyes: lookOfEyes(picture, points),
    sharpness: sharpnessOf(picture, mesh.points),
    scene: sceneOf(picture),
  };
}

/** Mean square of the Laplacian of green over the middle of the face. */
function sharpnessOf({ width, height, data }: RgbImage, points: Float32Array): number {
  const { centerX, centerY, size } = regionOfMesh(points);
  const reach = size / 4;
  let sum = 0;
  let count = 0;
  const left = Math.max(1, Math.floor(centerX - reach));
  const right = Math.min(width - 2, Math.ceil(centerX + reach));
  for (let y = Math.max(1, Math.floor(centerY - reach)); y <= Math.min(height - 2, centerY + reach); y++) {
    for (let x = left; x <= right; x++) {
      const at = (y * width + x) * 3 + 1;
      const around =
        (data[at - 3] ?? 0) + (data[at + 3] ?? 0) + (data[at - width * 3] ?? 0) + (data[at + width * 3] ?? 0);
      sum += (4 * (data[at] ?? 0) - around) ** 2;
      count++;
    }
  }
  return sum / Math.max(1, count);
}

function sceneOf({ width, height, data }: RgbImage): Uint8Array {
  const scene = new Uint8Array(SCENE_SIDE * SCENE_SIDE);
  const step = 4;
  for (let i = 0; i < scene.length; i++) {
    const left = ((i % SCENE_SIDE) * width) / SCENE_SIDE;
    const top = (Math.floor(i / SCENE_SIDE) * height) / SCENE_SIDE;
    let sum = 0;
    for (let k = 0; k < step * step; k++) {
      const x = Math.floor(left + ((k % step) * width) / SCENE_SIDE / step);
      const y = Math.floor(top + (Math.floor(k / step) * height) / SCENE_SIDE / step);
      sum += data[(y * width + x) * 3 + 1] ?? 0;
    }
    scene[i] = sum / (step * step);
  }
  return scene;
}
