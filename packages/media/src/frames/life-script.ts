import { FRAMES_PER_SECOND } from '../core/audio-format.ts';
import { seededRandom } from '../core/random.ts';
import { smoothStep } from '../core/smooth-step.ts';
import type { HeadPose } from './head-motion.ts';

/** Frames of a piece of life: ten seconds, which begin and end in the same place, so that they are a loop by themselves. */
export const PIECE_FRAME_COUNT = FRAMES_PER_SECOND * 10;
const PIECE_COUNT = 12;
/** Frames in a life loop: two minutes, in which no ten seconds are like others. */
export const LOOP_FRAME_COUNT = PIECE_FRAME_COUNT * PIECE_COUNT;
/** The head leaves its place within this time of a piece's beginning, and is back as long before its end. */
const RETURN_FRAMES = 32;
const BLINK_COUNT = 3;
const BREATH_COUNT = 2;
/** Shortest time between two blinks. */
const BLINK_GAP_FRAMES = 36;
/** How far the lids are down, frame by frame: fast down, slow up, 200 to 280 ms in all. */
const BLINK_SHAPES: readonly (readonly number[])[] = [
  [0.33, 1, 1, 0.66, 0.33],
  [0.66, 1, 0.66, 0.33],
  [0.33, 0.66, 1, 1, 0.66, 0.33],
];

/** What the idle person does at one frame. */
export type LifeFrame = {
  readonly head: HeadPose;
  /** 0 open … 1 closed. */
  readonly lidClosure: number;
  /** Travel of the irises in source pixels of a 1024 picture. */
  readonly gazeX: number;
  readonly gazeY: number;
};

/** One life loop for a seed: the same seed gives the same life, and the last frame leads into the first. */
export function writeLifeScript(seed: string): readonly LifeFrame[] {
  const breathPhase = seededRandom(`breath:${seed}`)();
  return Array.from({ length: PIECE_COUNT }, (_, piece) =>
    writePiece(seededRandom(`life:${seed}:${piece}`), breathPhase),
  ).flat();
}

function writePiece(random: () => number, breathPhase: number): readonly LifeFrame[] {
  const shiftX = wave(random, 6);
  const shiftY = wave(random, 2.6);
  const roll = wave(random, 0.022);
  const growth = wave(random, 0.006);
  const turn = wave(random, 22);
  const nod = wave(random, 11);
  const lids = writeBlinks(random);
  const gaze = writeGaze(random);
  return Array.from({ length: PIECE_FRAME_COUNT }, (_, index) => {
    const breathAngle = 2 * Math.PI * ((index * BREATH_COUNT) / PIECE_FRAME_COUNT + breathPhase);
    const fixation = gaze[index] ?? [0, 0];
    const turnPx = turn(index);
    const nodPx = nod(index);
    return {
      head: {
        shiftX: shiftX(index),
        shiftY: shiftY(index),
        roll: roll(index),
        growth: growth(index),
        turn: turnPx,
        nod: nodPx,
        // In-breath quicker than out-breath.
        breath: 1.6 * (Math.sin(breathAngle) + 0.25 * Math.sin(2 * breathAngle)),
      },
      lidClosure: lids[index] ?? 0,
      // The eyes stay on the viewer while the head turns under them.
      gazeX: fixation[0] - 0.06 * turnPx,
      gazeY: fixation[1] - 0.06 * nodPx,
    };
  });
}

/** Slow irregular motion: six harmonics of the piece, weaker with frequency; never beyond `amplitude`, at rest at both ends. */
function wave(random: () => number, amplitude: number): (index: number) => number {
  const parts = Array.from({ length: 6 }, (_, k) => ({
    cycles: k + 1,
    strength: (0.4 + random()) / (k + 1) ** 0.9,
    phase: random() * 2 * Math.PI,
  }));
  const value = (index: number): number =>
    parts.reduce(
      (sum, part) =>
        sum + part.strength * Math.sin((2 * Math.PI * part.cycles * index) / PIECE_FRAME_COUNT + part.phase),
      0,
    ) * smoothStep(0, RETURN_FRAMES, Math.min(index, PIECE_FRAME_COUNT - index));
  let peak = 1e-6;
  for (let i = 0; i < PIECE_FRAME_COUNT; i++) peak = Math.max(peak, Math.abs(value(i)));
  return (index) => (value(index) / peak) * amplitude;
}

function writeBlinks(random: () => number): Float32Array {
  const lids = new Float32Array(PIECE_FRAME_COUNT);
  const spare = PIECE_FRAME_COUNT - BLINK_COUNT * BLINK_GAP_FRAMES;
  const shares = Array.from({ length: BLINK_COUNT }, () => 0.25 + random());
  const total = shares.reduce((sum, share) => sum + share, 0);
  let at = Math.floor(random() * 20) + 20;
  for (const share of shares) {
    const shape = BLINK_SHAPES[Math.floor(random() * BLINK_SHAPES.length)] ?? [1];
    for (const [i, closure] of shape.entries()) lids[(at + i) % PIECE_FRAME_COUNT] = closure;
    at += BLINK_GAP_FRAMES + Math.floor((spare * share) / total);
  }
  return lids;
}

/** Fixations of 0.5 to 2 s, every other one on the viewer; the eyes jump within two frames. */
function writeGaze(random: () => number): (readonly [number, number])[] {
  const targets: [number, number][] = [];
  let onViewer = true;
  while (targets.length < PIECE_FRAME_COUNT) {
    const angle = random() * 2 * Math.PI;
    const reach = 1.6 + random() * 1.8;
    const target: [number, number] = onViewer ? [0, 0] : [Math.cos(angle) * reach, Math.sin(angle) * reach * 0.45];
    const length = Math.round((onViewer ? 24 : 13) + random() * 26);
    for (let i = 0; i < length; i++) targets.push(target);
    onViewer = !onViewer;
  }
  const looped = targets.slice(0, PIECE_FRAME_COUNT);
  // The piece ends looking at the viewer, as it begins.
  for (let i = PIECE_FRAME_COUNT - 20; i < PIECE_FRAME_COUNT; i++) looped[i] = [0, 0];
  return looped.map((target, i) => {
    const before = looped[(i + PIECE_FRAME_COUNT - 1) % PIECE_FRAME_COUNT] ?? target;
    return [before[0] * 0.5 + target[0] * 0.5, before[1] * 0.5 + target[1] * 0.5] as const;
  });
}
