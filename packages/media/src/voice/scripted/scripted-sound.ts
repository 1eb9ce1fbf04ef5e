import type { PhoneTiming } from '../../core/articulation.ts';
import { msToWireSamples, WIRE_SAMPLE_RATE_HZ, wireSamplesToMs } from '../../core/audio-format.ts';
import type { ScriptedSound } from './script.ts';

const DEFAULT_AMPLITUDE = 8_000;
const SWELLS_PER_SECOND = 4;

export function renderSound(sound: ScriptedSound): Int16Array {
  if ('pcm' in sound) return sound.pcm;
  const pcm = new Int16Array(msToWireSamples(sound.durationMs));
  for (let n = 0; n < pcm.length; n++) {
    const seconds = n / WIRE_SAMPLE_RATE_HZ;
    const swell = Math.sin(Math.PI * SWELLS_PER_SECOND * seconds) ** 2;
    pcm[n] = Math.round(
      (sound.amplitude ?? DEFAULT_AMPLITUDE) * swell * Math.sin(2 * Math.PI * sound.toneHz * seconds),
    );
  }
  return pcm;
}

export type SoundChunk = { readonly pcm: Int16Array; readonly phones?: readonly PhoneTiming[] };

/** Cuts sound into pieces; every phone goes with the piece in which it begins, timed from the turn's first sample. */
export function cutSound(
  pcm: Int16Array,
  phones: readonly PhoneTiming[] | undefined,
  chunkMs: number,
  turnOffsetMs: number,
): SoundChunk[] {
  const size = Math.max(1, msToWireSamples(chunkMs));
  const chunks: SoundChunk[] = [];
  for (let at = 0; at < pcm.length; at += size) {
    const piece = pcm.slice(at, at + size);
    if (phones === undefined) {
      chunks.push({ pcm: piece });
      continue;
    }
    const startMs = wireSamplesToMs(at);
    const endMs = at + size >= pcm.length ? Number.POSITIVE_INFINITY : wireSamplesToMs(at + size);
    const begun = phones.filter((phone) => phone.startMs >= startMs && phone.startMs < endMs);
    const shifted = begun.map((phone) => ({
      symbol: phone.symbol,
      startMs: phone.startMs + turnOffsetMs,
      endMs: phone.endMs + turnOffsetMs,
    }));
    chunks.push({ pcm: piece, phones: shifted });
  }
  return chunks;
}
