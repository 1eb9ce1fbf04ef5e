import type { ArticulationFrameListener, ArticulationStream } from './articulation-stream.ts';
import { FrameShaper } from './frame-shaper.ts';
import { LogMelAnalyser } from './log-mel.ts';
import { NetworkRunner } from './network-runner.ts';
import type { NetworkWeights } from './network-weights.ts';

/** Natural logarithm of the mean of the bands' power, relative to full scale. */
function powerLevel(bandPower: Float32Array): number {
  return Math.log(bandPower.reduce((sum, power) => sum + power, 1e-9) / bandPower.length);
}

/** Sound in, articulation out: mel analysis, the network, and the shaping of its beliefs. */
export class NetworkStream implements ArticulationStream {
  readonly #analyser: LogMelAnalyser;
  readonly #runner: NetworkRunner;

  constructor(weights: NetworkWeights, onFrame: ArticulationFrameListener) {
    const shaper = new FrameShaper(onFrame);
    this.#runner = new NetworkRunner(weights, (belief) => shaper.push(belief));
    this.#analyser = new LogMelAnalyser((bandPower) =>
      shaper.hear(this.#runner.hear(bandPower), powerLevel(bandPower)),
    );
  }

  push(pcm: Int16Array): void {
    this.#analyser.push(pcm);
  }

  finish(): void {
    this.#analyser.finish();
    this.#runner.finish();
  }
}
