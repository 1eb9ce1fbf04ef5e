import { InputError } from '../input-error.ts';
import { cutSquare, quarterTurn, type RgbImage } from '../pixels/pixels.ts';
import { resized } from '../pixels/resized.ts';
import { sampleRegion } from '../pixels/sampling.ts';
import { type FaceFinder, type FaceMesh, type FoundFace, regionOfFace, regionOfMesh } from './face-finder.ts';
import { distanceBetween, EYE, type MeshPoint, meshPoint, POINT } from './mesh-points.ts';
import { isMouthCovered } from './mouth-cover.ts';

/** Side of the picture that an avatar is made from. */
export const PORTRAIT_SIDE = 1024;
const MIN_FACE_WIDTH_PX = 60;
const MAX_YAW_RADIANS = (30 * Math.PI) / 180;
/**
 * Tip of the nose from the middle of the face, in face widths: the tangent of the turn times 0.75, as far as the tip lies
 * before the ears.
 */
const MAX_NOSE_ASIDE = 0.37;
/** Least probability that a mesh lies on a face. */
export const MIN_PRESENCE = 0.6;
const MESH_STEPS = 5;
/** What leans more is no face in this orientation; the networks see faces in fur that lie on their side. */
const MAX_ROLL_RADIANS = (55 * Math.PI) / 180;
/** The detector's view of smaller parts holds nothing that it did not see before. */
const MIN_TILE_PX = 320;
/** Smaller faces than this part of the largest one are people in the background. */
const BYSTANDER_SHARE = 0.45;
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

type Candidate = { readonly mesh: FaceMesh; readonly width: number };

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

/** The detector sees 256 pixels: small faces show up in overlapping parts of the photo only. */
async function searchTiles(finder: FaceFinder, photo: RgbImage, parts: number): Promise<Candidate[]> {
  const side = Math.ceil(Math.max(photo.width, photo.height) / parts);
  const found: Candidate[] = [];
  if (side < MIN_TILE_PX) return found;
  for (let top = 0; top === 0 || top + side / 2 < photo.height; top += side / 2) {
    for (let left = 0; left === 0 || left + side / 2 < photo.width; left += side / 2) {
      const tile = cutSquare(photo, Math.floor(left), Math.floor(top), side);
      for (const face of await finder.detect(tile)) {
        const moved = { ...face, centerX: face.centerX + Math.floor(left), centerY: face.centerY + Math.floor(top) };
        found.push(...(await candidatesIn(finder, photo, [moved])));
      }
    }
  }
  return distinct(found);
}

async function candidatesIn(finder: FaceFinder, photo: RgbImage, faces: readonly FoundFace[]): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  for (const face of faces) {
    const mesh = await settledMesh(finder, photo, face);
    if (isUpright(mesh) && mesh.score >= MIN_PRESENCE) candidates.push({ mesh, width: faceWidth(mesh.points) });
  }
  return distinct(candidates);
}

/** Where a face fills the picture, the detector sees parts of it as further faces: their meshes move to the whole. */
async function settledMesh(finder: FaceFinder, photo: RgbImage, face: FoundFace): Promise<FaceMesh> {
  let mesh = await finder.mesh(photo, regionOfFace(face));
  for (let step = 1; step < MESH_STEPS && mesh.score >= MIN_PRESENCE; step++) {
    mesh = await finder.mesh(photo, regionOfMesh(mesh.points));
  }
  return mesh;
}

/** The largest of those that lie on one face. */
function distinct(candidates: readonly Candidate[]): Candidate[] {
  const kept: Candidate[] = [];
  for (const one of candidates.toSorted((a, b) => b.width - a.width)) {
    if (kept.every((larger) => distance(one, larger) > larger.width / 2)) kept.push(one);
  }
  return kept;
}

/** Faces seen from the side: the mesh takes hold of them and is lost. */
async function showsProfile(finder: FaceFinder, photo: RgbImage): Promise<boolean> {
  for (const face of await finder.detect(photo)) {
    const mesh = await finder.mesh(photo, regionOfFace(face));
    if (mesh.score >= MIN_PRESENCE && isUpright(mesh) && isTurnedAway(mesh)) return true;
  }
  return false;
}

function isUpright(mesh: FaceMesh): boolean {
  return Math.abs(regionOfMesh(mesh.points).rotation) <= MAX_ROLL_RADIANS;
}

/** A face of an upright picture, and whether someone else is to be seen who is no bystander. */
export type FaceInView = { readonly mesh: FaceMesh; readonly isAlone: boolean };

/** A place in a picture, in its pixels. */
export type Place = { readonly x: number; readonly y: number };

export type FaceWanted = {
  /** Small faces are looked for, too. */
  readonly thorough?: boolean;
  /** The face that lies where this one did. */
  readonly before?: FaceMesh | undefined;
  /** No other one will do. */
  readonly isSame?: boolean;
  /** The face whose nose is nearest to this place. */
  readonly near?: Place | undefined;
  /** None will do whose nose is farther away from it than it is wide. */
  readonly isNear?: boolean;
};

/** The face of an upright picture that is wanted, else the largest; undefined when there is none. */
export async function findFace(
  finder: FaceFinder,
  picture: RgbImage,
  { thorough = false, before, isSame = false, near, isNear = false }: FaceWanted = {},
): Promise<FaceInView | undefined> {
  const away = (one: Candidate): number => (near === undefined ? 0 : noseAway(one, near));
  const candidates = (await allIn(finder, picture, thorough)).filter((one) => !isNear || away(one) < one.width);
  const known = before && { mesh: before, width: faceWidth(before.points) };
  const same = known && candidates.find((one) => distance(one, known) < known.width / 2);
  if (same === undefined && isSame) return undefined;
  const face = same ?? candidates.toSorted((a, b) => away(a) - away(b) || b.width - a.width)[0];
  return face && { mesh: face.mesh, isAlone: !candidates.some((other) => other !== face && isSecond(other, face)) };
}

/** Every face of an upright picture, small ones where there are no others; the largest first. */
export async function findFaces(finder: FaceFinder, picture: RgbImage): Promise<FaceMesh[]> {
  return (await allIn(finder, picture, true)).map(({ mesh }) => mesh);
}

async function allIn(finder: FaceFinder, picture: RgbImage, thorough: boolean): Promise<Candidate[]> {
  const candidates = await candidatesIn(finder, picture, await finder.detect(picture));
  return candidates.length === 0 && thorough ? searchTiles(finder, picture, 2) : candidates;
}

/** Whether someone else is to be seen beside the face that `mesh` lies on. */
export async function isAccompanied(finder: FaceFinder, picture: RgbImage, mesh: FaceMesh): Promise<boolean> {
  const face = { mesh, width: faceWidth(mesh.points) };
  const others = (await finder.detect(picture)).filter((found) => !lieOnOneFace(found, mesh.points));
  return (await candidatesIn(finder, picture, others)).some(
    (other) => distance(other, face) > other.width / 2 && isSecond(other, face),
  );
}

function noseAway({ mesh }: Candidate, { x, y }: Place): number {
  const [noseX, noseY] = meshPoint(mesh.points, POINT.noseTip);
  return Math.hypot(noseX - x, noseY - y);
}

function lieOnOneFace({ centerX, centerY }: FoundFace, points: Float32Array): boolean {
  const [x, y] = meshPoint(points, POINT.noseTip);
  return Math.hypot(centerX - x, centerY - y) < faceWidth(points) / 4;
}

function chooseFace(candidates: readonly Candidate[]): Candidate {
  const [largest, ...others] = candidates.toSorted((a, b) => b.width - a.width);
  if (largest === undefined) throw new InputError('no-face');
  if (others.some((other) => isSecond(other, largest))) throw new InputError('several-faces');
  return largest;
}

function isSecond(other: Candidate, face: Candidate): boolean {
  return other.width > face.width * BYSTANDER_SHARE;
}

function requireUsable({ mesh, width }: Candidate): void {
  if (width < MIN_FACE_WIDTH_PX) throw new InputError('face-too-small');
  if (isTurnedAway(mesh)) throw new InputError('face-turned-away');
}

export function isTurnedAway(mesh: FaceMesh): boolean {
  return Math.abs(yawOf(mesh)) > MAX_YAW_RADIANS || isNoseAside(mesh);
}

/** Turn of the head to the side in radians, from the outer corners of the eyes. */
export function yawOf(mesh: FaceMesh): number {
  const depth = (mesh.depths[EYE.right.outer] ?? 0) - (mesh.depths[EYE.left.outer] ?? 0);
  return Math.atan2(depth, distanceBetween(mesh.points, EYE.left.outer, EYE.right.outer));
}

/** Whether the tip of the nose covers one side of the face: from about 26 degrees on. */
function isNoseAside({ points, region }: FaceMesh): boolean {
  const along = (point: MeshPoint): number => {
    const [x, y] = meshPoint(points, point);
    return x * Math.cos(region.rotation) + y * Math.sin(region.rotation);
  };
  const [left, right] = [along(POINT.earLeft), along(POINT.earRight)];
  return Math.abs((along(POINT.noseTip) - left) / (right - left) - 0.5) > MAX_NOSE_ASIDE;
}

/** Between the points of the mesh before the ears. */
export function faceWidth(points: Float32Array): number {
  return distanceBetween(points, POINT.earLeft, POINT.earRight);
}

function distance(a: Candidate, b: Candidate): number {
  const [ax, ay] = meshPoint(a.mesh.points, POINT.noseTip);
  const [bx, by] = meshPoint(b.mesh.points, POINT.noseTip);
  return Math.hypot(ax - bx, ay - by);
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
