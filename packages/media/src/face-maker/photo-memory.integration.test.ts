import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { avatarPhoto, open } from './testing/photos.ts';

const MODULE = join(import.meta.dirname, 'make-bundle.ts');
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

it.each(['jpeg', 'png'] as const)('a face of 36 megapixels in %s takes less than 700 MB to make', async (format) => {
  const photo = join(folder, `photo.${format}`);
  await open(await avatarPhoto('iris'))
    .resize(6000, 6000)
    .toFormat(format, format === 'png' ? { compressionLevel: 1 } : {})
    .toFile(photo);
  const program = ['--input-type=module', '-e', PROGRAM, MODULE, photo, join(folder, format)];
  const { stderr } = await promisify(execFile)(process.execPath, program, { maxBuffer: 1 << 24 });
  const peakKb = Number(/peak (\d+) kB/.exec(stderr)?.[1]);
  expect(peakKb).toBeGreaterThan(100_000);
  expect(peakKb).toBeLessThan(700_000);
});
