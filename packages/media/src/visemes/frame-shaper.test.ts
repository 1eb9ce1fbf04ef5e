import { expect, test } from 'vitest';
import { ARTICULATION_CHANNELS } from '../core/articulation.ts';
import { FrameShaper } from './frame-shaper.ts';
import { BELIEF_COUNT, PAUSE } from './network-runner.ts';

const JAW = ARTICULATION_CHANNELS.indexOf('jaw');
const CLOSURE = ARTICULATION_CHANNELS.indexOf('closure');
const LOUD = -8;
const SILENT = -20;

/** Shapes frames of steady speech, with what `change` alters. */
function shape(
  frameCount: number,
  change: (frame: number, belief: Float32Array) => void,
  level: (frame: number) => number = () => LOUD,
): number[][] {
  const shown: number[][] = [];
  const shaper = new FrameShaper((frame) => shown.push([...frame]));
  for (let frame = 0; frame < frameCount; frame++) shaper.hear(level(frame), level(frame));
  for (let frame = 0; frame < frameCount; frame++) {
    const belief = new Float32Array(BELIEF_COUNT);
    belief[JAW] = 0.8;
    change(frame, belief);
    shaper.push(belief);
  }
  return shown;
}

test('a closure is shown fully once believed and kept through a moment of doubt', () => {
  const beliefs = [0, 0.2, 0.5, 0.75, 0.5, 0.75, 0.2, 0];
  const shown = shape(40, (frame, belief) => {
    belief[CLOSURE] = beliefs[frame - 20] ?? 0;
  }).map((frame) => frame[CLOSURE] ?? 0);
  expect(shown[22]).toBeLessThanOrEqual(0.25);
  expect(shown[23]).toBe(1);
  expect(shown[24]).toBeGreaterThan(0.7);
  expect(shown[25]).toBe(1);
  expect(shown[26]).toBeLessThan(0.15);
});

test('a believed pause brings the mouth to rest within 70 ms and doubt does not wake it', () => {
  const shown = shape(60, (frame, belief) => {
    belief[PAUSE] = frame < 20 ? 0.1 : 0.9;
    if (frame > 40 && frame < 44) belief[PAUSE] = 0.5;
  }).map((frame) => frame[JAW] ?? 0);
  expect(shown[19]).toBeGreaterThan(0.75);
  for (let frame = 26; frame < 60; frame++) expect(shown[frame]).toBe(0);
  for (let frame = 21; frame < 27; frame++) expect(shown[frame]).toBeLessThanOrEqual(shown[frame - 1] ?? 0);
});

test('long silence is rest whatever is believed; the gap of a stop is not', () => {
  const silentAt = (frame: number): number => ((frame >= 20 && frame < 28) || frame >= 40 ? SILENT : LOUD);
  const shown = shape(80, () => {}, silentAt).map((frame) => frame[JAW] ?? 0);
  for (let frame = 10; frame < 40; frame++) expect(shown[frame]).toBeGreaterThan(0.7);
  for (let frame = 55; frame < 80; frame++) expect(shown[frame]).toBe(0);
});

test('a breath after a word is rest from the moment it is known to last; a faint moment within speech is not', () => {
  const faint = LOUD - 6;
  const faintAt = (frame: number): number => ((frame >= 20 && frame < 30) || frame >= 50 ? faint : LOUD);
  const shown = shape(80, () => {}, faintAt).map((frame) => frame[JAW] ?? 0);
  for (let frame = 10; frame < 54; frame++) expect(shown[frame]).toBeGreaterThan(0.7);
  for (let frame = 60; frame < 80; frame++) expect(shown[frame]).toBe(0);
});
