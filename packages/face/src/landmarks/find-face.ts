import { cutSquare, type RgbImage } from '../pixels/pixels.ts';
import { type FaceFinder, type FoundFace, regionOfFace } from './face-finder.ts';
import { type FaceMesh, faceWidth, regionOfMesh } from './face-mesh.ts';
import { meshPoint, POINT } from './mesh-points.ts';

/** Least probability that a mesh lies on a face. */
export const MIN_PRESENCE = 0.6;
const MESH_STEPS = 5;
/** What leans more is no face in this orientation; the networks see faces in fur that lie on their side. */
const MAX_ROLL_RADIANS = (55 * Math.PI) / 180;
/** The detector's view of smaller parts holds nothing that it did not see before. */
const MIN_TILE_PX = 320;
/** Smaller faces than this part of the largest one are people in the background. */
const BYSTANDER_SHARE = 0.45;

export type Candidate = { readonly mesh: FaceMesh; readonly width: number };

/** The detector sees 256 pixels: small faces show up in overlapping parts of the photo only. */
export async function searchTiles(finder: FaceFinder, photo: RgbImage, parts: number): Promise<Candidate[]> {
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

export async function candidatesIn(
  finder: FaceFinder,
  photo: RgbImage,
  faces: readonly FoundFace[],
): Promise<Candidate[]> {
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

export function isUpright(mesh: FaceMesh): boolean {
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

export function isSecond(other: Candidate, face: Candidate): boolean {
  return other.width > face.width * BYSTANDER_SHARE;
}

function distance(a: Candidate, b: Candidate): number {
  const [ax, ay] = meshPoint(a.mesh.points, POINT.noseTip);
  const [bx, by] = meshPoint(b.mesh.points, POINT.noseTip);
  return Math.hypot(ax - bx, ay - by);
}
