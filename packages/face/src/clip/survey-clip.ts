import { faceWidth } from '../landmarks/face-mesh.ts';
import type { TrackedFace } from './track-face.ts';

/** What of a clip can be shown. Every list has an entry for each of its pictures. */
export type ClipSurvey = {
  /** Number of the shot; no cut lies within one. */
  readonly shots: readonly number[];
  /** A loop may show it. */
  readonly canShow: readonly boolean[];
  /** A still may be taken: the eyes are open. */
  readonly isOpenEyed: readonly boolean[];
  /** A loop may begin and end here: the eyes are open and look where they look for most of the shot. */
  readonly isRestful: readonly boolean[];
  /** Gap between the lids as a share of that of open eyes. */
  readonly openness: readonly number[];
  /** How far beside the camera the eyes look, see `EyeLook.gaze`. */
  readonly aside: readonly number[];
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

/** A face that turns away within so many pictures is no still: it hardly faces the camera here either. */
const SEEN_MARGIN = 3;

/** Opening of the lids, as a share of that of open eyes, below which they are closed, or droop. */
const CLOSED_SHARE = 0.75;
const DROOPING_SHARE = 0.83;
/** A blink closes the eyes for so many pictures at most; lids that droop for longer than this look drowsy, or down. */
const MAX_BLINK = 12;
const MAX_DROOP = 25;
/** Of the gaps between the lids in a shot this quantile is the widest; eyes are open from this share of it on. */
const WIDEST_QUANTILE = 0.97;
const WIDE_SHARE = 0.8;
/** Gaps that differ by a smaller share are the same, and gazes that differ by less. */
const SAME_GAP = 0.06;
const SAME_GAZE = 0.05;
/** Eyes with so small a gap and so little contrast in it are never open: no white beside an iris. */
const SHUT = { gap: 0.075, contrast: 0.2 } as const;

/** Eyes that look at one point turn against the head by so much for a radian of its turn. */
const GAZE_PER_YAW = 0.85;
/** A gaze so far from the usual one of the shot, or from the camera, looks away: by some 15 and 35 degrees. */
const MAX_GAZE_ASIDE = 0.12;
const MAX_GAZE_FROM_CAMERA = 0.28;
/** Longer than a glance, in pictures. */
const MAX_GLANCE = 12;

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
  const isOpenEyed = openness.map((share, index) => share >= DROOPING_SHARE && isSeenAround(isSeen, index));
  const isAside = asideOf(faces, shots, isOpenEyed);
  const isAsideLong = longRuns(
    isAside.map((aside) => (aside ? 0 : 1)),
    0.5,
    MAX_GLANCE,
  );
  return {
    shots,
    canShow: isSeen.map(
      (seen, index) =>
        seen && !isNearCut(shots, index) && !isClosedLong[index] && !isDrooping[index] && !isAsideLong[index],
    ),
    isOpenEyed,
    isRestful: isOpenEyed.map((isOpen, index) => isOpen && !isAside[index]),
    aside: faces.map((face) => Math.abs(gazeOf(face))),
    openness,
  };
}

export function isInSight({ isTurnedAway, isAway, isAccompanied }: TrackedFace): boolean {
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

function isSeenAround(isSeen: readonly boolean[], index: number): boolean {
  return isSeen.slice(Math.max(0, index - SEEN_MARGIN), index + SEEN_MARGIN + 1).every(Boolean);
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
  const open = ofEachShot(faces, shots, isSeen, openGap);
  return faces.map(({ lidGap }, index) => lidGap / (open.get(shots[index] ?? 0) ?? Infinity));
}

function ofEachShot(
  faces: readonly TrackedFace[],
  shots: readonly number[],
  counts: readonly boolean[],
  measure: (faces: readonly TrackedFace[]) => number,
): ReadonlyMap<number, number> {
  const measured = new Map<number, number>();
  for (const shot of new Set(shots)) {
    const shown = faces.filter((_face, index) => shots[index] === shot && counts[index]);
    if (shown.length > 0) measured.set(shot, measure(shown));
  }
  return measured;
}

/**
 * The gap of eyes that are simply open: the commonest of the wide ones, so that neither surprise nor long rest is the
 * measure. Infinite where they are never open.
 */
function openGap(faces: readonly TrackedFace[]): number {
  const gaps = faces.map(({ lidGap }) => lidGap);
  const widest = quantile(gaps, WIDEST_QUANTILE);
  const contrast = quantile(
    faces.map(({ eyes }) => eyes.contrast),
    WIDEST_QUANTILE,
  );
  if (widest < SHUT.gap && contrast < SHUT.contrast) return Infinity;
  const wide = gaps.filter((gap) => gap >= WIDE_SHARE * widest);
  return commonest(wide, (gap, other) => Math.abs(other - gap) < SAME_GAP * gap);
}

/** Beside the camera, to both sides from 0: with the turn of the head, against which the eyes turn. */
function gazeOf({ eyes, yaw }: TrackedFace): number {
  return eyes.gaze - 0.5 + GAZE_PER_YAW * yaw;
}

/** Where the eyes look away from where they look for most of the shot. Those that show no iris look where they did before. */
function asideOf(faces: readonly TrackedFace[], shots: readonly number[], isOpenEyed: readonly boolean[]): boolean[] {
  const usual = ofEachShot(faces, shots, isOpenEyed, (shown) =>
    commonest(shown.map(gazeOf), (gaze, other) => Math.abs(other - gaze) < SAME_GAZE),
  );
  let isAside = false;
  return faces.map((face, index) => {
    const gaze = gazeOf(face);
    const change = gaze - (usual.get(shots[index] ?? 0) ?? gaze);
    const isKnown = isOpenEyed[index] && face.eyes.contrast >= SHUT.contrast;
    if (isKnown) isAside = Math.abs(change) > MAX_GAZE_ASIDE || Math.abs(gaze) > MAX_GAZE_FROM_CAMERA;
    return isAside;
  });
}

/** The value that has most others near it; of several the last one. */
function commonest(values: readonly number[], isNear: (value: number, other: number) => boolean): number {
  let best = Number.NaN;
  let mostNear = -1;
  for (const value of values.toSorted((a, b) => a - b)) {
    const near = values.filter((other) => isNear(value, other)).length;
    if (near >= mostNear) [best, mostNear] = [value, near];
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

export function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? 0;
}
