// Dubs some clips and lays pictures of them on sheets: the clip above, the film below it, with the sound that is said.
//   node tools/film-sheets/main.ts [--out docs/images] [--scenes talking,turning] [--keep FOLDER]
// Clips and films that lie in the folder to keep are not made again. Clips of portraits are made only where the portraits are at hand.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { dubClip } from '../../packages/face/src/film/dubbing/dub-clip.ts';
import type { PhoneTiming } from '../../packages/media/src/core/articulation.ts';
import { FRAMES_PER_SECOND } from '../../packages/media/src/core/audio-format.ts';
import type { Picture } from '../../packages/media/src/core/picture.ts';
import { wavFile } from '../../packages/media/src/core/wav-file.ts';
import { imageOf, readPictures } from '../bench-face/film.ts';
import { localVoiceMaterial, type Material } from '../bench-face/speech-material.ts';
import { SCENES, type Scene } from './scenes.ts';

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: resolve(import.meta.dirname, '../../docs/images') },
    scenes: { type: 'string' },
    keep: { type: 'string' },
  },
});

const SECONDS = 6;
const COLUMNS = 4;
const CELL_PX = 320;
const GAP_PX = 4;
const LABEL_PX = 44;
const JPEG_QUALITY = 82;
const MOST_BYTES = 200_000;
/** How sounds that show on the lips are written, by the phones of the voice. */
const SOUNDS: Readonly<Record<string, string>> = {
  m: 'm',
  b: 'b',
  p: 'p',
  f: 'f',
  v: 'v',
  w: 'w',
  s: 's',
  z: 's',
  sh: 'sh',
  ch: 'ch',
  aa: 'a',
  ae: 'a',
  ay: 'ai',
  ah: 'u',
  eh: 'e',
  ey: 'ay',
  iy: 'ee',
  ao: 'o',
  ow: 'oh',
  uw: 'oo',
};

type Shown = { readonly index: number; readonly label: string };

/** One moment in each part of the film: the sound that was shown least so far, of these the longest. */
function momentsOf(phones: readonly PhoneTiming[], count: number): Shown[] {
  const used = new Map<string, number>();
  return Array.from({ length: COLUMNS }, (_unused, column) => {
    const [from, to] = [column, column + 1].map((edge) => (1000 * count * edge) / COLUMNS / FRAMES_PER_SECOND);
    const inside = phones.filter(
      ({ symbol, startMs, endMs }) => symbol in SOUNDS && startMs >= (from ?? 0) && endMs < (to ?? 0),
    );
    const cost = ({ symbol, startMs, endMs }: PhoneTiming): number =>
      1000 * (used.get(SOUNDS[symbol] ?? '') ?? 0) - (endMs - startMs);
    const best = inside.toSorted((a, b) => cost(a) - cost(b))[0];
    if (best === undefined) return { index: Math.floor((count * (column + 0.5)) / COLUMNS), label: '' };
    const label = SOUNDS[best.symbol] ?? '';
    used.set(label, (used.get(label) ?? 0) + 1);
    return { index: Math.floor(((best.startMs + best.endMs) / 2000) * FRAMES_PER_SECOND), label };
  });
}

async function cellOf(picture: Picture, { left, top, width, height }: Scene['shown']): Promise<Buffer> {
  const { data, ...size } = imageOf(picture);
  return await sharp(data, { raw: { width: size.width, height: size.height, channels: 3 } })
    .extract({ left, top, width, height })
    .resize(CELL_PX, CELL_PX, { kernel: 'cubic' })
    .png()
    .toBuffer();
}

async function cellsOf(path: string, { shown }: Scene, moments: readonly Shown[]): Promise<Buffer[]> {
  const pictures: Picture[] = [];
  for await (const picture of readPictures(path)) pictures.push(picture);
  return await Promise.all(moments.map(({ index }) => cellOf(pictures[index] as Picture, shown)));
}

async function sheetOf(rows: readonly (readonly Buffer[])[], moments: readonly Shown[]): Promise<Buffer> {
  const [width, height] = [COLUMNS * (CELL_PX + GAP_PX) - GAP_PX, rows.length * (CELL_PX + GAP_PX) + LABEL_PX];
  const at = (column: number): number => column * (CELL_PX + GAP_PX);
  const labels = moments.map(
    ({ label }, column) => `<text x="${at(column) + CELL_PX / 2}" y="${LABEL_PX - 12}">${label}</text>`,
  );
  const text = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${LABEL_PX}"><g
    font-family="DejaVu Sans, sans-serif" font-size="30" text-anchor="middle" fill="#222">${labels.join('')}</g></svg>`;
  const cells = rows.flatMap((row, y) => row.map((input, x) => ({ input, left: at(x), top: y * (CELL_PX + GAP_PX) })));
  const label = { input: Buffer.from(text), left: 0, top: height - LABEL_PX };
  return await sharp({ create: { width, height, channels: 3, background: '#fff' } })
    .composite([...cells, label])
    .jpeg({ quality: JPEG_QUALITY, mozjpeg: true })
    .toBuffer();
}

async function writeWav(path: string, { pcm }: Material): Promise<string> {
  await writeFile(path, wavFile([pcm.subarray(0, SECONDS * 24_000)], 24_000));
  return path;
}

async function makeSheet(folder: string, scene: Scene, wanted: Material, speeches: readonly [string, string]) {
  const [clip, film] = ['', '-dubbed'].map((end) => join(values.keep ?? folder, `${scene.name}${end}.mp4`)) as [
    string,
    string,
  ];
  if (!existsSync(film)) {
    if (!(await scene.write(clip, SECONDS, speeches[1]))) {
      console.log(`${scene.name}: SKIPPED, its portrait clip is not at hand`);
      return;
    }
    await dubClip({ videoPath: clip, audioPath: speeches[0], outPath: film, options: { syncMode: 'cut_off' } });
  }
  const moments = momentsOf(wanted.phones, SECONDS * FRAMES_PER_SECOND);
  const rows = await Promise.all([clip, film].map((path) => cellsOf(path, scene, moments)));
  const sheet = await sheetOf(rows, moments);
  if (sheet.byteLength > MOST_BYTES) throw new Error(`${scene.name}: ${sheet.byteLength} bytes are too many.`);
  await writeFile(join(values.out, `films-${scene.name}.jpg`), sheet);
  console.log(`${scene.name}: ${sheet.byteLength} bytes`);
}

const folder = await mkdtemp(join(tmpdir(), 'film-sheets-'));
try {
  for (const path of [values.out, values.keep]) if (path !== undefined) await mkdir(path, { recursive: true });
  const wanted = await localVoiceMaterial('alloy', 'alloy', SECONDS);
  const other = await localVoiceMaterial('ash', 'ash', SECONDS);
  const speeches = [
    await writeWav(join(folder, 'wanted.wav'), wanted),
    // Some sentences later, so that nothing is said twice.
    await writeWav(join(folder, 'other.wav'), { ...other, pcm: other.pcm.subarray(24_000 * 2) }),
  ] as const;
  for (const scene of SCENES)
    if (values.scenes?.split(',').includes(scene.name) ?? true) await makeSheet(folder, scene, wanted, speeches);
} finally {
  await rm(folder, { recursive: true, force: true });
}
