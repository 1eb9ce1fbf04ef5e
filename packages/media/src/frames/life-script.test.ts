import { describe, expect, it } from 'vitest';
import { type LifeFrame, LOOP_FRAME_COUNT, PIECE_FRAME_COUNT, writeLifeScript } from './life-script.ts';

const SEEDS = ['iris', 'marcus', 'yuna', 'rafael', 'a', 'b', 'c', 'd'];

describe('writeLifeScript', () => {
  it('gives the same life to the same seed and another one to another', () => {
    expect(writeLifeScript('iris')).toEqual(writeLifeScript('iris'));
    expect(writeLifeScript('iris')).not.toEqual(writeLifeScript('yuna'));
  });

  it.each(SEEDS)('is made of pieces that all begin in the same place and are all different (%s)', (seed) => {
    const script = writeLifeScript(seed);
    const pieces = Array.from({ length: LOOP_FRAME_COUNT / PIECE_FRAME_COUNT }, (_, i) =>
      script.slice(i * PIECE_FRAME_COUNT, (i + 1) * PIECE_FRAME_COUNT),
    );
    expect(pieces).toHaveLength(12);
    // As JSON, for which nought has no sign.
    for (const piece of pieces) expect(JSON.stringify(piece[0])).toBe(JSON.stringify(pieces[0]?.[0]));
    const turns = (piece: readonly LifeFrame[]) => piece.map(({ head }) => head.turn);
    for (const [i, piece] of pieces.entries()) {
      for (const other of pieces.slice(i + 1)) {
        const apart = turns(piece).map((turn, at) => Math.abs(turn - (turns(other)[at] as number)));
        expect(Math.max(...apart)).toBeGreaterThan(5);
      }
    }
  });

  it.each(SEEDS)('moves on from the last frame to the first as between any two (%s)', (seed) => {
    const script = writeLifeScript(seed);
    for (const part of ['shiftX', 'shiftY', 'roll', 'growth', 'turn', 'nod', 'breath'] as const) {
      const steps = script.map((frame, i) => Math.abs(frame.head[part] - script[(i + 1) % script.length]!.head[part]));
      const atJoint = steps.pop()!;
      expect(atJoint).toBeLessThanOrEqual(Math.max(...steps) * 1.05);
    }
  });

  it.each(SEEDS)('blinks at a human rate, irregularly and with open eyes at the joint (%s)', (seed) => {
    const lids = writeLifeScript(seed).map((frame) => frame.lidClosure);
    const starts = lids.flatMap((closure, i) => (closure > 0 && lids[i - 1] === 0 ? [i] : []));
    const perMinute = (starts.length * 60) / (LOOP_FRAME_COUNT / 25);
    expect(perMinute).toBeGreaterThanOrEqual(12);
    expect(perMinute).toBeLessThanOrEqual(20);
    const gaps = starts.map((start, i) => (starts[i + 1] ?? starts[0]! + LOOP_FRAME_COUNT) - start);
    expect(new Set(gaps).size).toBeGreaterThan(1);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(25);
    expect([lids[0], lids.at(-1)]).toEqual([0, 0]);
    expect(Math.max(...lids)).toBe(1);
  });

  it.each(SEEDS)('looks away for a moment and back, never far (%s)', (seed) => {
    const reach = writeLifeScript(seed).map((frame) => Math.hypot(frame.gazeX, frame.gazeY));
    expect(Math.max(...reach)).toBeGreaterThan(1);
    expect(Math.max(...reach)).toBeLessThan(6);
  });
});
