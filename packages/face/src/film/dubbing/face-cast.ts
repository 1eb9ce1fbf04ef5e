import type { Picture } from '@visavis/media/core';
import { type FaceMesh, faceWidth, regionOfMesh } from '../../landmarks/face-mesh.ts';
import type { Place } from '../../landmarks/find-face.ts';
import { lipGap, meshPoint, POINT } from '../../landmarks/mesh-points.ts';
import type { SquareRegion } from '../../pixels/sampling.ts';
import type { FaceWatch } from './face-watch.ts';

/** A face in one of the pictures that were looked at. */
export type CastSample = {
  readonly index: number;
  /** Of the tip of the nose. */
  readonly place: Place;
  readonly widthPx: number;
  /** Between the lips, in distances of the eyes. */
  readonly gap: number;
};

/** One of the faces of a scene, in the order of its pictures. */
export type CastFace = { readonly samples: readonly CastSample[] };

export type CastScene = {
  readonly first: number;
  /** Pictures that were looked at. */
  readonly sampleCount: number;
  readonly faces: readonly CastFace[];
};

type FollowedFace = { readonly samples: CastSample[]; region: SquareRegion | null };

/** So often, in pictures that are looked at, further faces are searched for, and so few of them are followed at once. */
const SEARCH_EVERY = 8;
const MOST_FACES = 6;
/** A face that comes back within so many pictures, this near in face widths, is the same one. */
const SAME_AFTER = 60;
const SAME_WITHIN = 0.75;

/** Follows all faces of one scene. */
export class SceneCast {
  readonly #watch: FaceWatch;
  readonly #first: number;
  readonly #faces: FollowedFace[] = [];
  #sampleCount = 0;

  constructor(watch: FaceWatch, first: number) {
    this.#watch = watch;
    this.#first = first;
  }

  async see(picture: Picture, index: number): Promise<void> {
    for (const face of this.#faces) {
      if (face.region === null) continue;
      const mesh = await this.#watch.stay(picture, face.region);
      face.region = mesh === undefined ? null : regionOfMesh(mesh.points);
      if (mesh !== undefined) face.samples.push(sampleOf(mesh, index));
    }
    if (this.#sampleCount % SEARCH_EVERY === 0) {
      const found = await this.#watch.all(picture);
      for (const mesh of found.slice(0, MOST_FACES)) this.#meet(mesh, index);
    }
    this.#sampleCount += 1;
  }

  finish(): CastScene {
    return { first: this.#first, sampleCount: this.#sampleCount, faces: this.#faces };
  }

  /** A face that is followed already, one that comes back, or a new one. */
  #meet(mesh: FaceMesh, index: number): void {
    const sample = sampleOf(mesh, index);
    const near = this.#faces.filter(({ samples }) => {
      const last = samples.at(-1) as CastSample;
      return index - last.index <= SAME_AFTER && away(last.place, sample.place) < SAME_WITHIN * sample.widthPx;
    });
    if (near.some(({ samples }) => samples.at(-1)?.index === index)) return;
    const region = regionOfMesh(mesh.points);
    const [lost] = near;
    if (lost !== undefined) {
      lost.region = region;
      lost.samples.push(sample);
    } else if (this.#faces.filter((face) => face.region !== null).length < MOST_FACES) {
      this.#faces.push({ samples: [sample], region });
    }
  }
}

export function away(a: Place, b: Place): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function sampleOf({ points }: FaceMesh, index: number): CastSample {
  const [x, y] = meshPoint(points, POINT.noseTip);
  return { index, place: { x, y }, widthPx: faceWidth(points), gap: lipGap(points) };
}
