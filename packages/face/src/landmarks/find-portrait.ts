import { InputError } from '../input-error.ts';
import { quarterTurn, type RgbImage } from '../pixels/pixels.ts';
import { resized } from '../pixels/resized.ts';
import { sampleRegion } from '../pixels/sampling.ts';
import { type FaceFinder, regionOfFace } from './face-finder.ts';
import { type FaceMesh, faceWidth, isTurnedAway, regionOfMesh } from './face-mesh.ts';
import { type Candidate, candidatesIn, isSecond, isUpright, MIN_PRESENCE, searchTiles } from './find-face.ts';
import { isMouthCovered } from './mouth-cover.ts';

/** Side of the picture that an avatar is made from. */
export const PORTRAIT_SIDE = 1024;
const MIN_FACE_WIDTH_PX = 60;
/** Width of the portrait in face widths, and how far down it the middle of the face lies. */
const PORTRAIT_FACE_WIDTHS = 2.8;
const FACE_HEIGHT_SHARE = 0.42;
/** Heads leaning more than this are set upright. */
const MAX_LEAN_RADIANS = (12 * Math.PI) / 180;
/** Smaller shifts of the network's window average its noise out. */
const MESH_SHIFTS: readonly (readonly [number, number])[] = [
  [0, 0],
  [0.02, 0.01],
  [-0.02, 0.015],
  [0.012, -0.02],
  [-0.012, -0.015],
];

/** Head and shoulders, `PORTRAIT_SIDE` pixels square. */
export type Portrait = {
  readonly image: RgbImage;
  /** 468 mesh points in portrait pixels. */
  readonly points: Float32Array;
  /** Portrait pixels per pixel of the photo; above 1 the photo was enlarged. */
  readonly enlargement: number;
  /** What was cut out of the photo, in its pixels. */
  readonly region: PortraitRegion;
};

/** A square; `rotation` in radians, clockwise. */
export type PortraitRegion = {
  readonly centerX: number;
  readonly centerY: number;
  readonly size: number;
  readonly rotation: number;
};

/**
 * Finds the one face of a photo, checks that an avatar can be made from it, and cuts the portrait. Throws `InputError`.
 * `keepLean` cuts upright also where the head leans.
 */
export async function findPortrait(
  finder: FaceFinder,
  photo: RgbImage,
  { keepLean = false }: { readonly keepLean?: boolean } = {},
): Promise<Portrait> {
  const found = await findInAnyOrientation(finder, photo);
  if (found.candidates.length === 0 && (await showsProfile(finder, photo))) throw new InputError('face-turned-away');
  const face = chooseFace(found.candidates);
  requireUsable(face);
  const region = portraitRegion(found.photo, face.mesh.points, keepLean);
  const image = await cutPortrait(found.photo, region);
  const mesh = await averageMesh(finder, image, regionInPortrait(face.mesh.points, region));
  if (isMouthCovered(image, mesh.points)) throw new InputError('mouth-covered');
  return { image, points: mesh.points, enlargement: PORTRAIT_SIDE / region.size, region };
}

async function findInAnyOrientation(
  finder: FaceFinder,
  photo: RgbImage,
): Promise<{ photo: RgbImage; candidates: Candidate[] }> {
  let turned = photo;
  for (let quarterTurns = 0; quarterTurns < 4; quarterTurns++) {
    if (quarterTurns > 0) turned = quarterTurn(turned);
    const candidates = await candidatesIn(finder, turned, await finder.detect(turned));
    if (candidates.length > 0) return { photo: turned, candidates };
  }
  for (const parts of [2, 4]) {
    const candidates = await searchTiles(finder, photo, parts);
    if (candidates.length > 0) return { photo, candidates };
  }
  return { photo, candidates: [] };
}

/** Faces seen from the side: the mesh takes hold of them and is lost. */
async function showsProfile(finder: FaceFinder, photo: RgbImage): Promise<boolean> {
  for (const face of await finder.detect(photo)) {
    const mesh = await finder.mesh(photo, regionOfFace(face));
    if (mesh.score >= MIN_PRESENCE && isUpright(mesh) && isTurnedAway(mesh)) return true;
  }
  return false;
}

function chooseFace(candidates: readonly Candidate[]): Candidate {
  const [largest, ...others] = candidates.toSorted((a, b) => b.width - a.width);
  if (largest === undefined) throw new InputError('no-face');
  if (others.some((other) => isSecond(other, largest))) throw new InputError('several-faces');
  return largest;
}

function requireUsable({ mesh, width }: Candidate): void {
  if (width < MIN_FACE_WIDTH_PX) throw new InputError('face-too-small');
  if (isTurnedAway(mesh)) throw new InputError('face-turned-away');
}

function portraitRegion(photo: RgbImage, points: Float32Array, keepLean: boolean): PortraitRegion {
  const face = regionOfMesh(points);
  const longest = Math.min(photo.width, photo.height);
  const size = Math.round(Math.min(faceWidth(points) * PORTRAIT_FACE_WIDTHS, longest));
  // On whole pixels, so that cutting does not blur.
  const within = (centre: number, length: number): number =>
    Math.min(length - size, Math.max(0, Math.round(centre - size / 2))) + size / 2;
  if (keepLean || Math.abs(face.rotation) <= MAX_LEAN_RADIANS) {
    const centerY = face.centerY + (0.5 - FACE_HEIGHT_SHARE) * size;
    return {
      centerX: within(face.centerX, photo.width),
      centerY: within(centerY, photo.height),
      size,
      rotation: 0,
    };
  }
  const down = (0.5 - FACE_HEIGHT_SHARE) * size;
  return {
    centerX: face.centerX - Math.sin(face.rotation) * down,
    centerY: face.centerY + Math.cos(face.rotation) * down,
    size,
    rotation: face.rotation,
  };
}

async function cutPortrait(photo: RgbImage, region: PortraitRegion): Promise<RgbImage> {
  // More than twice the portrait's pixels are averaged as they are taken: large photos need no more memory than others.
  const side = Math.min(2 * PORTRAIT_SIDE, Math.round(region.size));
  const floats = new Float32Array(side * side * 3);
  sampleRegion(photo, region, side, floats);
  const bytes = new Uint8Array(floats.length);
  for (let i = 0; i < floats.length; i++) bytes[i] = (floats[i] ?? 0) * 255 + 0.5;
  return resized({ width: side, height: side, data: bytes }, PORTRAIT_SIDE);
}

function regionInPortrait(points: Float32Array, region: PortraitRegion): ReturnType<typeof regionOfMesh> {
  const scale = PORTRAIT_SIDE / region.size;
  const cos = Math.cos(region.rotation) * scale;
  const sin = Math.sin(region.rotation) * scale;
  const moved = points.slice();
  for (let i = 0; i < moved.length; i += 2) {
    const dx = (points[i] ?? 0) - region.centerX;
    const dy = (points[i + 1] ?? 0) - region.centerY;
    moved[i] = dx * cos + dy * sin + PORTRAIT_SIDE / 2;
    moved[i + 1] = dy * cos - dx * sin + PORTRAIT_SIDE / 2;
  }
  return regionOfMesh(moved);
}

async function averageMesh(
  finder: FaceFinder,
  image: RgbImage,
  first: ReturnType<typeof regionOfMesh>,
): Promise<FaceMesh> {
  const start = await finder.mesh(image, first);
  const region = regionOfMesh(start.points);
  const points = new Float32Array(start.points.length);
  for (const [x, y] of MESH_SHIFTS) {
    const shifted = { ...region, centerX: region.centerX + x * region.size, centerY: region.centerY + y * region.size };
    const mesh = await finder.mesh(image, shifted);
    for (let i = 0; i < points.length; i++) points[i] = (points[i] ?? 0) + (mesh.points[i] ?? 0) / MESH_SHIFTS.length;
  }
  return { ...start, points };
}
