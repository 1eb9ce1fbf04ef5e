import { FaceFinder, regionOfFace } from '../../packages/face/src/landmarks/face-finder.ts';
import { type FaceMesh, regionOfMesh } from '../../packages/face/src/landmarks/face-mesh.ts';
import {
  distanceBetween,
  EYE,
  eyeDistance,
  lipGap,
  type MeshPoint,
  meshPoint,
  PLACES,
  POINT,
  rollOf,
} from '../../packages/face/src/landmarks/mesh-points.ts';
import { rgbOf } from '../../packages/face/src/pixels/pixels.ts';
import type { Picture } from '../../packages/media/src/core/picture.ts';

/** What a face does in one picture. Angles in degrees. */
export type FaceSample = {
  /** Where the upper face is, in widths of the face. */
  readonly x: number;
  readonly y: number;
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
  /** Height of the brows over the corners of the eyes, width of the mouth, gap between the lips: in distances of the eyes. */
  readonly brows: number;
  readonly mouthWidth: number;
  readonly lipGap: number;
  /** Height of the eyes' opening, likewise. */
  readonly lids: number;
};

/** Follows the face of a film by landmarks of a network that has no part in drawing. */
export class LifeMeter {
  readonly #finder: FaceFinder;
  #region: ReturnType<typeof regionOfFace> | null = null;
  #faceWidth: number | null = null;

  static async open(): Promise<LifeMeter> {
    return new LifeMeter(await FaceFinder.open());
  }

  constructor(finder: FaceFinder) {
    this.#finder = finder;
  }

  /** Another film begins. */
  restart(): void {
    this.#region = null;
    this.#faceWidth = null;
  }

  /** Null where no face is found. */
  async sample(picture: Picture): Promise<FaceSample | null> {
    if (this.#region === null) {
      const image = { width: picture.width, height: picture.height, data: rgbOf(picture) };
      const face = (await this.#finder.detect(image))[0];
      if (face === undefined) return null;
      this.#region = regionOfFace(face);
    }
    const mesh = await this.#finder.meshOfPicture(picture, this.#region);
    if (mesh.score < 0.5) {
      this.#region = null;
      return null;
    }
    this.#region = regionOfMesh(mesh.points);
    this.#faceWidth ??= distanceBetween(mesh.points, POINT.earLeft, POINT.earRight);
    return sampleOf(mesh, this.#faceWidth);
  }

  close(): void {
    this.#finder.close();
  }
}

const DEGREES = 180 / Math.PI;

function sampleOf({ points, depths }: FaceMesh, faceWidth: number): FaceSample {
  const eyes = eyeDistance(points);
  const steady = PLACES.upperFace.map((point) => meshPoint(points, point));
  const mean = (axis: 0 | 1): number => steady.reduce((sum, place) => sum + place[axis], 0) / steady.length;
  /** Turn of the line between two points out of the picture. */
  const slant = (from: MeshPoint, to: MeshPoint): number =>
    Math.atan2((depths[to] ?? 0) - (depths[from] ?? 0), distanceBetween(points, from, to)) * DEGREES;
  const browOf = ({ brow, inner, outer }: typeof EYE.left): number => {
    const [ax, ay] = meshPoint(points, inner);
    const [bx, by] = meshPoint(points, outer);
    const length = Math.hypot(bx - ax, by - ay);
    const heights = brow.map((point) => {
      const [x, y] = meshPoint(points, point);
      return Math.abs((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / length;
    });
    return heights.reduce((sum, height) => sum + height, 0) / heights.length / eyes;
  };
  const lidsOf = ({ top, bottom }: typeof EYE.left): number => distanceBetween(points, top, bottom) / eyes;
  return {
    x: mean(0) / faceWidth,
    y: mean(1) / faceWidth,
    yaw: (slant(POINT.templeLeft, POINT.templeRight) + slant(EYE.left.outer, EYE.right.outer)) / 2,
    pitch: slant(POINT.foreheadTop, POINT.noseBase),
    roll: rollOf(points) * DEGREES,
    brows: (browOf(EYE.left) + browOf(EYE.right)) / 2,
    mouthWidth: distanceBetween(points, POINT.mouthLeft, POINT.mouthRight) / eyes,
    lipGap: lipGap(points),
    lids: (lidsOf(EYE.left) + lidsOf(EYE.right)) / 2,
  };
}
