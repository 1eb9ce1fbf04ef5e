import { type Articulation, MOUTH_AT_REST } from '../../packages/media/src/core/articulation.ts';
import { FRAME_INTERVAL_MS, wireSamplesToMs } from '../../packages/media/src/core/audio-format.ts';
import type { ArticulationNetwork } from '../../packages/media/src/visemes/articulation-network.ts';
import { ArticulationTrack } from '../../packages/media/src/visemes/articulation-track.ts';
import type { Material } from './speech-material.ts';

export type Driver = 'phones' | 'sound' | 'loudness';

/** As a provider would send it: 100 ms at a time. */
const CHUNK_SAMPLES = 2400;

/**
 * The shape of each picture, taken in the middle of the time it is shown: from phone times, from the sound alone as it
 * streams in, or (the control) with a jaw that follows loudness and nothing else.
 */
export function drive(driver: Driver, material: Material, networks: Networks): Articulation[] {
  const { pcm, phones } = material;
  const network = driver === 'loudness' ? networks.loudness : networks.sound;
  const track = new ArticulationTrack({ network });
  if (driver === 'phones') track.appendPhones(phones);
  const count = Math.floor(wireSamplesToMs(pcm.length) / FRAME_INTERVAL_MS);
  for (let start = 0; start < pcm.length; start += CHUNK_SAMPLES) {
    track.appendAudio(pcm.subarray(start, start + CHUNK_SAMPLES));
  }
  track.finish();
  return Array.from({ length: count }, (_, index) => {
    const articulation = { ...MOUTH_AT_REST };
    track.sampleAt((index + 0.5) * FRAME_INTERVAL_MS, articulation);
    return articulation;
  });
}

export type Networks = { readonly sound: ArticulationNetwork; readonly loudness: ArticulationNetwork };
