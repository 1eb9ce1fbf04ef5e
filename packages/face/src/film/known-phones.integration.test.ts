import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wavFile } from '@visavis/media/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DubOptions, dubClip, renderSpeech } from '../index.ts';
import { pictureOf, still, writeClip } from '../testing/clips.ts';
import { aperturesOf, picturesOf } from '../testing/film-pictures.ts';
import { avatarPhoto } from '../testing/photos.ts';

const AVATAR = join(import.meta.dirname, '../../../../avatars/rafael');
const SIDE = 256;
const RATE = 25;
const LONG_MS = 240_000;
/** Nothing is heard in the recording: what the mouth does, it does by the phones alone. */
const SPEECH_MS = 1600;
const OPEN = { startMs: 800, endMs: 1200 };
const PHONES = [
  { symbol: 'pau', startMs: 0, endMs: OPEN.startMs },
  { symbol: 'aa', ...OPEN },
  { symbol: 'pau', startMs: OPEN.endMs, endMs: SPEECH_MS },
] as const;
let folder: string;
let audioPath: string;
let clip: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'known-phones-'));
  audioPath = join(folder, 'silence.wav');
  await writeFile(audioPath, wavFile([new Int16Array(24 * SPEECH_MS)], 24_000));
  clip = join(folder, 'clip.mp4');
  await writeClip(clip, { format: 'mp4' }, still(pictureOf(await avatarPhoto('iris'), SIDE), 2.4, RATE));
}, LONG_MS);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function dub(name: string, options: DubOptions, phones: typeof PHONES | undefined = PHONES) {
  const outPath = join(folder, `${name}.mp4`);
  await dubClip({ videoPath: clip, audioPath, phones, outPath, options });
  return aperturesOf(await picturesOf(outPath));
}

/** Since when and until when the mouth is open, in milliseconds of the film. */
function openIn(apertures: readonly number[]): { readonly fromMs: number; readonly untilMs: number } {
  const half = (Math.min(...apertures) + Math.max(...apertures)) / 2;
  const isOpen = (value: number): boolean => value > half;
  const stepMs = 1000 / RATE;
  return { fromMs: stepMs * apertures.findIndex(isOpen), untilMs: stepMs * (apertures.findLastIndex(isOpen) + 1) };
}

function expectOpenAt(apertures: readonly number[], { startMs, endMs }: typeof OPEN): void {
  const { fromMs, untilMs } = openIn(apertures);
  expect(Math.max(...apertures)).toBeGreaterThan(0.08);
  expect(Math.min(...apertures)).toBeLessThan(0.04);
  expect([Math.abs(fromMs - startMs) < 100, Math.abs(untilMs - endMs) < 100, fromMs, untilMs]).toEqual([
    true,
    true,
    fromMs,
    untilMs,
  ]);
}

it(
  'where the voice told what it says, the mouth of a clip says that, however long the clip is',
  async () => {
    const untold = await dubClip({ videoPath: clip, audioPath, outPath: join(folder, 'untold.mp4') });
    expect(untold.durationMs).toBe(SPEECH_MS);
    expect(Math.max(...(await aperturesOf(await picturesOf(join(folder, 'untold.mp4')))))).toBeLessThan(0.04);
    for (const syncMode of ['loop', 'bounce', 'cut_off', 'silence', 'remap'] as const) {
      expectOpenAt(await dub(syncMode, { syncMode }), OPEN);
    }
    expectOpenAt(await dub('over-sound', { syncMode: 'loop', originalVolume: 0.5 }), OPEN);
  },
  LONG_MS,
);

it(
  'in segments it goes on where the one before ended',
  async () => {
    const segments = [
      { startMs: 200, endMs: 900 },
      { startMs: 1300, endMs: 2200 },
    ];
    // 700 ms are said in the first one: the phone begins 100 ms into the second one.
    expectOpenAt(await dub('segments', { segments }), { startMs: 1400, endMs: 1800 });
  },
  LONG_MS,
);

it(
  'and so does the mouth of an avatar',
  async () => {
    const outPath = join(folder, 'avatar.mp4');
    const size = { widthPx: SIDE, heightPx: SIDE, tailMs: 0, cachePath: join(folder, 'cache') };
    await renderSpeech(AVATAR, audioPath, outPath, { ...size, phones: PHONES });
    expectOpenAt(await aperturesOf(await picturesOf(outPath)), OPEN);
  },
  LONG_MS,
);
