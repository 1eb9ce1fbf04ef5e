import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wavFile } from '@visavis/media/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { runFilmCommand } from './film-command.ts';

const CLIP = join(import.meta.dirname, '../../testing/films/c00-control.mp4');
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
