import { LOOP_JOINT_FRAMES } from '@visavis/media/frames';
import { poseMisfit } from './head-track.ts';
import { type ClipSurvey, pictureDistance } from './survey-clip.ts';
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
/** A loop shorter by so many pictures is as bad as one whose ends differ by one more usual step. */
const SHORTNESS_FRAMES = 60;
/** Of so many pictures of a piece the head of one is compared. */
const SAMPLE_EVERY = 10;
/** What a misfit of the heads counts, see `poseMisfit`. */
export const POSE_WEIGHT = 20;
/** Pictures beside the turning points of a loop, or its joint, in which the eyes are open and look straight. */
const RESTFUL_ENDS = 3;
/** Of a loop's pictures this share may show closed or half-closed eyes; what it counts. */
const MAX_BLINKING_SHARE = 0.25;
const BLINKING_WEIGHT = 4;

/**
 * The best loop: a piece whose end meets its start, melted over a few pictures, or else a piece that runs forth and back
 * between two moments of rest. Undefined when no piece of pictures that can be shown is long enough.
 */
export function chooseLoop(faces: readonly TrackedFace[], survey: ClipSurvey): LoopChoice | undefined {
  const steps = faces.slice(1).map((face, i) => pictureDistance(faces[i] as TrackedFace, face));
  const usualStep = Math.max(0.3, steps.toSorted((a, b) => a - b)[steps.length >> 1] ?? 0);
  return chooseRound(faces, survey, usualStep) ?? chooseForthAndBack(faces, survey, steps);
}

function chooseRound(faces: readonly TrackedFace[], survey: ClipSurvey, usualStep: number): LoopChoice | undefined {
  let best: LoopChoice | undefined;
  let bestCost = Infinity;
  for (const count of ROUND_COUNTS) {
    for (let first = 0; first + count <= faces.length; first++) {
      const end = first + count;
      // A clip made as a loop has nothing beyond its ends.
      const isWhole = first === 0 && end === faces.length;
      if (first < MELT_COUNT && !isWhole) continue;
      const meltCount = isWhole ? 0 : MELT_COUNT;
      if (isUnusable(survey, first - meltCount, end)) continue;
      const seam = Math.max(RESTFUL_ENDS, meltCount);
      const around = isWhole ? first : first - meltCount;
      if (!isRestful(survey, end - seam, end) || !isRestful(survey, around, around + seam)) continue;
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
      const cost = known + restlessness(faces, survey, first, end);
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

function chooseForthAndBack(
  faces: readonly TrackedFace[],
  survey: ClipSurvey,
  steps: readonly number[],
): LoopChoice | undefined {
  let best: LoopChoice | undefined;
  let bestCost = Infinity;
  for (let total = MAX_FRAMES; total >= LOOP_JOINT_FRAMES; total -= LOOP_JOINT_FRAMES) {
    const count = total / 2 + 1;
    for (let first = 0; first + count <= faces.length; first++) {
      const end = first + count;
      if (isUnusable(survey, first, end)) continue;
      // The head turns back where it hardly moves, and not with the eyes half closed.
      const ends = RESTFUL_ENDS;
      if (!isRestful(survey, first, first + ends) || !isRestful(survey, end - ends, end)) continue;
      const turning = (steps[first] ?? 0) + (steps[end - 2] ?? 0);
      const known = turning + (MAX_FRAMES - total) / SHORTNESS_FRAMES;
      if (known >= bestCost) continue;
      const cost = known + restlessness(faces, survey, first, end);
      if (cost < bestCost) {
        bestCost = cost;
        const order = Array.from({ length: total }, (_unused, i) => (i < count ? i : total - i));
        best = { first, count, order, meltCount: 0 };
      }
    }
  }
  return best;
}

function isUnusable({ shots, canShow, isOpenEyed }: ClipSurvey, first: number, end: number): boolean {
  if (shots[first] !== shots[end - 1]) return true;
  let blinking = 0;
  for (let index = first; index < end; index++) {
    if (!canShow[index]) return true;
    if (!isOpenEyed[index]) blinking++;
  }
  return blinking > MAX_BLINKING_SHARE * (end - first);
}

function isRestful(survey: ClipSurvey, from: number, end: number): boolean {
  return survey.isRestful.slice(from, end).every(Boolean);
}

/** What makes a piece a worse loop: talk, blinks, and a head that turns, or looks aside. */
function restlessness(faces: readonly TrackedFace[], survey: ClipSurvey, first: number, end: number): number {
  const poses = sampled(faces.slice(first, end));
  const middle = poses[poses.length >> 1] as TrackedFace;
  const spread = mean(poses.map((pose) => poseMisfit(pose, middle)));
  const aside = mean(poses.map(({ yaw }) => Math.abs(yaw)));
  const blinking = mean(survey.isOpenEyed.slice(first, end).map((isOpen) => (isOpen ? 0 : 1)));
  return 2 * talkingShare(faces, first, end) + POSE_WEIGHT * spread + 2 * aside + BLINKING_WEIGHT * blinking;
}

/** Pictures over all of a piece, its last one too. */
export function sampled(faces: readonly TrackedFace[]): TrackedFace[] {
  const steps = Math.ceil((faces.length - 1) / SAMPLE_EVERY);
  return Array.from(
    { length: steps + 1 },
    (_unused, i) => faces[Math.round((i * (faces.length - 1)) / Math.max(1, steps))] as TrackedFace,
  );
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function talkingShare(faces: readonly TrackedFace[], first: number, end: number): number {
  return faces.slice(first, end).filter(({ lipGap }) => lipGap > 0.08).length / (end - first);
}
