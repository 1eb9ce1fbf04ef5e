import { faceWidth } from '../landmarks/face-mesh.ts';
import { meshPoint, POINT } from '../landmarks/mesh-points.ts';
import { chooseLoop, type LoopChoice, mean, POSE_WEIGHT, sampled } from './choose-loop.ts';
import { poseMisfit } from './head-track.ts';
import { type ClipSurvey, quantile } from './survey-clip.ts';
import type { TrackedFace } from './track-face.ts';

/** A loop, and the picture that mouth, smile and brows are made from. */
export type ClipView = { readonly loop: LoopChoice; readonly still: number };

/**
 * The largest misfit of the still against a picture of its loop, see `poseMisfit`. Beyond it the drawn mouth, which an
 * affine motion carries along, comes off the head: the jaw lies on neck or hair.
 */
const MAX_MISFIT = 0.04;
/** Stills that are compared with every picture of the loop. */
const COMPARED_STILLS = 12;
/** Searches for a loop, each without what the one before could not show. */
const MAX_SEARCHES = 16;
/** Pictures between two stills that are tried when the clip gives no loop. */
const STILLS_APART = 12;
const MAX_STILLS = 3;

/** The best loop whose every picture the still's mouth fits; undefined when the clip has none. */
export function chooseView(faces: readonly TrackedFace[], survey: ClipSurvey): ClipView | undefined {
  let canShow = survey.canShow;
  for (let search = 0; search < MAX_SEARCHES; search++) {
    const loop = chooseLoop(faces, { ...survey, canShow });
    if (loop === undefined) return undefined;
    const best = chooseStill(faces, survey, loop);
    if (best === undefined) canShow = without(canShow, shownBy(loop));
    else if (best.misfits.length === 0) return { loop, still: best.still };
    else canShow = without(canShow, best.misfits);
  }
  return undefined;
}

/** The best picture of the loop's shot, and the pictures of the loop that do not fit it: none, where one fits all. */
function chooseStill(
  faces: readonly TrackedFace[],
  survey: ClipSurvey,
  loop: LoopChoice,
): { readonly still: number; readonly misfits: readonly number[] } | undefined {
  const shown = shownBy(loop);
  const poses = sampled(shown.map((index) => faces[index] as TrackedFace));
  const noses = poses.map(({ points }) => meshPoint(points, POINT.noseTip));
  const middle = ([0, 1] as const).map((axis) =>
    quantile(
      noses.map((nose) => nose[axis]),
      0.5,
    ),
  );
  const stills = rankedStills(faces, survey, (face, index) => {
    if (survey.shots[index] !== survey.shots[loop.first]) return Infinity;
    const [x, y] = meshPoint(face.points, POINT.noseTip);
    const aside = Math.hypot(x - (middle[0] ?? 0), y - (middle[1] ?? 0));
    const misfit = mean(poses.map((pose) => poseMisfit(face, pose)));
    return 2 * Math.abs(face.yaw) + POSE_WEIGHT * misfit + 2 * (aside / (faceWidth(face.points) || 1));
  });
  const compared = stills.slice(0, COMPARED_STILLS).map((still) => {
    const face = faces[still] as TrackedFace;
    return { still, misfits: shown.filter((index) => poseMisfit(face, faces[index] as TrackedFace) > MAX_MISFIT) };
  });
  return compared.toSorted((a, b) => a.misfits.length - b.misfits.length)[0];
}

/** The best pictures of the whole clip to make an avatar from as from a photo, best first and not next to each other. */
export function bestStills(faces: readonly TrackedFace[], survey: ClipSurvey): number[] {
  const chosen: number[] = [];
  const ranked = rankedStills(
    faces,
    survey,
    (face, index, blur) => 6 * Math.abs(face.yaw) + 6 * (survey.aside[index] ?? 0) + 2 * blur,
  );
  for (const still of ranked) {
    if (chosen.every((other) => Math.abs(other - still) >= STILLS_APART)) chosen.push(still);
    if (chosen.length === MAX_STILLS) break;
  }
  return chosen;
}

/** Pictures with open eyes: the mouth closed, the eyes wide, sharp, and little of `cost`; an infinite one leaves a picture out. */
function rankedStills(
  faces: readonly TrackedFace[],
  { isOpenEyed, openness }: ClipSurvey,
  cost: (face: TrackedFace, index: number, blur: number) => number,
): number[] {
  const sharpest =
    quantile(
      faces.map(({ sharpness }) => sharpness),
      0.8,
    ) || 1;
  const costs = faces.map((face, index) => {
    if (!isOpenEyed[index]) return Infinity;
    const blur = Math.max(0, 1 - face.sharpness / sharpest);
    const closing = 20 * Math.max(0, face.lipGap - 0.02) + 2.5 * Math.max(0, 1 - (openness[index] ?? 0));
    return closing + 0.8 * blur + cost(face, index, blur);
  });
  return [...costs.keys()]
    .filter((index) => Number.isFinite(costs[index]))
    .toSorted((a, b) => (costs[a] ?? 0) - (costs[b] ?? 0));
}

/** The pictures of the clip that a loop shows, those that melt into its end included. */
function shownBy({ first, count, meltCount }: LoopChoice): number[] {
  return Array.from({ length: count + meltCount }, (_unused, i) => first - meltCount + i);
}

function without(canShow: readonly boolean[], pictures: readonly number[]): boolean[] {
  const kept = [...canShow];
  for (const index of pictures) kept[index] = false;
  return kept;
}
