import type { Picture } from '@visavis/media/core';
import { type FaceMesh, regionOfMesh } from '../../landmarks/face-mesh.ts';
import type { Place } from '../../landmarks/find-face.ts';
import type { SquareRegion } from '../../pixels/sampling.ts';
import type { FaceWatch } from './face-watch.ts';

/** A picture of the film, before the face is looked for. */
export type SeenPicture = {
  readonly picture: Picture;
  /** A new scene begins with this picture. */
  readonly isCut: boolean;
  /** Of the picture in the film. */
  readonly index: number;
  /** Luma of the whole picture, small. */
  readonly scene: Uint8Array;
};

/** Pictures between two searches for a face that is not there, and two of them with care. */
const SEARCH_EVERY = 5;
const SEARCH_WELL_EVERY = 25;
/** Pictures after which a face that is not there any more has left. */
const GONE_AFTER = 25;
/** Of the scene, for cuts. */
const SCENE_SIDE = 32;
/** A mean change of luma that may be a cut, and how many times more it is than the motion in the pictures before. */
const JUMP = 12;
const CUT_OVER_MOTION = 3.5;
const MOTION_REACH = 6;

/** Where the speaker's face lies in a picture; null: nobody in it is followed. */
export type SpeakerAt = (index: number) => Place | null;

/** Follows one face through the pictures of a film. Keeps nothing of earlier pictures but where the face was. */
export class FaceFollower {
  readonly #watch: FaceWatch;
  readonly #speaker: Place | SpeakerAt | undefined;
  #count = 0;
  #region: SquareRegion | undefined;
  #last: FaceMesh | undefined;
  #scene: Uint8Array | undefined;
  readonly #changes: number[] = [];
  #sinceSeen = 0;

  constructor(watch: FaceWatch, speaker?: Place | SpeakerAt) {
    this.#watch = watch;
    this.#speaker = speaker;
  }

  /** Every picture of the film, in order. */
  see(picture: Picture): SeenPicture {
    const scene = sceneOf(picture);
    const isCut = this.#scene !== undefined && this.#isCut(sceneDistance(scene, this.#scene));
    this.#scene = scene;
    return { picture, isCut, scene, index: this.#count++ };
  }

  /** The face in a picture, in pixels of it; undefined where there is none. In order; pictures without a cut may be left out. */
  async find({ picture, isCut, index }: SeenPicture): Promise<FaceMesh | undefined> {
    if (isCut) [this.#region, this.#last, this.#sinceSeen] = [undefined, undefined, 0];
    const mesh = (await this.#stay(picture)) ?? (await this.#search(picture, index));
    if (mesh === undefined) {
      this.#sinceSeen += 1;
      this.#region = undefined;
    } else {
      this.#sinceSeen = 0;
      this.#last = mesh;
      this.#region = regionOfMesh(mesh.points);
    }
    return mesh;
  }

  /** The face in a picture left out, where it is in one beside it. */
  findNear(picture: Picture, { points }: FaceMesh): Promise<FaceMesh | undefined> {
    return this.#watch.stay(picture, regionOfMesh(points));
  }

  async #stay(picture: Picture): Promise<FaceMesh | undefined> {
    return this.#region && (await this.#watch.stay(picture, this.#region));
  }

  async #search(picture: Picture, index: number): Promise<FaceMesh | undefined> {
    if (this.#sinceSeen % SEARCH_EVERY !== 0) return undefined;
    const isFollowed = typeof this.#speaker === 'function';
    const near = typeof this.#speaker === 'function' ? this.#speaker(index) : this.#speaker;
    if (near === null) return undefined;
    return await this.#watch.search(picture, {
      thorough: this.#sinceSeen % SEARCH_WELL_EVERY === 0,
      before: this.#last,
      // Who is lost for a moment is not somebody else; who has left may come back at another place.
      isSame: this.#last !== undefined && this.#sinceSeen < GONE_AFTER,
      near,
      isNear: isFollowed,
    });
  }

  /** A cut changes the scene by much, and by much more than the motion before it. */
  #isCut(change: number): boolean {
    const motion = Math.max(0, ...this.#changes);
    this.#changes.push(change);
    if (this.#changes.length > MOTION_REACH) this.#changes.shift();
    return change > JUMP && change > CUT_OVER_MOTION * motion;
  }
}

/** Luma of the whole picture, `SCENE_SIDE` values square. */
function sceneOf({ width, height, data }: Picture): Uint8Array {
  const scene = new Uint8Array(SCENE_SIDE * SCENE_SIDE);
  const taps = 4;
  for (let i = 0; i < scene.length; i++) {
    let sum = 0;
    for (let k = 0; k < taps * taps; k++) {
      const column = (i % SCENE_SIDE) + (k % taps) / taps;
      const row = Math.floor(i / SCENE_SIDE) + Math.floor(k / taps) / taps;
      sum += data[Math.floor((row * height) / SCENE_SIDE) * width + Math.floor((column * width) / SCENE_SIDE)] ?? 0;
    }
    scene[i] = sum / (taps * taps);
  }
  return scene;
}

/** Mean difference of luma. */
export function sceneDistance(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? 0)), 0) / a.length;
}
