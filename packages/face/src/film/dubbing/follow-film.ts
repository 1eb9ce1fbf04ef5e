import type { Picture } from '@visavis/media/core';
import type { FaceMesh } from '../../landmarks/face-mesh.ts';
import { eyeDistance, PLACES } from '../../landmarks/mesh-points.ts';
import type { FaceFollower, SeenPicture } from './track-film.ts';

/** Where a picture of the film shows the face. */
export type Sighting = SeenPicture & {
  /** In pixels of the picture; undefined where there is none. */
  readonly mesh: FaceMesh | undefined;
};

/** The face is looked for at least so often, and in no more pictures than needed for that. */
const LOOK_EVERY_S = 0.08;
const MOST_SKIPPED = 3;
/** A change of motion, in distances of the eyes a step, up to which a head is where a straight way puts it. */
const EVEN = 0.04;

/** Pictures of a rate between two in which the face is looked for. */
export function skippedAt(picturesPerSecond: number): number {
  return Math.min(MOST_SKIPPED, Math.max(0, Math.round(LOOK_EVERY_S * picturesPerSecond) - 1));
}

/** Pictures that are in use at once: those of two steps, and one that is decoded. */
export function picturesAtOnce(picturesPerSecond: number): number {
  return 2 * (skippedAt(picturesPerSecond) + 1) + 1;
}

type Follower = Pick<FaceFollower, 'see' | 'find' | 'findNear'>;

/**
 * The face in every picture of a film, in order. It is looked for while the pictures before are measured, and not in every one: a head
 * that moves evenly is in between where a straight way puts it. Pictures keep their memory until the next one is asked for.
 */
export async function* followFilm(
  pictures: AsyncIterable<Picture>,
  follower: Follower,
  picturesPerSecond: number,
): AsyncGenerator<Sighting, undefined> {
  const skipped = skippedAt(picturesPerSecond);
  const steps = new Steps(follower);
  let waiting: SeenPicture[] = [];
  for await (const picture of pictures) {
    const seen = follower.see(picture);
    if (seen.isCut) {
      yield* steps.advance(waiting);
      waiting = [];
    }
    waiting.push(seen);
    if (waiting.length <= skipped && steps.isFaceSeen && !seen.isCut) continue;
    yield* steps.advance(waiting);
    waiting = [];
  }
  yield* steps.advance(waiting);
  yield* steps.advance([]);
  return undefined;
}

/** Pictures up to the next one in which the face is looked for, which is the last. */
type Step = { readonly pictures: readonly SeenPicture[]; readonly mesh: Promise<FaceMesh | undefined> };

/** Looks for the face in the last picture of a step while the step before is handed out. */
class Steps {
  readonly #follower: Follower;
  #step: Step | null = null;
  /** Of the two steps handed out last, the later one first. */
  #last: FaceMesh | undefined;
  #before: FaceMesh | undefined;

  constructor(follower: Follower) {
    this.#follower = follower;
  }

  get isFaceSeen(): boolean {
    return this.#last !== undefined;
  }

  /** The step before; the pictures of the next one may be none. */
  async *advance(pictures: readonly SeenPicture[]): AsyncGenerator<Sighting, void> {
    const step = this.#step;
    const final = pictures.at(-1);
    if (final === undefined && step === null) return;
    const found = await step?.mesh;
    const mesh = final && this.#follower.find(final);
    // Answered for where it is awaited, also when the film ends before.
    mesh?.catch(() => {});
    this.#step = mesh === undefined ? null : { pictures, mesh };
    if (step === null) return;
    const isCut = step.pictures[0]?.isCut === true;
    const [last, before] = isCut ? [] : [this.#last, this.#before];
    for (const [i, seen] of step.pictures.entries()) {
      const share = (i + 1) / step.pictures.length;
      yield { ...seen, mesh: share === 1 ? found : await this.#between(seen, share, [before, last, found]) };
    }
    [this.#before, this.#last] = [last, found];
  }

  async #between(seen: SeenPicture, share: number, meshes: readonly Mesh[]): Promise<Mesh> {
    const [before, last, found] = meshes;
    if (before && last && found && movesEvenly(before, last, found)) return meshBetween(last, found, share);
    const near = last ?? found;
    return near && (await this.#follower.findNear(seen.picture, near));
  }
}

type Mesh = FaceMesh | undefined;

/** Whether a head moved on as it did before, given three of its meshes that are equally far apart in time. */
export function movesEvenly(before: FaceMesh, last: FaceMesh, found: FaceMesh): boolean {
  const bend = (at: number): number =>
    (before.points[at] as number) - 2 * (last.points[at] as number) + (found.points[at] as number);
  const sum = PLACES.steady.reduce((total, point) => total + Math.hypot(bend(2 * point), bend(2 * point + 1)), 0);
  return sum / PLACES.steady.length < EVEN * eyeDistance(found.points);
}

function meshBetween(one: FaceMesh, other: FaceMesh, share: number): FaceMesh {
  const mixed = (from: Float32Array, to: Float32Array): Float32Array =>
    from.map((value, i) => value + ((to[i] as number) - value) * share);
  return { ...other, points: mixed(one.points, other.points), depths: mixed(one.depths, other.depths) };
}
