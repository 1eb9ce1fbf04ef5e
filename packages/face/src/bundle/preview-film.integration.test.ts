import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FilmReader, fileOnDisk } from '@visavis/media/codecs';
import { createPicture } from '@visavis/media/core';
import { openFace, readBundle } from '@visavis/media/frames';
import { writeSyntheticBundle } from '@visavis/media/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addPreview } from '../index.ts';

const SIDE = 320;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'preview-film-'));
  await writeSyntheticBundle(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function lumaOfFilm(path: string): Promise<Buffer[]> {
  const reader = await FilmReader.open(fileOnDisk(path, 'read'), ['mov']);
  expect(reader.pictures()).toMatchObject({ widthPx: SIDE, heightPx: SIDE });
  const pictures = Array.from(reader.frames('format=yuv420p'), ({ bytes }) => bytes.subarray(0, SIDE * SIDE));
  reader.close();
  return pictures;
}

it('films the whole life loop into the bundle, which stays one that opens', async () => {
  const manifest = await addPreview(folder);
  expect(manifest.preview).toBe('preview.mp4');
  const film = await lumaOfFilm(join(folder, 'preview.mp4'));
  const bundle = await readBundle(folder);
  expect(bundle.manifest).toEqual(manifest);
  const face = await openFace(folder, { widthPx: SIDE, heightPx: SIDE, cachePath: join(folder, 'cache') });
  try {
    expect(film.length).toBe(face.pieceFrameCount);
    const picture = createPicture(SIDE, SIDE);
    for (const index of [0, 60, 249]) {
      face.renderIdle(index, picture);
      const luma = film[index]!;
      const difference =
        luma.reduce((sum, value, i) => sum + Math.abs(value - (picture.data[i] ?? 0)), 0) / luma.length;
      expect(difference).toBeLessThan(3);
    }
  } finally {
    face.close();
  }
});

it('replaces an earlier preview', async () => {
  const first = await addPreview(folder);
  expect(await addPreview(folder)).toEqual(first);
});
