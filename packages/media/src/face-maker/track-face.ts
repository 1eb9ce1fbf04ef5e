import { type Clip, readPictures } from './clip-reader.ts';
import { type FaceFinder, type FaceMesh, meshPoint, regionOfMesh } from './face-finder.ts';
import { findFace, isTurnedAway, MIN_PRESENCE, yawOf } from './find-portrait.ts';
import type { RgbImage, SquareRegion } from './image-sampler.ts';
import { InputError } from './input-error.ts';

/** The face in one picture of a clip. Lengths in pixels of the upright clip. */
export type TrackedFace = {
  /** 468 mesh points. */
  readonly points: Float32Array;
  readonly isTurnedAway: boolean;
  /** Turn to the side in radians. */
  readonly yaw: number;
  /** Distance of the lips in distances of the outer corners of the eyes; closed lips measure up to about 0.04. */
  readonly lipGap: number;
  /** Opening of the lids in distances of the outer corners of the eyes. */
  readonly lidGap: number;
  /** Energy of the finest detail of the face. */
  readonly sharpness: number;
  /** Luma of the whole picture, `SCENE_SIDE` values square. */
  readonly scene: Uint8Array;
};

const SCENE_SIDE = 32;
/** What is decoded for tracking: the networks see 192 and 256 pixels. */
const TRACKING_SIDE_PX = 1280;
/** A clip without a face in its first seconds is given up. */
const SEARCH_S = 2;
/** Pictures between two searches for a face that is not there, and between two looks for other people. */
const SEARCH_EVERY = 5;
const LOOK_AROUND_EVERY = 50;
/** A face may be hidden for this long. What is seen for less before it is lost is none. */
const MAX_LOST_S = 0.4;

type Options = { readonly signal?: AbortSignal | undefined; readonly onPicture?: (index: number) => void };

/**
 * Follows the one face through the clip. Every picture has an entry; pictures in which the face is hidden for a moment
 * take that of the one before. Throws `InputError`.
 */
export async function trackFace(finder: FaceFinder, clip: Clip, options: Options = {}): Promise<TrackedFace[]> {
  const scale = Math.min(1, TRACKING_SIDE_PX / Math.max(clip.widthPx, clip.heightPx));
  const width = 2 * Math.round((clip.widthPx * scale) / 2);
  const height = 2 * Math.round((clip.heightPx * scale) / 2);
  const faces: (TrackedFace | undefined)[] = [];
  let region: SquareRegion | undefined;
  let seen = 0;
  let lost = 0;
  for await (const data of readPictures(clip, `scale=${width}:${height}:flags=area,format=rgb24`, options.signal)) {
    const picture = { width, height, data };
    const index = faces.length;
    const mesh = await follow(finder, picture, region, index);
    region = mesh === undefined ? undefined : regionOfMesh(mesh.points);
    lost = mesh === undefined ? lost + 1 : 0;
    if (mesh !== undefined) seen += 1;
    if (seen === 0 && lost >= SEARCH_S * clip.pictureRate - 1) throw new InputError('no-face');
    if (seen > 0 && lost > MAX_LOST_S * clip.pictureRate) {
      throw new InputError(seen > MAX_LOST_S * clip.pictureRate ? 'face-lost' : 'no-face');
    }
    faces.push(mesh && describe(picture, mesh, clip.widthPx / width, clip.heightPx / height));
    options.onPicture?.(index);
  }
  return fillGaps(faces, MAX_LOST_S * clip.pictureRate);
}

async function follow(
  finder: FaceFinder,
  picture: RgbImage,
  region: SquareRegion | undefined,
  index: number,
): Promise<FaceMesh | undefined> {
  if (region !== undefined) {
    const mesh = await finder.mesh(picture, region);
    if (index % LOOK_AROUND_EVERY === 0) await findFace(finder, picture);
    if (mesh.score >= MIN_PRESENCE) return mesh;
    return findFace(finder, picture);
  }
  if (index % SEARCH_EVERY !== 0) return undefined;
  return findFace(finder, picture, { thorough: index % LOOK_AROUND_EVERY === 0 });
}

function fillGaps(faces: readonly (TrackedFace | undefined)[], longest: number): TrackedFace[] {
  const first = faces.findIndex((face) => face !== undefined);
  if (first < 0) throw new InputError('no-face');
  if (first > Math.max(longest, SEARCH_EVERY)) throw new InputError('face-lost');
  let last = faces[first] as TrackedFace;
  return faces.map((face) => {
    if (face !== undefined) last = face;
    return last;
  });
}

function describe(picture: RgbImage, mesh: FaceMesh, scaleX: number, scaleY: number): TrackedFace {
  const { points } = mesh;
  const gap = (a: number, b: number): number => {
    const [ax, ay] = meshPoint(points, a);
    const [bx, by] = meshPoint(points, b);
    return Math.hypot(ax - bx, ay - by);
  };
  const eyes = gap(33, 263) || 1;
  return {
    points: points.map((value, i) => value * (i % 2 === 0 ? scaleX : scaleY)),
    isTurnedAway: isTurnedAway(mesh),
    yaw: yawOf(mesh),
    lipGap: (gap(13, 14) + gap(82, 87) + gap(312, 317)) / 3 / eyes,
    lidGap: (gap(159, 145) + gap(386, 374)) / 2 / eyes,
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
