import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { avatarPhoto, open } from '../testing/photos.ts';

const MODULE = join(import.meta.dirname, '../bundle/make-bundle.ts');
const PROGRAM = `
import { readFile } from 'node:fs/promises';
const { makeBundleFromPhoto } = await import(process.argv[1]);
await makeBundleFromPhoto(await readFile(process.argv[2]), process.argv[3], { id: 'x', displayName: 'X' });
process.stderr.write('peak ' + process.resourceUsage().maxRSS + ' kB');
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavis-memory-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function peakKbOf(photo: string, name: string): Promise<number> {
  const program = ['--input-type=module', '-e', PROGRAM, MODULE, photo, join(folder, name)];
  const { stderr } = await promisify(execFile)(process.execPath, program, { maxBuffer: 1 << 24 });
  return Number(/peak (\d+) kB/.exec(stderr)?.[1]);
}

it.each([
  ['JPEG', 'jpeg', {}],
  ['progressive JPEG', 'jpeg', { progressive: true }],
  ['PNG', 'png', { compressionLevel: 1 }],
] as const)('a face of 50 megapixels in %s takes less than 700 MB to make', async (name, format, options) => {
  const photo = join(folder, `photo.${format}`);
  await open(await avatarPhoto('iris'))
    .resize(7070, 7070)
    .toFormat(format, options)
    .toFile(photo);
  const peakKb = await peakKbOf(photo, name);
  expect(peakKb).toBeGreaterThan(100_000);
  expect(peakKb).toBeLessThan(700_000);
});

it('a face of 50 megapixels in HEIC, as phones write it, takes less than 700 MB to make', async () => {
  const peakKb = await peakKbOf(join(import.meta.dirname, '../testing/phone-50mp.heic'), 'heic');
  expect(peakKb).toBeGreaterThan(100_000);
  expect(peakKb).toBeLessThan(700_000);
});
