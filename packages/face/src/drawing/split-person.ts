import { setImmediate as nextTurn } from 'node:timers/promises';
import { smoothStep } from '@visavis/media/core';
import type { RgbaImage } from '@visavis/media/frames';
import { FACE_OUTLINE, meshPoint } from '../landmarks/mesh-points.ts';
import { channelPlane, lumaPlane, type Plane, type RgbImage, toByte } from '../pixels/pixels.ts';
import { boxMean, fillIn, guidedModel } from '../pixels/planes-filter.ts';
import { resized } from '../pixels/resized.ts';
import { planeAt } from '../pixels/sampling.ts';
import { distanceToPerson, distanceToTorso, type HeadModel } from './head-model.ts';

/** The person with soft edges, and the scene behind filled in. Both opaque where the photo shows them. */
export type PersonLayers = { readonly person: RgbaImage; readonly background: RgbaImage };

const WORK_SIDE = 256;
const ROUNDS = 4;
const BINS = 16;

export function faceOutline(points: Float32Array): [number, number][] {
  return FACE_OUTLINE.map((point) => meshPoint(points, point));
}

/**
 * Parts the person from the scene without a trained model: where head and shoulders should be, what colours are found
 * there and around, and edges of the picture (a guided filter). An error is small on screen: the head moves by a few
 * pixels, and at rest both layers together are the photo.
 */
export async function splitPerson(image: RgbImage, points: Float32Array, head: HeadModel): Promise<PersonLayers> {
  const small = await resized(image, WORK_SIDE);
  const rough = estimateMatte(small, points, head, image.width / WORK_SIDE);
  await nextTurn();
  const alpha = sharpenMatte(image, small, rough);
  await nextTurn();
  return layersOf(image, alpha);
}

/** Probability of the person at the working size. */
function estimateMatte(small: RgbImage, points: Float32Array, head: HeadModel, scale: number): Plane {
  const count = WORK_SIDE * WORK_SIDE;
  const prior = new Float32Array(count);
  const known = new Int8Array(count);
  const outline = faceOutline(points);
  for (let i = 0; i < count; i++) {
    const x = ((i % WORK_SIDE) + 0.5) * scale;
    const y = (Math.floor(i / WORK_SIDE) + 0.5) * scale;
    const distance = distanceToPerson(head, x, y) / head.faceHalfWidth;
    prior[i] = -7 * distance;
    if (isInside(outline, x, y) || distanceToTorso(head, x, y) < -0.4 * head.faceHalfWidth) known[i] = 1;
    else if (distance > 0.8) known[i] = -1;
  }
  const guide = lumaPlane(small);
  const bins = binsOf(small);
  let matte: Plane = {
    width: WORK_SIDE,
    height: WORK_SIDE,
    data: prior.map((value, i) => settle(value, known[i] ?? 0)),
  };
  for (let round = 0; round < ROUNDS; round++) {
    const evidence = colourEvidence(bins, matte.data);
    const raw = { ...matte, data: prior.map((value, i) => settle(value + (evidence[i] ?? 0), known[i] ?? 0)) };
    const { gain, offset } = guidedModel(guide, raw, 5, 30);
    const smooth = guide.data.map((value, i) => clampShare(value * (gain.data[i] ?? 0) + (offset.data[i] ?? 0)));
    matte = { ...matte, data: smooth.map((value, i) => (known[i] === 1 ? 1 : known[i] === -1 ? 0 : value)) };
  }
  return keepConnected(matte, head, scale);
}

function settle(logit: number, known: number): number {
  if (known !== 0) return known > 0 ? 1 : 0;
  return 1 / (1 + Math.exp(-logit));
}

function clampShare(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** Log of how much more often a pixel's colour occurs in the person than around it, bounded. */
function colourEvidence(bins: Uint16Array, matte: Float32Array): Float32Array {
  const inside = new Float32Array(BINS ** 3);
  const outside = new Float32Array(BINS ** 3);
  let insideSum = 0;
  let outsideSum = 0;
  for (let i = 0; i < bins.length; i++) {
    const share = matte[i] ?? 0;
    const bin = bins[i] ?? 0;
    inside[bin] = (inside[bin] ?? 0) + share;
    outside[bin] = (outside[bin] ?? 0) + 1 - share;
    insideSum += share;
    outsideSum += 1 - share;
  }
  const insideSmooth = smoothBins(inside);
  const outsideSmooth = smoothBins(outside);
  const ratio = insideSmooth.map((value, bin) => {
    const person = (value + 1) / (insideSum + BINS ** 3 * 0.2);
    const scene = ((outsideSmooth[bin] ?? 0) + 1) / (outsideSum + BINS ** 3 * 0.2);
    return Math.min(3, Math.max(-3, Math.log(person / scene)));
  });
  return Float32Array.from(bins, (bin) => ratio[bin] ?? 0);
}

function binsOf({ data }: RgbImage): Uint16Array {
  const shift = 256 / BINS;
  return Uint16Array.from({ length: data.length / 3 }, (_unused, i) => {
    const level = (channel: number): number => Math.floor((data[i * 3 + channel] ?? 0) / shift);
    return (level(0) * BINS + level(1)) * BINS + level(2);
  });
}

/** Counts spread to neighbouring colours, 1-2-1 along each axis. */
function smoothBins(counts: Float32Array): Float32Array {
  let smooth = counts;
  for (const stride of [1, BINS, BINS * BINS]) {
    const from = smooth;
    smooth = from.map((value, bin) => {
      const level = Math.floor(bin / stride) % BINS;
      const before = level > 0 ? (from[bin - stride] ?? 0) : 0;
      const after = level < BINS - 1 ? (from[bin + stride] ?? 0) : 0;
      return (before + 2 * value + after) / 4;
    });
  }
  return smooth;
}

/** Drops islands that are not joined to the face, and closes holes in the person. */
function keepConnected(matte: Plane, head: HeadModel, scale: number): Plane {
  const { width, height } = matte;
  const start = Math.round(head.noseY / scale) * width + Math.round(head.noseX / scale);
  const person = flood(matte.data, width, height, [start], (value) => value > 0.4);
  const rim: number[] = [];
  for (let x = 0; x < width; x++) rim.push(x);
  for (let y = 0; y < height; y++) rim.push(y * width, y * width + width - 1);
  const scene = flood(matte.data, width, height, rim, (value, i) => value < 0.6 || person[i] === 0);
  const data = matte.data.map((value, i) => (scene[i] === 0 ? 1 : person[i] === 1 ? value : Math.min(value, 0.4)));
  return { ...matte, data: data.map((value, i) => (person[i] === 0 && scene[i] === 1 ? value * 0.5 : value)) };
}

function flood(
  values: Float32Array,
  width: number,
  height: number,
  starts: readonly number[],
  accepts: (value: number, index: number) => boolean,
): Uint8Array {
  const reached = new Uint8Array(values.length);
  const open = starts.filter((at) => accepts(values[at] ?? 0, at));
  for (const at of open) reached[at] = 1;
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const x = at % width;
    const y = Math.floor(at / width);
    for (const [nextX, nextY] of [
      [x - 1, y],
      [x + 1, y],
      [x, y - 1],
      [x, y + 1],
    ] as const) {
      const next = nextY * width + nextX;
      if (nextX < 0 || nextY < 0 || nextX >= width || nextY >= height || reached[next] === 1) continue;
      if (!accepts(values[next] ?? 0, next)) continue;
      reached[next] = 1;
      open.push(next);
    }
  }
  return reached;
}

/** The matte at the portrait's size, following the portrait's edges. */
function sharpenMatte(image: RgbImage, small: RgbImage, rough: Plane): Plane {
  const { gain, offset } = guidedModel(lumaPlane(small), rough, 3, 12);
  const guide = lumaPlane(image);
  const scale = WORK_SIDE / image.width;
  const data = guide.data.map((value, i) => {
    const x = ((i % image.width) + 0.5) * scale;
    const y = (Math.floor(i / image.width) + 0.5) * scale;
    return smoothStep(0.1, 0.7, value * planeAt(gain, x, y) + planeAt(offset, x, y));
  });
  // A little wider and softer: strands of hair move with the head, and none stays behind in the scene.
  const wide = boxMean(boxMean({ width: image.width, height: image.height, data }, 4), 4);
  return { ...wide, data: wide.data.map((value, i) => Math.max(data[i] ?? 0, smoothStep(0, 0.55, value))) };
}

function layersOf(image: RgbImage, alpha: Plane): PersonLayers {
  const { width, height } = image;
  const person = new Uint8Array(width * height * 4);
  const background = new Uint8Array(width * height * 4).fill(255);
  // Where a strand may lie the scene is not asked: it would stay behind when the head moves.
  const near = boxMean(alpha, Math.round(width / 170));
  const sceneWeights = { ...alpha, data: near.data.map((value) => (value > 0.3 ? 0 : (1 - value) ** 6)) };
  const personWeights = { ...alpha, data: alpha.data.map((value) => (value < 0.6 ? 0 : value ** 3)) };
  for (const c of [0, 1, 2] as const) {
    const channel = channelPlane(image, c);
    const scene = fillIn(channel, sceneWeights);
    const inner = fillIn(channel, personWeights);
    for (let i = 0; i < alpha.data.length; i++) {
      const share = alpha.data[i] ?? 0;
      const behind = scene.data[i] ?? 0;
      // What must lie over the scene so that both together are the photo.
      const solved = share > 0.05 ? ((channel.data[i] ?? 0) - (1 - share) * behind) / share : (inner.data[i] ?? 0);
      const trust = smoothStep(0.05, 0.35, share);
      const colour = (inner.data[i] ?? 0) * (1 - trust) + solved * trust;
      person[i * 4 + c] = toByte(colour);
      background[i * 4 + c] = toByte(behind);
    }
  }
  for (let i = 0; i < alpha.data.length; i++) person[i * 4 + 3] = Math.round((alpha.data[i] ?? 0) * 255);
  return { person: { width, height, data: person }, background: { width, height, data: background } };
}

function isInside(outline: readonly (readonly [number, number])[], x: number, y: number): boolean {
  let inside = false;
  let [fromX, fromY] = outline[outline.length - 1] ?? [0, 0];
  for (const [toX, toY] of outline) {
    if (fromY > y !== toY > y && x < fromX + ((y - fromY) / (toY - fromY)) * (toX - fromX)) inside = !inside;
    [fromX, fromY] = [toX, toY];
  }
  return inside;
}
