import { ARTICULATION_CHANNELS } from '../../packages/media/src/core/articulation.ts';
import type { ArticulationNetwork } from '../../packages/media/src/visemes/articulation-network.ts';
import type { ArticulationStream } from '../../packages/media/src/visemes/articulation-stream.ts';
import { LogMelAnalyser } from '../../packages/media/src/visemes/log-mel.ts';

/** The jaw follows loudness; nothing else moves. */
export const energyFollower: ArticulationNetwork = {
  lookAheadMs: 10,
  openStream(onFrame): ArticulationStream {
    const frame = new Float32Array(ARTICULATION_CHANNELS.length);
    let peakDb = -30;
    const analyser = new LogMelAnalyser((bandPower) => {
      const levelDb = 10 * Math.log10(bandPower.reduce((sum, power) => sum + power, 1e-9) / bandPower.length);
      peakDb = Math.max(levelDb, peakDb - 0.04);
      const open = Math.min(1, Math.max(0, 1 + (levelDb - peakDb) / 25));
      frame[0] = 0.5 * (frame[0] ?? 0) + 0.5 * open;
      onFrame(frame);
    });
    return { push: (pcm) => analyser.push(pcm), finish: () => analyser.finish() };
  },
};
