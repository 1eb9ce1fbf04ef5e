// Measures dubbing: speech put onto a clip of somebody who says something else. The last line is one JSON object. See README.md.
//   npm run bench:film -- [--seconds 20] [--sizes 512x512,1920x1080] [--minutes 1,2,5,10] [--python python3]
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { renderSpeech } from '../../packages/face/src/film/render-speech.ts';
import { FRAMES_PER_SECOND, wireSamplesToMs } from '../../packages/media/src/core/audio-format.ts';
import { wavFile } from '../../packages/media/src/core/wav-file.ts';
import { localVoiceMaterial, type Material } from '../bench-face/speech-material.ts';
import { judgeFilm } from './judge-film.ts';
import { hasSecondInstrument } from './second-instrument.ts';
import { codeInProcess, dubInProcess } from './spent.ts';

const AVATAR = resolve(import.meta.dirname, '../../avatars/rafael');
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    sizes: { type: 'string', default: '512x512,1920x1080' },
    minutes: { type: 'string' },
    python: { type: 'string', default: 'python3' },
  },
});

const startedAtMs = performance.now();
const print = (line: string): void => {
  console.log(`[${((performance.now() - startedAtMs) / 1000).toFixed(0).padStart(4)} s] ${line}`);
};

async function wavOf(folder: string, name: string, { pcm }: Material): Promise<string> {
  const path = join(folder, `${name}.wav`);
  await writeFile(path, wavFile([pcm], 24_000));
  return path;
}

function from({ name, pcm, phones }: Material, startS: number): Material {
  const startMs = Math.round(startS * 1000);
  const later = phones.filter((phone) => phone.startMs >= startMs);
  return {
    name,
    pcm: pcm.subarray(24 * startMs),
    phones: later.map(({ symbol, ...times }) => ({
      symbol,
      startMs: times.startMs - startMs,
      endMs: times.endMs - startMs,
    })),
  };
}

/** A clip in which somebody talks, and the speech that it is dubbed with. */
async function measureSize(folder: string, size: string, original: Material, wanted: Material, python: string | null) {
  const [widthPx = 512, heightPx = widthPx] = size.split('x').map(Number);
  const clip = join(folder, `clip-${size}.mp4`);
  const out = join(folder, `film-${size}.mp4`);
  const control = join(folder, `control-${size}.mp4`);
  await renderSpeech(AVATAR, await wavOf(folder, 'original', original), clip, {
    widthPx,
    heightPx,
    cachePath: join(folder, 'loops'),
  });
  const audioPath = await wavOf(folder, 'wanted', wanted);
  const durationS = Math.min(...[original, wanted].map(({ pcm }) => wireSamplesToMs(pcm.length) / 1000));
  const pictures = Math.round(durationS * FRAMES_PER_SECOND);
  const order = { videoPath: clip, audioPath, outPath: out, syncMode: 'cut_off' } as const;
  const coding = { clip, out: control, pictures };
  // Once for what is compiled: servers make more than one film.
  await codeInProcess(coding);
  await dubInProcess(order);
  // Before and after, so that what else the machine does counts for both; as many pictures as the film has.
  const before = await codeInProcess(coding);
  const dubbing = await dubInProcess(order);
  const after = await codeInProcess(coding);
  const alone = (before.processorS + after.processorS) / 2;
  const aloneOnWall = (before.wallS + after.wallS) / 2;
  const judge = () => judgeFilm({ clip, film: out, control, wanted, original, python });
  const judged = await judge();
  // A film of a text: the same sound, of which the voice told what it says.
  await dubInProcess({ ...order, phones: wanted.phones });
  const fromText = await judge();
  return {
    size,
    timesRealTime: durationS / dubbing.wallS,
    overCodingAlone: dubbing.wallS / aloneOnWall,
    processor: { timesRealTime: durationS / dubbing.processorS, overCodingAlone: dubbing.processorS / alone },
    peakMB: dubbing.peakMB,
    ...judged,
    fromText,
  };
}

/** Cost by length: one short clip of the first size, looped as a user's would be. */
async function measureGrowth(folder: string, minutes: readonly number[], voice: Material): Promise<void> {
  const [size = '512x512'] = values.sizes.split(',');
  const [widthPx = 512, heightPx = widthPx] = size.split('x').map(Number);
  const clip = join(folder, 'short.mp4');
  const one = { ...voice, pcm: voice.pcm.subarray(0, 24_000 * 6) };
  await renderSpeech(AVATAR, await wavOf(folder, 'short', one), clip, { widthPx, heightPx });
  for (const count of minutes) {
    const samples = new Int16Array(count * 60 * 24_000);
    for (let i = 0; i < samples.length; i++) samples[i] = voice.pcm[i % voice.pcm.length] ?? 0;
    const audioPath = await wavOf(folder, 'long', { ...voice, pcm: samples });
    const spent = await dubInProcess({
      videoPath: clip,
      audioPath,
      outPath: join(folder, 'long.mp4'),
      syncMode: 'loop',
    });
    print(
      `${count} min at ${size}: ${(spent.processorS / (60 * count)).toFixed(2)} s of processor time a second, ${(spent.wallS / (60 * count)).toFixed(2)} s on the wall, ${spent.peakMB.toFixed(0)} MB`,
    );
  }
}

async function main(folder: string): Promise<void> {
  print(`${cpus().length} x ${cpus()[0]?.model.trim()}, Node ${process.version}, load ${loadavg()[0]?.toFixed(2)}`);
  const seconds = Number(values.seconds);
  // Both voices say the same sentences: in the clip the later ones are said.
  const original = from(await localVoiceMaterial('ash', 'ash', 2.5 * seconds), 1.3 * seconds);
  const wanted = await localVoiceMaterial('alloy', 'alloy', seconds);
  if (values.minutes !== undefined) return measureGrowth(folder, values.minutes.split(',').map(Number), wanted);
  const python = hasSecondInstrument(values.python) ? values.python : null;
  if (python === null)
    print(`SECOND INSTRUMENT SKIPPED: ${values.python} lacks dlib-bin, face-recognition-models or numpy (README.md)`);
  const results = [];
  for (const size of values.sizes.split(',')) {
    const result = await measureSize(folder, size, original, wanted, python);
    results.push(result);
    print(`${size}: ${JSON.stringify(result)}`);
  }
  console.log(JSON.stringify(results));
}

const folder = await mkdtemp(join(tmpdir(), 'bench-film-'));
try {
  await main(folder);
} finally {
  await rm(folder, { recursive: true, force: true });
}
