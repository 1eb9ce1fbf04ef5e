import { ARTICULATION_CHANNELS, type Articulation, MOUTH_AT_REST } from '../core/articulation.ts';
import { type Picture, pictureByteLength } from '../core/picture.ts';
import type { BrowPatch } from './brow-patch.ts';
import { createDrawScratch, type DrawScratch, drawMorphPatch, lightAround } from './draw-patch.ts';
import type { FacePerformer, FacePose } from './face.ts';
import { type HeadPose, type MotionWeights, moveVertices } from './head-motion.ts';
import { boundedMotion, createHeadTurn } from './head-turn.ts';
import type { LifeFrame } from './life-script.ts';
import type { AvatarManifest } from './manifest.ts';
import type { MorphPatch } from './morph-patch.ts';
import { createMouthMixer } from './mouth-mix.ts';
import type { MouthPatch } from './mouth-patch.ts';
import { createNodWarp } from './nod-warp.ts';
import { easedSmileLeft } from './smile-in-speech.ts';
import type { View } from './view.ts';

/** Most that smile, brows or nod change from one picture to the next: a full smile takes a third of a second. */
const EXPRESSION_STEP = 0.12;
/** Sum of the articulation's channels at which the drawn mouth fully replaces that of the life loop. */
const FULL_AT = 0.06;

/** How the person waits. */
export type IdleLife = {
  readonly script: readonly LifeFrame[];
  /** The head goes where a frame says. Otherwise it goes where the film does, and `show` follows the index alone. */
  readonly turns: boolean;
  show(index: number, frame: LifeFrame, out: Picture): void;
  close(): void;
};

/** What a performer draws from. */
export type FaceParts = {
  readonly manifest: AvatarManifest;
  readonly view: View;
  readonly life: IdleLife;
  readonly mouth: MouthPatch;
  readonly mouthWeights: MotionWeights;
  readonly brows: BrowPatch;
  readonly browWeights: MotionWeights;
};

export function loopIndexOf(index: number, frameCount: number): number {
  return ((Math.floor(index) % frameCount) + frameCount) % frameCount;
}

export function requirePicture(out: Picture, { widthPx, heightPx }: View): void {
  if (out.width !== widthPx || out.height !== heightPx || out.data.length < pictureByteLength(widthPx, heightPx)) {
    throw new RangeError(`The face is ${widthPx}x${heightPx}; the picture given is ${out.width}x${out.height}.`);
  }
}

/** `parts` throws once the face is closed. */
export function createFacePerformer(parts: () => FaceParts): FacePerformer {
  const first = parts();
  const mixer = createMouthMixer(first.manifest);
  const drawMouth = createMouthDrawer(first, mixer.restIndex);
  const drawBrows = createBrowDrawer(first);
  const lowerHead = first.life.turns ? null : createNodWarp(first.manifest, first.view);
  const turnHead = createHeadTurn(first.manifest);
  const articulation: Articulation = { ...MOUTH_AT_REST };
  let smile = 0;
  let left = 1;
  let brows = 0;
  let nod = 0;
  return {
    get isAtRest() {
      return smile === 0 && brows === 0 && nod === 0;
    },
    render(loopIndex, pose, out) {
      const { life, view } = parts();
      requirePicture(out, view);
      const activity = readArticulation(pose, articulation);
      left = easedSmileLeft(left, articulation);
      smile = approach(smile, clamp(pose.smile, 0, 1) * left);
      brows = approach(brows, clamp(pose.brows, -1, 1));
      nod = approach(nod, clamp(pose.nod ?? 0, 0, 1));
      const frameIndex = loopIndexOf(loopIndex, life.script.length);
      const idle = life.script[frameIndex] as LifeFrame;
      const frame = life.turns ? turnHead(idle, boundedMotion(pose.head), nod) : idle;
      life.show(frameIndex, frame, out);
      if (brows !== 0) drawBrows(brows, frame.head, frameIndex, out);
      if (activity > 0 || smile > 0) {
        const { shape, look } = mixer.mix(articulation);
        drawMouth(shape, look, smile, Math.min(1, (activity + smile) / FULL_AT), frame.head, frameIndex, out);
      }
      lowerHead?.(nod, out);
    },
  };
}

/** Copies the channels, each brought into 0..1, and returns their sum. */
function readArticulation(pose: FacePose, into: Articulation): number {
  let sum = 0;
  for (const channel of ARTICULATION_CHANNELS) {
    const value = clamp(pose.articulation[channel], 0, 1);
    into[channel] = value;
    sum += value;
  }
  return sum;
}

function clamp(value: number, low: number, high: number): number {
  return value >= low ? Math.min(value, high) : Number.isNaN(value) || value === undefined ? 0 : low;
}

function approach(value: number, target: number): number {
  const step = target - value;
  return Math.abs(step) <= EXPRESSION_STEP ? target : value + Math.sign(step) * EXPRESSION_STEP;
}

/**
 * How light the loop's frames are where the patch lies over them. Only in a film does the light change; a frame is looked at
 * when first drawn over. `rest` is the shape of `image`.
 */
function createLightMeter(
  { manifest, view, life }: FaceParts,
  patch: MorphPatch,
  image: number,
  rest: Float32Array,
  weights: MotionWeights,
  scratch: DrawScratch,
): (frameIndex: number, head: HeadPose, out: Picture) => number {
  if (manifest.loop === undefined) return () => 1;
  const lights = new Float32Array(life.script.length);
  const positions = new Float32Array(rest.length);
  return (frameIndex, head, out) => {
    if (lights[frameIndex] === 0) {
      moveVertices(rest, weights, head, manifest.landmarks.headPivot, view, positions);
      lights[frameIndex] = lightAround(patch, image, positions, out, scratch);
    }
    return lights[frameIndex] as number;
  };
}

type MouthDrawer = (
  shape: Float32Array,
  look: Float32Array,
  smile: number,
  opacity: number,
  head: HeadPose,
  frameIndex: number,
  out: Picture,
) => void;

function createMouthDrawer(parts: FaceParts, restIndex: number): MouthDrawer {
  const { mouth, mouthWeights, manifest, view } = parts;
  const { shapes, smileIndex, patch } = mouth;
  const scratch = createDrawScratch(patch);
  const rest = shapes[restIndex] as Float32Array;
  const smiling = shapes[smileIndex] as Float32Array;
  const vertices = new Float32Array(rest.length);
  const positions = new Float32Array(rest.length);
  const looks = new Float32Array(patch.imageCount);
  const lightAt = createLightMeter(parts, patch, restIndex, rest, mouthWeights, scratch);
  return (shape, look, smile, opacity, head, frameIndex, out) => {
    const light = lightAt(frameIndex, head, out);
    vertices.fill(0);
    for (let image = 0; image < shape.length; image++) {
      const share = shape[image] as number;
      if (share === 0) continue;
      const from = shapes[image] as Float32Array;
      for (let i = 0; i < vertices.length; i++) vertices[i] = (vertices[i] as number) + (from[i] as number) * share;
    }
    looks.set(look);
    looks[smileIndex] = (looks[restIndex] as number) * smile;
    looks[restIndex] = (looks[restIndex] as number) * (1 - smile);
    if (smile > 0) {
      for (let i = 0; i < vertices.length; i++) {
        vertices[i] = (vertices[i] as number) + ((smiling[i] as number) - (rest[i] as number)) * smile;
      }
    }
    moveVertices(vertices, mouthWeights, head, manifest.landmarks.headPivot, view, positions);
    drawMorphPatch(patch, positions, looks, opacity, out, scratch, light);
  };
}

type BrowDrawer = (brows: number, head: HeadPose, frameIndex: number, out: Picture) => void;

function createBrowDrawer(parts: FaceParts): BrowDrawer {
  const { patch, shapes } = parts.brows;
  const { browWeights, manifest, view } = parts;
  const scratch = createDrawScratch(patch);
  const rest = shapes[0] as Float32Array;
  const vertices = new Float32Array(rest.length);
  const positions = new Float32Array(rest.length);
  const looks = new Float32Array(patch.imageCount);
  const lightAt = createLightMeter(parts, patch, 0, rest, browWeights, scratch);
  return (brows, head, frameIndex, out) => {
    const light = lightAt(frameIndex, head, out);
    const amount = Math.abs(brows);
    const target = brows > 0 ? 1 : 2;
    const goal = shapes[target] as Float32Array;
    for (let i = 0; i < vertices.length; i++) {
      vertices[i] = (rest[i] as number) + ((goal[i] as number) - (rest[i] as number)) * amount;
    }
    looks.fill(0);
    looks[0] = 1 - amount;
    looks[target] = amount;
    moveVertices(vertices, browWeights, head, manifest.landmarks.headPivot, view, positions);
    drawMorphPatch(patch, positions, looks, 1, out, scratch, light);
  };
}
