// Measures the face: lips against speech in encoded and decoded video, cost of rendering, time to make an avatar.
// The last line is one JSON object. See tools/bench/README.md.
//   npm run bench:face -- [--seconds 60] [--only phones,sound,loudness] [--default-avatars]
//   npm run bench:face -- --leaks 100
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { wireSamplesToMs } from '../../packages/media/src/core/audio-format.ts';
import { type Face, openFace } from '../../packages/media/src/frames/face.ts';
import { loadArticulationNetwork } from '../../packages/media/src/visemes/articulation-network.ts';
import { MouthMeter } from '../../tests/support/mouth-meter.ts';
import { energyFollower } from '../train-articulation/energy-follower.ts';
import { type Driver, drive, type Networks } from './drivers.ts';
import { imageOf, readPictures, SIDE_PX, writeFilm } from './film.ts';
import { measureLeaks } from './leaks.ts';
import { type MadeBundle, makeFromClip, makeFromPhoto, PHOTO_CLIPS } from './made-bundles.ts';
import { measureRenderCost, type RenderCost, sessionsPerCore } from './render-cost.ts';
import { type FilmResult, filmRow, filmTable, summarise } from './results.ts';
import { SeamMeter } from './seam.ts';
import { HUMAN_VOICES, humanMaterial, localVoiceMaterial, type Material } from './speech-material.ts';
import { scoreFilm, wrongSoundR } from './sync-metrics.ts';

const AVATARS = resolve(import.meta.dirname, '../../avatars');
const DEFAULTS = ['rafael', 'iris'];
const SEAM_EVERY = 25;
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    only: { type: 'string', default: 'phones,sound,loudness' },
    'default-avatars': { type: 'boolean', default: false },
    leaks: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
if (!(seconds >= 5)) throw new Error('--seconds takes a number from 5 up.');
const wanted = new Set(values.only.split(','));

const startedAtMs = performance.now();
const print = (line: string): void => {
  console.log(`[${((performance.now() - startedAtMs) / 1000).toFixed(0).padStart(4)} s] ${line}`);
};

type Stage = { readonly avatar: string; readonly path: string; readonly face: Face };
type Performance = { readonly stage: Stage; readonly driver: Driver; readonly material: Material };

async function film(folder: string, { stage, driver, material }: Performance, networks: Networks, other: Material) {
  const path = join(folder, 'film.mp4');
  await writeFilm(path, stage.face, drive(driver, material, networks), material.pcm);
  const meter = await MouthMeter.open();
  const seam = await SeamMeter.open(stage.path, stage.face);
  let seen = 0;
  async function* images() {
    for await (const picture of readPictures(path)) {
      if (seen++ % SEAM_EVERY === 0) seam.see(picture);
      yield imageOf(picture);
    }
  }
  const apertures = await meter.apertures(images());
  meter.close();
  const scores = scoreFilm(apertures, material);
  const wrong = wrongSoundR(apertures, other.phones);
  return { voice: material.name, driver, avatar: stage.avatar, scores, wrongSoundR: wrong, seam: seam.ratio };
}

function networkMsPerSecond(material: Material, networks: Networks): number {
  const before = process.cpuUsage();
  drive('sound', material, networks);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / wireSamplesToMs(material.pcm.length);
}

/** A face for each voice: real ones, or default avatars where there are none. */
async function openStages(folder: string, fromPhotos: readonly MadeBundle[]): Promise<Stage[]> {
  const paths = fromPhotos.map((bundle, index): [string, string] => {
    const name = DEFAULTS[index] ?? 'iris';
    return typeof bundle === 'string'
      ? [`${name} (default)`, join(AVATARS, name)]
      : [`photo: ${PHOTO_CLIPS[index]?.replace('.mp4', '')}`, bundle.path];
  });
  return Promise.all(
    paths.map(async ([avatar, path]) => ({
      avatar,
      path,
      face: await openFace(path, { widthPx: SIDE_PX, heightPx: SIDE_PX, cachePath: join(folder, 'loops') }),
    })),
  );
}

function report(kind: string, bundle: MadeBundle): number | null {
  if (typeof bundle === 'string') print(`avatar from a ${kind}: not measured, ${bundle}`);
  else
    print(
      `avatar from a ${kind}: ${bundle.seconds.toFixed(1)} s, ${bundle.processorSeconds.toFixed(1)} s of processor time`,
    );
  return typeof bundle === 'string' ? null : bundle.seconds;
}

const slowest = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
};

async function main(folder: string): Promise<void> {
  print(`${cpus().length} x ${cpus()[0]?.model.trim()}, Node ${process.version}, load ${loadavg()[0]?.toFixed(2)}`);
  const skip = values['default-avatars'];
  const skipped = 'left out by --default-avatars';
  const fromPhotos: MadeBundle[] = [];
  for (const clip of PHOTO_CLIPS) fromPhotos.push(skip ? skipped : await makeFromPhoto(folder, clip));
  const bundleFromPhotoS = slowest(fromPhotos.map((bundle) => report('photo', bundle)));
  const bundleFromClipS = report('clip', skip ? skipped : await makeFromClip(folder));
  const spoken = [
    await localVoiceMaterial('ash', 'local voice ash (flite rms)', seconds),
    await localVoiceMaterial('alloy', 'local voice alloy (flite slt)', seconds),
  ];
  const human: Material[] = [];
  for (const voice of HUMAN_VOICES) {
    const material = await humanMaterial(voice, seconds);
    if (typeof material === 'string') print(material);
    else human.push(material);
  }
  const networks: Networks = { sound: await loadArticulationNetwork(), loudness: energyFollower };
  const stages = await openStages(folder, fromPhotos);
  const costs: RenderCost[] = [];
  for (const stage of stages) {
    const cost = await measureRenderCost(stage.face, drive('phones', spoken[0]!, networks));
    costs.push(cost);
    const sessions = sessionsPerCore(cost, networkMsPerSecond(spoken[0]!, networks));
    print(
      `${stage.avatar}: ${cost.renderMs.toFixed(2)} ms to render a picture, ${cost.encodeMs.toFixed(2)} ms to encode it (VP8), processor time; ${sessions.toFixed(1)} talking sessions per core`,
    );
  }
  const films: FilmResult[] = [];
  for (const driver of ['phones', 'sound', 'loudness'] as const) {
    const materials = driver === 'phones' ? spoken : human;
    for (const [index, material] of wanted.has(driver) ? materials.entries() : []) {
      const other = materials[index === 0 ? 1 : 0] ?? spoken[index]!;
      const stage = stages[index % stages.length]!;
      const result = await film(folder, { stage, driver, material }, networks, other);
      films.push(result);
      print(filmRow(result));
    }
  }
  for (const stage of stages) stage.face.close();
  console.log(`\n${filmTable(films)}\n`);
  const renderMsPerFrame = Math.max(...costs.map(({ renderMs }) => renderMs));
  console.log(JSON.stringify(summarise({ films, renderMsPerFrame, bundleFromPhotoS, bundleFromClipS })));
}

/**
 * One arena, as the server's process for making avatars has it: what glibc keeps for each thread would hide what is held.
 * The variable counts when a process starts.
 */
function runAgainWithOneArena(): number {
  const env = { ...process.env, MALLOC_ARENA_MAX: '1' };
  return spawnSync(process.execPath, process.argv.slice(1), { env, stdio: 'inherit' }).status ?? 1;
}

if (values.leaks !== undefined && process.env.MALLOC_ARENA_MAX === undefined) process.exit(runAgainWithOneArena());
const folder = await mkdtemp(join(tmpdir(), 'bench-face-'));
try {
  if (values.leaks === undefined) await main(folder);
  else await measureLeaks(folder, Number(values.leaks), print);
} finally {
  await rm(folder, { recursive: true, force: true });
}
