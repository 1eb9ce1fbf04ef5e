import { WIRE_SAMPLE_RATE_HZ } from '../../core/audio-format.ts';

const FRAME_SAMPLES = 960;
const SHORTEST_PERIOD = 60;
const LONGEST_PERIOD = 400;

/** Median pitch in hertz of speech at 24 kHz, by normalised autocorrelation over loud frames; null when none is voiced. */
export function medianPitchHz(pcm: Int16Array): number | null {
  const pitches: number[] = [];
  for (let start = 0; start + FRAME_SAMPLES + LONGEST_PERIOD < pcm.length; start += FRAME_SAMPLES / 2) {
    const period = periodAt(pcm, start);
    if (period !== null) pitches.push(WIRE_SAMPLE_RATE_HZ / period);
  }
  pitches.sort((left, right) => left - right);
  return pitches[Math.floor(pitches.length / 2)] ?? null;
}

function periodAt(pcm: Int16Array, start: number): number | null {
  const frame = pcm.subarray(start, start + FRAME_SAMPLES);
  const energy = dot(frame, frame);
  if (Math.sqrt(energy / FRAME_SAMPLES) < 900) return null;
  let best = 0.6;
  let period: number | null = null;
  for (let lag = SHORTEST_PERIOD; lag < LONGEST_PERIOD; lag += 1) {
    const shifted = pcm.subarray(start + lag, start + lag + FRAME_SAMPLES);
    const likeness = dot(frame, shifted) / (Math.sqrt(energy * dot(shifted, shifted)) + 1);
    if (likeness > best * 1.02) {
      best = likeness;
      period = lag;
    }
  }
  return period;
}

function dot(left: Int16Array, right: Int16Array): number {
  let sum = 0;
  for (let index = 0; index < left.length; index += 1) sum += (left[index] ?? 0) * (right[index] ?? 0);
  return sum;
}
