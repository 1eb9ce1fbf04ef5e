import type { ArticulationFrameListener, ArticulationStream } from './articulation-stream.ts';
import { FrameShaper } from './frame-shaper.ts';
import { LogMelAnalyser } from './log-mel.ts';
import { NetworkRunner } from './network-runner.ts';
import type { NetworkWeights } from './network-weights.ts';

/** Sound in, articulation out: mel analysis, the network, and the shaping of its beliefs. */
export class NetworkStream implements ArticulationStream {
  readonly #analyser: LogMelAnalyser;
  readonly #runner: NetworkRunner;

  constructor(weights: NetworkWeights, onFrame: ArticulationFrameListener) {
    const shaper = new FrameShaper(onFrame);
    this.#runner = new NetworkRunner(weights, (belief) => shaper.push(belief));
    this.#analyser = new LogMelAnalyser((bandPower) => shaper.hearLevel(this.#runner.hear(bandPower)));
  }

  push(pcm: Int16Array): void {
    this.#analyser.push(pcm);
  }

  finish(): void {
    this.#analyser.finish();
    this.#runner.finish();
  }
}
