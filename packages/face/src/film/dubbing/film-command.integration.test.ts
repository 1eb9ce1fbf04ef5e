import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wavFile } from '@visavis/media/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { pictureOf, still, writeClip } from '../../testing/clips.ts';
import { aperturesOf, picturesOf } from '../../testing/film-pictures.ts';
import { avatarPhoto } from '../../testing/photos.ts';
import { FilmOptionError } from '../option-error.ts';
import { type FilmText, runFilmCommand as runFilms } from './film-command.ts';

const CLIP = join(import.meta.dirname, '../../testing/films/c00-control.mp4');
/** A mouth that speaks silence, and no French. */
const asked: FilmText[] = [];
const runFilmCommand = (argv: readonly string[]) =>
  runFilms(argv, async (text) => {
    asked.push(text);
    if (text.language === 'fr') throw new FilmOptionError('no-voice', { language: 'fr' });
    const phones = [{ symbol: 'aa', startMs: 200, endMs: 600 }];
    return { wav: wavFile([new Int16Array(24_000)], 24_000), phones };
  });
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'film-command-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('`visavis film` explains itself and its failures by exit codes, and leaves no file where it fails', async () => {
  const [log, error] = [vi.spyOn(console, 'log'), vi.spyOn(console, 'error')].map((spy) => spy.mockReturnValue());
  const out = join(folder, 'never.mp4');
  const text = join(folder, 'text.mp4');
  await writeFile(text, 'no film');
  const speech = join(folder, 'speech.wav');
  await writeFile(speech, wavFile([new Int16Array(8000)], 16_000));
  expect(await runFilmCommand(['--help'])).toBe(0);
  expect(log?.mock.calls.flat().join()).toContain('visavis film --video');
  expect(await runFilmCommand(['--video', CLIP, '--audio', speech])).toBe(2);
  expect(await runFilmCommand(['--video', CLIP, '--audio', speech, '-o', out, '--sync-mode', 'dance'])).toBe(2);
  expect(await runFilmCommand(['--video', CLIP, '--audio', speech, '-o', out, '--speaker', 'Ann'])).toBe(2);
  for (const [name, value] of [
    ['--segments', '1-3,2-4'],
    ['--segments', '1-900'],
    ['--original-volume', '2'],
  ] as const) {
    expect([value, await runFilmCommand(['--video', CLIP, '--audio', speech, '-o', out, name, value])]).toEqual([
      value,
      2,
    ]);
  }
  expect(await runFilmCommand(['--video', text, '--audio', speech, '-o', out])).toBe(3);
  expect(await runFilmCommand(['--video', CLIP, '--audio', text, '-o', out])).toBe(3);
  expect(await runFilmCommand(['--video', join(folder, 'nowhere.mp4'), '--audio', speech, '-o', out])).toBe(1);
  expect(error?.mock.calls.flat().join('\n')).toMatch(/corrupt: |not-audio: /);
  expect(existsSync(out)).toBe(false);
  vi.restoreAllMocks();
}, 120_000);

it('a text is spoken by a mouth of this machine, whose lips know what they say; what cannot be said is told', async () => {
  const error = vi.spyOn(console, 'error').mockReturnValue();
  vi.spyOn(console, 'log').mockReturnValue();
  const clip = join(folder, 'face.mp4');
  await writeClip(clip, { format: 'mp4' }, still(pictureOf(await avatarPhoto('iris'), 256), 0.5));
  const out = join(folder, 'said.mp4');
  const given = ['--video', clip, '-o', out];
  for (const argv of [
    [...given, '--text', 'Hello.', '--audio', clip],
    [...given, '--voice', 'onyx', '--audio', clip],
    [...given, '--text', ' … '],
    [...given, '--text', 'la '.repeat(3_400)],
  ]) {
    expect(await runFilmCommand(argv)).toBe(2);
  }
  expect(asked).toEqual([]);
  expect(await runFilmCommand([...given, '--text', 'Bonjour.', '--language', 'fr'])).toBe(2);
  expect(error.mock.calls.flat().join('\n')).toContain('No voice on this server speaks the language of this text (fr)');
  expect(existsSync(out)).toBe(false);
  expect(await runFilmCommand([...given, '--text', 'Ah.', '--voice', 'onyx'])).toBe(0);
  expect(asked.at(-1)).toEqual({ text: 'Ah.', voice: 'onyx', language: '' });
  const apertures = await aperturesOf(await picturesOf(out));
  expect(apertures).toHaveLength(25);
  expect(apertures[10]).toBeGreaterThan(0.08);
  expect(Math.max(...apertures.slice(20))).toBeLessThan(0.05);
  vi.restoreAllMocks();
}, 120_000);
