import { LOOP_JOINT_FRAMES } from '../frames/manifest.ts';
import { faceWidth } from './find-portrait.ts';
import { poseMisfit } from './head-track.ts';
import type { TrackedFace } from './track-face.ts';

/** Which pictures of a clip the life loop shows. Pictures are counted from `first`; `order` is the bundle's. */
export type LoopChoice = {
  readonly first: number;
  readonly count: number;
  readonly order: readonly number[];
  /** The last so many pictures melt into those before `first`. */
  readonly meltCount: number;
};

/** The longest loop: ten seconds. */
const MAX_FRAMES = 250;
/** Lengths of a piece that runs round; one of 60 pictures is shown five times, so that the loop is whole joints long. */
const ROUND_COUNTS = [250, 200, 150, 100, 60, 50] as const;
/** Pictures that melt into each other where the end meets the start. */
const MELT_COUNT = 8;
/** A jump up to this many times the usual step between two pictures is not seen once melted. */
const MAX_JUMP_STEPS = 4;
/** Every so-manieth mesh point is compared. */
const POINT_STEP = 9;
/** What a grey value of the scene counts against a pixel of the face a thousand pixels wide. */
const SCENE_WEIGHT = 2;

/** A loop shorter by so many pictures is as bad as one whose ends differ by one more usual step. */
const SHORTNESS_FRAMES = 60;
/** Of so many pictures of a piece the head of one is compared. */
const SAMPLE_EVERY = 10;
/** What a misfit of the heads counts, see `poseMisfit`. */
const POSE_WEIGHT = 20;

/** How far apart two pictures of the clip are: face and scene. */
function pictureDistance(a: TrackedFace, b: TrackedFace): number {
  const unit = 1000 / (faceWidth(a.points) || 1);
  let points = 0;
  let count = 0;
  for (let i = 0; i < a.points.length; i += 2 * POINT_STEP) {
    points += Math.hypot((a.points[i] ?? 0) - (b.points[i] ?? 0), (a.points[i + 1] ?? 0) - (b.points[i + 1] ?? 0));
    count++;
  }
  let scene = 0;
  for (let i = 0; i < a.scene.length; i++) scene += Math.abs((a.scene[i] ?? 0) - (b.scene[i] ?? 0));
  return (unit * points) / count + (SCENE_WEIGHT * scene) / a.scene.length;
}

/**
 * The picture to make the mouth and the other drawn parts from: mouth closed, eyes open, facing the camera, sharp, and the
 * head placed and turned as in the loop. Undefined when the face is turned away in all of them.
 */
export function chooseStill(faces: readonly TrackedFace[], loop: LoopChoice): number | undefined {
  const shown = faces.slice(loop.first, loop.first + loop.count);
  const upper = (values: number[], share: number): number =>
    values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? 0;
  const lids = upper(
    faces.map(({ lidGap }) => lidGap),
    0.7,
  );
  const sharpest =
    upper(
      faces.map(({ sharpness }) => sharpness),
      0.8,
    ) || 1;
  const middle = [0, 1].map((axis) =>
    upper(
      shown.map(({ points }) => points[2 + axis] ?? 0),
      0.5,
    ),
  );
  const poses = sampled(shown);
  let best: number | undefined;
  let bestCost = Infinity;
  for (const [index, face] of faces.entries()) {
    if (face.isTurnedAway || face.isAway) continue;
    const aside = Math.hypot((face.points[2] ?? 0) - (middle[0] ?? 0), (face.points[3] ?? 0) - (middle[1] ?? 0));
    const cost =
      20 * Math.max(0, face.lipGap - 0.02) +
      25 * Math.max(0, lids - face.lidGap) +
      2 * Math.abs(face.yaw) +
      POSE_WEIGHT * mean(poses.map((pose) => poseMisfit(face, pose))) +
      0.8 * Math.max(0, 1 - face.sharpness / sharpest) +
      2 * (aside / (faceWidth(face.points) || 1));
    if (cost < bestCost) {
      best = index;
      bestCost = cost;
    }
  }
  return best;
}

/**
 * The best loop: a piece whose end meets its start, melted over a few pictures, or else a piece that runs forth and back
 * between two moments of rest. Undefined when no piece is long enough without the face turning away, or out of sight.
 */
export function chooseLoop(faces: readonly TrackedFace[]): LoopChoice | undefined {
  const steps = faces.slice(1).map((face, i) => pictureDistance(faces[i] as TrackedFace, face));
  const usualStep = Math.max(0.3, steps.toSorted((a, b) => a - b)[steps.length >> 1] ?? 0);
  return chooseRound(faces, usualStep) ?? chooseForthAndBack(faces, steps);
}

function chooseRound(faces: readonly TrackedFace[], usualStep: number): LoopChoice | undefined {
  let best: LoopChoice | undefined;
  let bestCost = Infinity;
  for (const count of ROUND_COUNTS) {
    for (let first = 0; first + count <= faces.length; first++) {
      const end = first + count;
      // A clip made as a loop has nothing beyond its ends.
      const isWhole = first === 0 && end === faces.length;
      if (first < MELT_COUNT && !isWhole) continue;
      const meltCount = isWhole ? 0 : MELT_COUNT;
      if (isUnusable(faces, first - meltCount, end)) continue;
      let jump = 0;
      if (isWhole)
        jump = Math.max(0, pictureDistance(faces[end - 1] as TrackedFace, faces[0] as TrackedFace) - usualStep);
      else {
        for (let k = 1; k <= meltCount; k++)
          jump += pictureDistance(faces[end - k] as TrackedFace, faces[first - k] as TrackedFace) / meltCount;
      }
      if (jump > MAX_JUMP_STEPS * usualStep) continue;
      const known = jump / usualStep + (MAX_FRAMES - count) / SHORTNESS_FRAMES;
      if (known >= bestCost) continue;
      const cost = known + restlessness(faces, first, end);
      if (cost < bestCost) {
        bestCost = cost;
        best = { first, count, order: roundOrder(count), meltCount };
      }
    }
  }
  return best;
}

function roundOrder(count: number): number[] {
  let length: number = count;
  while (length % LOOP_JOINT_FRAMES !== 0) length += count;
  return Array.from({ length }, (_unused, i) => i % count);
}

function chooseForthAndBack(faces: readonly TrackedFace[], steps: readonly number[]): LoopChoice | undefined {
  let best: LoopChoice | undefined;
  let bestCost = Infinity;
  for (let total = MAX_FRAMES; total >= LOOP_JOINT_FRAMES; total -= LOOP_JOINT_FRAMES) {
    const count = total / 2 + 1;
    for (let first = 0; first + count <= faces.length; first++) {
      const end = first + count;
      if (isUnusable(faces, first, end)) continue;
      // The head turns back where it hardly moves, and not with the eyes half closed.
      const turning = (steps[first] ?? 0) + (steps[end - 2] ?? 0);
      const known = turning + (MAX_FRAMES - total) / SHORTNESS_FRAMES;
      if (known >= bestCost) continue;
      const cost = known + restlessness(faces, first, end);
      if (cost < bestCost) {
        bestCost = cost;
        const order = Array.from({ length: total }, (_unused, i) => (i < count ? i : total - i));
        best = { first, count, order, meltCount: 0 };
      }
    }
  }
  return best;
}

function isUnusable(faces: readonly TrackedFace[], first: number, end: number): boolean {
  return faces.slice(first, end).some((face) => face.isTurnedAway || face.isAway);
}

/** What makes a piece a worse loop: talk, and a head that turns, or looks aside. */
function restlessness(faces: readonly TrackedFace[], first: number, end: number): number {
  const poses = sampled(faces.slice(first, end));
  const middle = poses[poses.length >> 1] as TrackedFace;
  const spread = mean(poses.map((pose) => poseMisfit(pose, middle)));
  const aside = mean(poses.map(({ yaw }) => Math.abs(yaw)));
  return 2 * talkingShare(faces, first, end) + POSE_WEIGHT * spread + 2 * aside;
}

/** Pictures over all of a piece, its last one too. */
function sampled(faces: readonly TrackedFace[]): TrackedFace[] {
  const steps = Math.ceil((faces.length - 1) / SAMPLE_EVERY);
  return Array.from(
    { length: steps + 1 },
    (_unused, i) => faces[Math.round((i * (faces.length - 1)) / Math.max(1, steps))] as TrackedFace,
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function talkingShare(faces: readonly TrackedFace[], first: number, end: number): number {
  return faces.slice(first, end).filter(({ lipGap }) => lipGap > 0.08).length / (end - first);
}
