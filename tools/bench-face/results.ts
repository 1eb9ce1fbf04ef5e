import type { Ratio } from '../train-articulation/evaluation-metrics.ts';
import type { SyncScores } from './sync-metrics.ts';

export type FilmResult = {
  readonly voice: string;
  readonly driver: 'phones' | 'sound' | 'loudness';
  readonly avatar: string;
  readonly scores: SyncScores;
  readonly wrongSoundR: number;
  readonly seam: number;
};

export type FaceResults = {
  readonly films: readonly FilmResult[];
  readonly renderMsPerFrame: number | null;
  readonly bundleFromPhotoS: number | null;
  readonly bundleFromClipS: number | null;
};

const shareOf = ({ hit, of }: Ratio): number | null => (of === 0 ? null : hit / of);
const rounded = (value: number | null | undefined): number | null =>
  value === null || value === undefined || !Number.isFinite(value) ? null : Math.round(value * 1000) / 1000;
const lowest = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.min(...known);
};
const farthest = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((far, value) => (Math.abs(value) > Math.abs(far) ? value : far));

const HEADER =
  '| Voice | Driver | Avatar | Pictures | Sync r | Offset ms | Closures found | Closures right | Open vowels | Silence closed | Silence jitter | Wrong sound r | Seam |';

export function filmRow({ voice, driver, avatar, scores: s, wrongSoundR, seam }: FilmResult): string {
  const ratio = (value: Ratio): string => `${shareOf(value)?.toFixed(3) ?? '–'} (${value.hit}/${value.of})`;
  const cells = [
    voice,
    driver,
    avatar,
    s.facesLost > 0 ? `${s.pictures} (${s.facesLost} without a face)` : String(s.pictures),
    s.syncR.toFixed(3),
    s.offsetMs.toFixed(1),
    ratio(s.recall),
    ratio(s.precision),
    ratio(s.openVowels),
    s.soundInPauses === 0 ? ratio(s.silenceClosed) : `${ratio(s.silenceClosed)}, ${s.soundInPauses} with sound`,
    s.silenceJitter.toFixed(4),
    wrongSoundR.toFixed(3),
    seam.toFixed(2),
  ];
  return `| ${cells.join(' | ')} |`;
}

export function filmTable(films: readonly FilmResult[]): string {
  return [HEADER, `|${' --- |'.repeat(13)}`, ...films.map(filmRow)].join('\n');
}

/** The last line of the output: of the voices, the worst counts (of the volume-only control, the best). */
export function summarise({ films, ...costs }: FaceResults): Record<string, number | null> {
  const of = (driver: FilmResult['driver']): FilmResult[] => films.filter((film) => film.driver === driver);
  const [byPhones, bySound, byLoudness] = [of('phones'), of('sound'), of('loudness')];
  const real = [...byPhones, ...bySound];
  const worst = (group: readonly FilmResult[], value: (scores: SyncScores) => number | null): number | null =>
    rounded(lowest(group.map(({ scores }) => value(scores))));
  return {
    phonemeSyncR: worst(byPhones, (s) => s.syncR),
    phonemeClosureRecall: worst(byPhones, (s) => shareOf(s.recall)),
    phonemeClosurePrecision: worst(byPhones, (s) => shareOf(s.precision)),
    audioSyncR: worst(bySound, (s) => s.syncR),
    audioClosureRecall: worst(bySound, (s) => shareOf(s.recall)),
    audioClosurePrecision: worst(bySound, (s) => shareOf(s.precision)),
    silenceClosedShare: worst(real, (s) => shareOf(s.silenceClosed)),
    offsetMs: rounded(farthest(real.map(({ scores }) => scores.offsetMs))),
    wrongAudioR: rounded(farthest(real.map(({ wrongSoundR }) => wrongSoundR))),
    volumeOnlyR: byLoudness.length === 0 ? null : rounded(Math.max(...byLoudness.map(({ scores }) => scores.syncR))),
    renderMsPerFrame: rounded(costs.renderMsPerFrame),
    bundleFromPhotoS: rounded(costs.bundleFromPhotoS),
    bundleFromClipS: rounded(costs.bundleFromClipS),
  };
}
