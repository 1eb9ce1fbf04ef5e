import { WIRE_SAMPLE_RATE_HZ } from '../../../core/audio-format.ts';
import { Resampler } from '../../../core/resampler.ts';
import { PcmBytes } from '../../shared/pcm-bytes.ts';

/** Hz of `pcm_…`; null: another kind of sound. */
function rateOf(format: string): number | null {
  const rate = Number(/^pcm_(\d{4,5})$/.exec(format)?.[1] ?? Number.NaN);
  return rate >= 8000 && rate <= 48_000 ? rate : null;
}

/** Sound of both sides between the port's rate and that of a conversation. */
export type SoundPath = {
  readonly toAgent: (pcm: Int16Array) => Int16Array;
  readonly fromAgent: (bytes: Uint8Array) => Int16Array;
};

/** Null: it has a kind of sound that is not spoken here. */
export function soundPath(userFormat: string, agentFormat: string): SoundPath | null {
  const userHz = rateOf(userFormat);
  const agentHz = rateOf(agentFormat);
  if (userHz === null || agentHz === null) return null;
  const there = userHz === WIRE_SAMPLE_RATE_HZ ? null : new Resampler(WIRE_SAMPLE_RATE_HZ, userHz);
  const back = agentHz === WIRE_SAMPLE_RATE_HZ ? null : new Resampler(agentHz, WIRE_SAMPLE_RATE_HZ);
  const bytes = new PcmBytes();
  return {
    toAgent: (pcm) => there?.process(pcm) ?? pcm,
    fromAgent: (part) => {
      const pcm = bytes.take(part) ?? new Int16Array();
      return back?.process(pcm) ?? pcm;
    },
  };
}
