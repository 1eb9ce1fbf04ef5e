import { faceWidth } from './find-portrait.ts';
import type { TrackedFace } from './track-face.ts';

/** What of a clip can be shown. Every list has an entry for each of its pictures. */
export type ClipSurvey = {
  /** Number of the shot; no cut lies within one. */
  readonly shots: readonly number[];
  /** A loop may show it. */
  readonly canShow: readonly boolean[];
  /** A loop may begin and end here, and a still be taken: the eyes are open. */
  readonly isOpenEyed: readonly boolean[];
  /** Gap between the lids as a share of that of open eyes. */
  readonly openness: readonly number[];
};

/** Every so-manieth mesh point is compared. */
const POINT_STEP = 9;
/** What a grey value of the scene counts against a pixel of the face a thousand pixels wide. */
const SCENE_WEIGHT = 2;

/** A cut changes the picture by more than this, and so many times more than the motion around it. */
const MIN_CUT = 24;
const CUT_OVER_MOTION = 3.5;
/** Pictures on both sides of a picture in which motion shows: pictures of a slow stream are shown several times. */
const MOTION_REACH = 6;
/** Pictures beside a cut that are not used: the head's path is smoothed over them. */
const CUT_MARGIN = 5;

/** Opening of the lids, as a share of that of open eyes, below which they are closed, or droop. */
const CLOSED_SHARE = 0.75;
const DROOPING_SHARE = 0.83;
/** A blink closes the eyes for so many pictures at most; lids that droop for longer than this look drowsy, or down. */
const MAX_BLINK = 12;
const MAX_DROOP = 25;
/** Of the gaps between the lids in a shot this quantile is the widest; eyes are open from this share of it on. */
const WIDEST_QUANTILE = 0.97;
const WIDE_SHARE = 0.8;
/** Gaps that differ by less are the same. */
const SAME_GAP = 0.06;

/** How far apart two pictures of the clip are: face and scene. */
export function pictureDistance(a: TrackedFace, b: TrackedFace): number {
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
 * Finds cuts, and stretches in which the eyes are closed for longer than in a blink. Loops show neither, nor a face that
 * is turned away, out of sight, or not alone.
 */
export function surveyClip(faces: readonly TrackedFace[]): ClipSurvey {
  const shots = shotsOf(faces);
  const isSeen = faces.map(isInSight);
  const openness = opennessOf(faces, shots, isSeen);
  const isClosedLong = longRuns(openness, CLOSED_SHARE, MAX_BLINK);
  const isDrooping = longRuns(openness, DROOPING_SHARE, MAX_DROOP);
  return {
    shots,
    canShow: isSeen.map(
      (seen, index) => seen && !isNearCut(shots, index) && !isClosedLong[index] && !isDrooping[index],
    ),
    isOpenEyed: isSeen.map((seen, index) => seen && (openness[index] ?? 0) >= DROOPING_SHARE),
    openness,
  };
}

function isInSight({ isTurnedAway, isAway, isAccompanied }: TrackedFace): boolean {
  return !isTurnedAway && !isAway && !isAccompanied;
}

function shotsOf(faces: readonly TrackedFace[]): number[] {
  const steps = faces.slice(1).map((face, i) => pictureDistance(faces[i] as TrackedFace, face));
  let shot = 0;
  return faces.map((_face, index) => {
    if (index > 0 && isCut(steps, index - 1)) shot++;
    return shot;
  });
}

/** Whether the step to the next picture is no motion: it stands out from all steps around it. */
function isCut(steps: readonly number[], index: number): boolean {
  const step = steps[index] ?? 0;
  if (step < MIN_CUT) return false;
  const around = [
    ...steps.slice(Math.max(0, index - MOTION_REACH), index),
    ...steps.slice(index + 1, index + 1 + MOTION_REACH),
  ];
  // Two pictures that flash up are two cuts: the largest step beside this one does not count.
  const [, second = 0] = around.toSorted((a, b) => b - a);
  return step > CUT_OVER_MOTION * second;
}

function isNearCut(shots: readonly number[], index: number): boolean {
  const [before, after] = [
    shots[Math.max(0, index - CUT_MARGIN)],
    shots[Math.min(shots.length - 1, index + CUT_MARGIN)],
  ];
  return before !== after;
}

/** Of the lids, as shares of that of open eyes in the same shot. */
function opennessOf(faces: readonly TrackedFace[], shots: readonly number[], isSeen: readonly boolean[]): number[] {
  const gapsOfShots = new Map<number, number[]>();
  for (const [index, { lidGap }] of faces.entries()) {
    if (!isSeen[index]) continue;
    const shot = shots[index] ?? 0;
    const gaps = gapsOfShots.get(shot);
    if (gaps === undefined) gapsOfShots.set(shot, [lidGap]);
    else gaps.push(lidGap);
  }
  const open = new Map([...gapsOfShots].map(([shot, gaps]) => [shot, openGap(gaps)]));
  return faces.map(({ lidGap }, index) => lidGap / (open.get(shots[index] ?? 0) || Infinity));
}

/** The gap of eyes that are simply open: the commonest of the wide ones, so that neither surprise nor long rest is the measure. */
function openGap(gaps: readonly number[]): number {
  const sorted = gaps.toSorted((a, b) => a - b);
  const wide = WIDE_SHARE * (sorted[Math.floor(WIDEST_QUANTILE * (sorted.length - 1))] ?? 0);
  let best = 0;
  let mostNear = 0;
  for (const gap of sorted) {
    if (gap < wide) continue;
    const near = sorted.filter((other) => Math.abs(other - gap) < SAME_GAP * gap).length;
    if (near >= mostNear) [best, mostNear] = [gap, near];
  }
  return best;
}

/** Pictures in runs longer than `longest` of values below `limit`. */
function longRuns(values: readonly number[], limit: number, longest: number): boolean[] {
  const isLong = values.map(() => false);
  for (let from = 0; from < values.length; from++) {
    let end = from;
    while (end < values.length && (values[end] ?? 0) < limit) end++;
    if (end - from > longest) isLong.fill(true, from, end);
    from = end;
  }
  return isLong;
}
