import { MouthMeter } from './mouth-meter.ts';
import type { ReceivedMedia } from './received-media.ts';
import { averageAround, pearson, quantile } from './statistics.ts';

/** Loudness above which the received sound counts as audible, and below which it counts as silence. */
export const AUDIBLE_RMS = 0.02;
export const SILENT_RMS = 0.004;

/** About the length of a syllable: lips and loudness agree from one to the next; within one, each takes its own course. */
const SYLLABLE_MS = 240;
const LOUDNESS_MS = 120;
/** Pictures before and after one of silence that must be silent too. */
const QUIET_NEIGHBOURS = 4;
/** Share of the way from closed to widest above which a mouth is not closed. */
const OPEN_SHARE = 0.25;

/** How the mouth that a browser has received goes with the sound that it has received. */
export type LipsAndSound = {
  /** Pictures in which a face was found, as a share of all. */
  readonly seenShare: number;
  /** Loudness below which most of the sound stays. */
  readonly loudRms: number;
  /** Correlation of opening and loudness when the sound is taken so much later. */
  agreement(lagMs: number): number;
  readonly quietPictures: number;
  /** Of the pictures in silence, those with an open mouth. */
  readonly stillOpenShare: number;
};

export async function lipsAndSound({ frames, audio, sidePx }: ReceivedMedia): Promise<LipsAndSound> {
  const meter = await MouthMeter.open();
  const apertures = await meter.apertures(frames.map(({ rgb }) => ({ width: sidePx, height: sidePx, data: rgb })));
  meter.close();
  const timesMs = frames.map(({ atMs }) => atMs);
  const sound = audio.map(({ atMs, rms }) => ({ atMs, value: rms }));
  const seen = apertures.flatMap((value, index) => (value === null ? [] : [{ atMs: timesMs[index] ?? 0, value }]));
  const opening = averageAround(seen, timesMs, SYLLABLE_MS);
  const agreement = (lagMs: number): number => {
    const later = timesMs.map((timeMs) => timeMs + lagMs);
    const loudness = averageAround(sound, later, SYLLABLE_MS);
    const both = opening.flatMap((open, index) => {
      const level = loudness[index] ?? Number.NaN;
      return Number.isNaN(open + level) ? [] : [{ open, level: Math.sqrt(level) }];
    });
    return pearson(
      both.map(({ open }) => open),
      both.map(({ level }) => level),
    );
  };
  const loudness = averageAround(sound, timesMs, LOUDNESS_MS);
  const pairs = apertures.flatMap((aperture, index) => {
    const level = loudness[index] ?? Number.NaN;
    return aperture === null || Number.isNaN(level) ? [] : [{ aperture, level }];
  });
  const [closed, widest] = [0.05, 0.95].map((share) =>
    quantile(
      pairs.map(({ aperture }) => aperture),
      share,
    ),
  ) as [number, number];
  const quiet = pairs.filter((_pair, index) =>
    pairs
      .slice(Math.max(0, index - QUIET_NEIGHBOURS), index + QUIET_NEIGHBOURS + 1)
      .every(({ level }) => level < SILENT_RMS),
  );
  const stillOpen = quiet.filter(({ aperture }) => (aperture - closed) / (widest - closed) > OPEN_SHARE);
  const levels = sound.map(({ value }) => value);
  return {
    seenShare: pairs.length / frames.length,
    loudRms: quantile(levels, 0.95),
    agreement,
    quietPictures: quiet.length,
    stillOpenShare: stillOpen.length / quiet.length,
  };
}
