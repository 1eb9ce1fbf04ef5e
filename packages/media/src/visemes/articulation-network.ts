import { readFile } from 'node:fs/promises';
import type { ArticulationFrameListener, ArticulationStream } from './articulation-stream.ts';
import { NETWORK_LOOK_AHEAD_MS } from './network-runner.ts';
import { NetworkStream } from './network-stream.ts';
import { readNetworkWeights } from './network-weights.ts';

/** Articulation from sound alone. One network serves any number of streams. */
export type ArticulationNetwork = {
  /** How much sound after a frame's end must have been heard before the frame is emitted. */
  readonly lookAheadMs: number;
  openStream(onFrame: ArticulationFrameListener): ArticulationStream;
};

/** Weights of the trained network; tools/train-articulation/README.md tells how they came about and what they can do. */
const WEIGHTS_FILE = new URL('./articulation-network.weights', import.meta.url);

/**
 * Loads the network's weights, by default those of the package. Takes a few milliseconds; load once and share.
 *
 * @throws Error when the file is missing or damaged.
 */
export async function loadArticulationNetwork(weightsFile: URL | string = WEIGHTS_FILE): Promise<ArticulationNetwork> {
  const weights = readNetworkWeights(await readFile(weightsFile));
  return {
    lookAheadMs: NETWORK_LOOK_AHEAD_MS,
    openStream: (onFrame) => new NetworkStream(weights, onFrame),
  };
}
