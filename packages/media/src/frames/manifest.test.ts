import { mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AvatarBundleError } from './bundle-error.ts';
import { type AvatarManifest, parseManifest, readBundle } from './manifest.ts';
import { writeSyntheticBundle } from './testing/synthetic-bundle.ts';

// biome-ignore lint/suspicious/noExplicitAny: a manifest to be broken at any place
type Loose = any;

let folder: string;
let manifest: AvatarManifest;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavis-bundle-'));
  manifest = await writeSyntheticBundle(folder);
});
afterAll(() => rm(folder, { recursive: true }));

function altered(change: (copy: Loose) => void): unknown {
  const copy = structuredClone(manifest) as Loose;
  change(copy);
  return copy;
}

function faultOf(value: unknown): AvatarBundleError {
  try {
    parseManifest(value, 'm.json');
  } catch (error) {
    if (error instanceof AvatarBundleError) return error;
    throw error;
  }
  throw new Error('The manifest was accepted.');
}

describe('parseManifest', () => {
  it('accepts a whole manifest', () => {
    expect(parseManifest(structuredClone(manifest), 'm.json')).toEqual(manifest);
  });

  it.each([null, 7, 'x', [], {}, { format: 'zip' }])('refuses %j as no manifest', (value) => {
    expect(faultOf(value)).toMatchObject({ fault: 'bad-manifest', message: expect.stringContaining('visavis-avatar') });
  });

  it('tells another version from damage', () => {
    expect(faultOf(altered((copy) => (copy.version = 2)))).toMatchObject({
      fault: 'wrong-version',
      message: expect.stringContaining('version 2'),
    });
  });

  it.each([
    ['a missing name', (copy: Loose) => delete copy.displayName, 'displayName'],
    ['a landmark short', (copy: Loose) => copy.landmarks.rest.outer.pop(), 'landmarks.rest.outer'],
    ['a path out of the bundle', (copy: Loose) => (copy.layers.person = '../person.webp'), 'layers.person'],
    ['an absolute path', (copy: Loose) => (copy.thumbnail = '/etc/passwd'), 'thumbnail'],
    ['a file without hash', (copy: Loose) => delete copy.files['person.webp'], 'person.webp'],
    ['a hole in the grid', (copy: Loose) => copy.mouth.images.splice(4, 1), 'grid'],
    ['a viseme missing', (copy: Loose) => copy.mouth.images.pop(), 'sh'],
    ['a box out of the picture', (copy: Loose) => (copy.eyes.box.x = 200), 'eyes'],
    ['too few brow nodes', (copy: Loose) => copy.expressions.brows.raised.displacement.pop(), 'raised'],
    ['a number that is none', (copy: Loose) => (copy.landmarks.chin = [Number.NaN, 1]), 'chin'],
  ])('names the field for %s', (_, change, where) => {
    expect(faultOf(altered(change))).toMatchObject({ fault: 'bad-manifest', message: expect.stringContaining(where) });
  });
});

describe('readBundle', () => {
  it('names a folder without manifest', async () => {
    await expect(readBundle(join(folder, 'nowhere'))).rejects.toMatchObject({
      fault: 'missing-file',
      message: expect.stringContaining('manifest.json'),
    });
  });

  it('names a missing and a damaged picture', async () => {
    const other = await mkdtemp(join(tmpdir(), 'visavis-bundle-'));
    try {
      await writeSyntheticBundle(other);
      await writeFile(join(other, 'mouth/press.webp'), 'damaged');
      await expect(readBundle(other)).rejects.toMatchObject({
        fault: 'corrupt-file',
        message: expect.stringContaining('press.webp'),
      });
      await unlink(join(other, 'mouth/press.webp'));
      await expect(readBundle(other)).rejects.toMatchObject({
        fault: 'missing-file',
        message: expect.stringContaining('press.webp'),
      });
      await writeFile(join(other, 'manifest.json'), '{"format":');
      await expect(readBundle(other)).rejects.toMatchObject({ fault: 'bad-manifest' });
    } finally {
      await rm(other, { recursive: true });
    }
  });
});
