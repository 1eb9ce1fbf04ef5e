import { HEAD_STILL, type HeadMotion } from '../core/head-motion.ts';
import type { LifeFrame } from './life-script.ts';
import type { AvatarManifest } from './manifest.ts';

/** What is seen of a turn: the tip of the nose lies this many widths of the face before the axis that the head turns about. */
const NOSE_REACH = 0.7;
/** The nearest point of a depth map lies half its range before the axis. */
const RANGE_PER_REACH = 2;
/** A full nod, in radians and widths of the face. */
const NOD_PITCH = 0.12;
const NOD_DOWN = 0.015;
/** Wider turns show what the pictures of the bundle do not hold. */
const MOST: Readonly<Record<keyof HeadMotion, number>> = {
  yaw: 0.15,
  pitch: 0.13,
  roll: 0.12,
  right: 0.12,
  down: 0.08,
  lids: 1,
  lookRight: 1,
  lookDown: 1,
};
/** Travel of the irises at the most, in source pixels of a 1024 picture. */
const LOOK_PX = 3.4;
/** Eyes turn in a head whose nose is five times as far from its axis as irises are from theirs. */
const IRIS_SHARE = 0.06;
/** The rest of the way that eyes may go from the middle. */
const MOST_GAZE_PX = 5.5;

/** Moves a frame of the idle life as the motion says. */
export type TurnHead = (frame: LifeFrame, motion: HeadMotion, nod: number) => LifeFrame;

export function createHeadTurn(manifest: AvatarManifest): TurnHead {
  const xs = manifest.landmarks.faceOval.map(([x]) => x);
  const faceWidthPx = Math.max(...xs) - Math.min(...xs);
  const reachPx = RANGE_PER_REACH * NOSE_REACH * faceWidthPx;
  return (frame, motion, nod) => {
    const turn = reachPx * Math.sin(motion.yaw);
    const sink = reachPx * Math.sin(motion.pitch + nod * NOD_PITCH);
    const gaze = (at: number, away: number, turned: number): number =>
      Math.max(-MOST_GAZE_PX, Math.min(MOST_GAZE_PX, at + away * LOOK_PX - IRIS_SHARE * turned));
    const unit = manifest.sourceSizePx / 1024;
    return {
      head: {
        ...frame.head,
        shiftX: frame.head.shiftX + motion.right * faceWidthPx,
        shiftY: frame.head.shiftY + (motion.down + nod * NOD_DOWN) * faceWidthPx,
        roll: frame.head.roll + motion.roll,
        turn: frame.head.turn + turn,
        nod: frame.head.nod + sink,
      },
      lidClosure: Math.max(frame.lidClosure, motion.lids),
      gazeX: gaze(frame.gazeX, motion.lookRight, turn / unit),
      gazeY: gaze(frame.gazeY, motion.lookDown, sink / unit),
    };
  };
}

/** The motion with what is out of range brought into it; what is not a number counts as 0. */
export function boundedMotion(motion: HeadMotion | undefined): HeadMotion {
  if (motion === undefined) return HEAD_STILL;
  const within = (name: keyof HeadMotion): number => {
    const value = motion[name];
    return value >= -MOST[name] ? Math.min(value, MOST[name]) : value < 0 ? -MOST[name] : 0;
  };
  return {
    yaw: within('yaw'),
    pitch: within('pitch'),
    roll: within('roll'),
    right: within('right'),
    down: within('down'),
    lids: Math.max(0, within('lids')),
    lookRight: within('lookRight'),
    lookDown: within('lookDown'),
  };
}
