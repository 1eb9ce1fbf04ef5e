import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MEL_BAND_COUNT } from './log-mel.ts';
import { BELIEF_COUNT, NETWORK_LOOK_AHEAD_MS, NetworkRunner } from './network-runner.ts';
import { readNetworkWeights } from './network-weights.ts';

const weightsFile = readFileSync(new URL('./articulation-network.weights', import.meta.url));
const weights = readNetworkWeights(weightsFile);

/** The same formula as `reference_power` in tools/train-articulation/train.py. */
function referencePower(frame: number): Float32Array {
  return Float32Array.from({ length: MEL_BAND_COUNT }, (_, band) =>
    Math.exp(-8 + 3 * Math.sin(0.13 * frame + 0.31 * band) + 2 * Math.sin(0.7 * frame) - 0.1 * band),
  );
}

function run(frameCount: number): number[][] {
  const beliefs: number[][] = [];
  const runner = new NetworkRunner(weights, (frame) => beliefs.push([...frame]));
  for (let frame = 0; frame < frameCount; frame++) runner.hear(referencePower(frame));
  runner.finish();
  return beliefs;
}

test('the network computes what the trainer computed with the same weights', () => {
  const reference = JSON.parse(
    readFileSync(new URL('./articulation-network.reference.json', import.meta.url), 'utf8'),
  ) as number[][];
  const beliefs = run(reference.length);
  expect(beliefs).toHaveLength(reference.length);
  for (const [frame, row] of reference.entries()) {
    expect(row).toHaveLength(BELIEF_COUNT);
    for (let slot = 0; slot < BELIEF_COUNT; slot++) {
      expect(Math.abs((beliefs[frame]?.[slot] ?? 9) - (row[slot] ?? 0))).toBeLessThan(1e-3);
    }
  }
});

test.each([0, 1, 2, 5, 8, 9, 31])('%i frames in, as many out', (frameCount) => {
  expect(run(frameCount)).toHaveLength(frameCount);
});

test('a frame is out as soon as its look-ahead has been heard', () => {
  let emitted = 0;
  const runner = new NetworkRunner(weights, () => {
    emitted += 1;
  });
  for (let frame = 0; frame < 50; frame++) runner.hear(referencePower(frame));
  const framesHeldBack = 50 - emitted;
  expect(framesHeldBack * 10).toBeLessThanOrEqual(NETWORK_LOOK_AHEAD_MS);
  expect(NETWORK_LOOK_AHEAD_MS).toBeLessThanOrEqual(120);
});

test('the weights are small, and a damaged file is refused', () => {
  expect(weightsFile.byteLength).toBeLessThan(500_000);
  expect(() => readNetworkWeights(new Uint8Array(8))).toThrow();
  const renamed = Buffer.from(weightsFile.toString('latin1').replace('third.bias', 'third.gone'), 'latin1');
  expect(() => readNetworkWeights(renamed)).toThrow('third.bias');
});
