import { cameraFitter, faceStep, type HeadCamera, project, projectStep } from './head-camera.ts';
import { CHIN_AT, COLUMNS, POINT_COUNT, RIGID_COUNT, type SeenFace } from './seen-face.ts';

/** What the lower face does in one picture of the film. x and y of every point, in pixels of the picture. */
export type LowerFace = {
  /** With closed lips, as the person would hold them now. */
  readonly rest: Float32Array;
  /** As filmed. */
  readonly seen: Float32Array;
  /** Of the head's own horizontal in the picture. */
  readonly cos: number;
  readonly sin: number;
  /** Luma of the cheeks. */
  readonly light: number;
  /** How wide a point of the mouth is smeared by the head's motion while the picture is taken, in pixels. */
  readonly smearPx: number;
};

/** Lips meet nearer to the upper one: it moves by this share of their distance. */
const UPPER_SHARE = 0.18;
/** The chin follows the lower lip by this share of their distance. */
const CHIN_SHARE = 0.45;
/** The mouth's rest is that of the pictures around, in seconds, and the more of a picture the nearer its lips are. */
const REST_SPREAD_S = 0.5;
/** In half mouth widths. */
const CLOSED_GAP = 0.12;
const LEAST_WEIGHT = 0.004;
/** How much of a picture's lips is taken from the ones before and after it, against the network's noise. */
const NEIGHBOUR_SHARE = 0.15;
/** Films are exposed for half of a picture's time, as usual, and a smear along one direction is as soft as half of it all round. */
const SMEAR_PER_STEP = 0.5 * 0.5;
/** Nothing is smeared over more of the mouth than this, in half mouth widths of the picture that shows the face best. */
const MOST_SMEAR = 0.25;
/** Left and right outer corner of the eyes among the fixed points. */
const EYE_CORNERS = [0, 1] as const;
const INNER_UPPER_AT = COLUMNS;
const INNER_LOWER_AT = 2 * COLUMNS;
const MOUTH_MIDDLE_AT = INNER_UPPER_AT + (COLUMNS - 1) / 2;

/**
 * The face of one shot, on a head of its own: everything is measured against the picture that shows it best, so that what the
 * mouth does is told apart from what the head does.
 */
export class ShotFace {
  readonly #head: Float32Array;
  readonly #halfWidth: number;
  readonly #roll: readonly [x: number, y: number];
  readonly #cameras: (HeadCamera | null)[];
  /** Per picture, how far each point of the lower face lies from its place on the head, on the head's own axes. */
  readonly #strays: (Float32Array | null)[];
  /** The same with closed lips. */
  readonly #closed: (Float32Array | null)[];
  readonly #weights: Float32Array;
  readonly #lights: Float32Array;
  readonly #reach: number;

  /** `faces` holds null where none is seen; at least one is. */
  constructor(faces: readonly (SeenFace | null)[], picturesPerSecond: number) {
    const best = faces.reduce<SeenFace | null>((found, face) => betterOf(found, face), null);
    if (best === null) throw new Error('A shot without a face has none to follow.');
    this.#head = headOf(best);
    this.#halfWidth = halfWidthOf(best.lower);
    this.#roll = rollOf(best.rigid);
    const fit = cameraFitter(this.#head.subarray(0, 3 * RIGID_COUNT));
    this.#cameras = faces.map((face) => face && fit(face.rigid));
    this.#strays = faces.map((face, i) => face && this.#strayOf(face.lower, this.#cameras[i] as HeadCamera));
    this.#closed = this.#strays.map((stray) => stray && this.#closedOf(stray));
    this.#weights = Float32Array.from(this.#strays, (stray) => (stray === null ? 0 : this.#restWeight(stray)));
    this.#lights = Float32Array.from(faces, (face) => face?.light ?? 0);
    this.#reach = Math.max(1, Math.round(2 * REST_SPREAD_S * picturesPerSecond));
  }

  /** Null where no face is seen. */
  at(index: number): LowerFace | null {
    const camera = this.#cameras[index];
    if (camera === null || camera === undefined) return null;
    const [x, y] = projectStep(camera, ...this.#roll);
    const length = Math.hypot(x, y) || 1;
    return {
      rest: this.#project(camera, this.#restAt(index)),
      seen: this.#project(camera, this.#smoothed(index)),
      cos: x / length,
      sin: y / length,
      light: this.#lights[index] ?? 0,
      smearPx: Math.min(MOST_SMEAR * this.#halfWidth, SMEAR_PER_STEP * this.#stepAt(index)),
    };
  }

  /** How far the mouth travels with the head from one picture to the next, in pixels. */
  #stepAt(index: number): number {
    const [from, to] = [index - 1, index + 1].map((near) => (this.#cameras[near] ? near : index)) as [number, number];
    if (from === to) return 0;
    const [before, after] = [from, to].map((near) => this.#placeOf(this.#cameras[near] as HeadCamera, MOUTH_MIDDLE_AT));
    return Math.hypot((after?.[0] ?? 0) - (before?.[0] ?? 0), (after?.[1] ?? 0) - (before?.[1] ?? 0)) / (to - from);
  }

  /** Distance of the lips in a picture in half mouth widths. */
  gapAt(index: number): number {
    const stray = this.#strays[index];
    return stray === null || stray === undefined ? 0 : this.#gapOf(stray) / this.#halfWidth;
  }

  #strayOf(lower: Float32Array, camera: HeadCamera): Float32Array {
    const stray = new Float32Array(2 * POINT_COUNT);
    for (let k = 0; k < POINT_COUNT; k++) {
      const [x, y] = this.#placeOf(camera, k);
      stray.set(faceStep(camera, (lower[2 * k] ?? 0) - x, (lower[2 * k + 1] ?? 0) - y), 2 * k);
    }
    return stray;
  }

  #placeOf(camera: HeadCamera, k: number): [x: number, y: number] {
    const at = 3 * (RIGID_COUNT + k);
    return project(camera, this.#head[at] ?? 0, this.#head[at + 1] ?? 0, this.#head[at + 2] ?? 0);
  }

  #project(camera: HeadCamera, stray: Float32Array): Float32Array {
    const points = new Float32Array(2 * POINT_COUNT);
    for (let k = 0; k < POINT_COUNT; k++) {
      const [x, y] = this.#placeOf(camera, k);
      const [dx, dy] = projectStep(camera, stray[2 * k] ?? 0, stray[2 * k + 1] ?? 0);
      points.set([x + dx, y + dy], 2 * k);
    }
    return points;
  }

  /** From the upper to the lower lip in a column, on the head's axes. */
  #opening(stray: Float32Array, column: number, axis: 0 | 1): number {
    const on = (point: number): number =>
      (this.#head[3 * (RIGID_COUNT + point) + axis] ?? 0) + (stray[2 * point + axis] ?? 0);
    return on(INNER_LOWER_AT + column) - on(INNER_UPPER_AT + column);
  }

  #gapOf(stray: Float32Array): number {
    const middle = (COLUMNS - 1) / 2;
    const gaps = [middle - 2, middle, middle + 2].map((column) =>
      Math.hypot(this.#opening(stray, column, 0), this.#opening(stray, column, 1)),
    );
    return gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  }

  #closedOf(stray: Float32Array): Float32Array {
    const closed = stray.slice();
    for (const axis of [0, 1] as const) {
      for (let column = 0; column < COLUMNS; column++) {
        const opening = this.#opening(stray, column, axis);
        for (let curve = 0; curve < 4; curve++) {
          const at = 2 * (curve * COLUMNS + column) + axis;
          closed[at] = (closed[at] ?? 0) + opening * (curve < 2 ? UPPER_SHARE : UPPER_SHARE - 1);
        }
      }
      const chin = 2 * CHIN_AT + axis;
      closed[chin] = (closed[chin] ?? 0) - CHIN_SHARE * this.#opening(stray, (COLUMNS - 1) / 2, axis);
    }
    return closed;
  }

  #restWeight(stray: Float32Array): number {
    return Math.exp(-((this.#gapOf(stray) / (CLOSED_GAP * this.#halfWidth)) ** 2)) + LEAST_WEIGHT;
  }

  #restAt(index: number): Float32Array {
    const rest = new Float32Array(2 * POINT_COUNT);
    let total = 0;
    for (let near = index - this.#reach; near <= index + this.#reach; near++) {
      const closed = this.#closed[near];
      if (closed === null || closed === undefined) continue;
      const weight = (this.#weights[near] ?? 0) * Math.exp(-0.5 * ((2 * (near - index)) / this.#reach) ** 2);
      for (let i = 0; i < rest.length; i++) rest[i] = (rest[i] ?? 0) + weight * (closed[i] ?? 0);
      total += weight;
    }
    return rest.map((value) => value / total);
  }

  #smoothed(index: number): Float32Array {
    const own = this.#strays[index] as Float32Array;
    const before = this.#strays[index - 1] ?? own;
    const after = this.#strays[index + 1] ?? own;
    return own.map(
      (value, i) => value + NEIGHBOUR_SHARE * ((before[i] ?? 0) - value) + NEIGHBOUR_SHARE * ((after[i] ?? 0) - value),
    );
  }
}

/** The one that faces the camera with closed lips. */
function betterOf(found: SeenFace | null, face: SeenFace | null): SeenFace | null {
  if (face === null || found === null) return face ?? found;
  const cost = ({ yaw, lower }: SeenFace): number => {
    const middle = (COLUMNS - 1) / 2;
    const [upper, lowerLip] = [INNER_UPPER_AT + middle, INNER_LOWER_AT + middle];
    const gap = Math.hypot(
      (lower[2 * upper] ?? 0) - (lower[2 * lowerLip] ?? 0),
      (lower[2 * upper + 1] ?? 0) - (lower[2 * lowerLip + 1] ?? 0),
    );
    return Math.abs(yaw) + gap / halfWidthOf(lower);
  };
  return cost(face) < cost(found) ? face : found;
}

/** x, y, z of the fixed points, then of those of the lower face. */
function headOf({ rigid, lower, depths }: SeenFace): Float32Array {
  const head = new Float32Array(3 * (RIGID_COUNT + POINT_COUNT));
  for (let k = 0; k < RIGID_COUNT; k++) head.set([rigid[2 * k] ?? 0, rigid[2 * k + 1] ?? 0, depths[k] ?? 0], 3 * k);
  for (let k = 0; k < POINT_COUNT; k++) {
    const at = RIGID_COUNT + k;
    head.set([lower[2 * k] ?? 0, lower[2 * k + 1] ?? 0, depths[at] ?? 0], 3 * at);
  }
  return head;
}

function halfWidthOf(lower: Float32Array): number {
  const right = 2 * (COLUMNS - 1);
  return Math.hypot((lower[right] ?? 0) - (lower[0] ?? 0), (lower[right + 1] ?? 0) - (lower[1] ?? 0)) / 2 || 1;
}

function rollOf(rigid: Float32Array): readonly [x: number, y: number] {
  const [left, right] = EYE_CORNERS.map((k) => [rigid[2 * k] ?? 0, rigid[2 * k + 1] ?? 0]) as [
    [number, number],
    [number, number],
  ];
  return [right[0] - left[0], right[1] - left[1]];
}
