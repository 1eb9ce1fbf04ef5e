import { join } from 'node:path';
import { pictureByteLength } from '@visavis/media/core';
import { expect, it } from 'vitest';
import { openFilmClip, readFilmPictures } from './film-clip.ts';
import { KeptPictures } from './kept-pictures.ts';
import { SourcePictures } from './source-pictures.ts';

const CLIP = join(import.meta.dirname, '../../testing/films/c00-control.mp4');

it.each([true, false])(
  'gives any picture as often as it is asked for, whatever is kept of it: %s',
  async (goesBack) => {
    const clip = await openFilmClip(CLIP);
    const source = new SourcePictures(clip, { pinnedCount: 2, goesBack });
    const into = new Uint8Array(pictureByteLength(clip.widthPx, clip.heightPx));
    const untouched = new Map<number, Uint8Array>();
    try {
      for (const index of [0, 1, 2, 2, 5, 4, 3, 1, 0, 1_000_000, 1_000_000]) {
        const { data } = await source.at(index, into);
        const before = untouched.get(index);
        if (before === undefined) untouched.set(index, new Uint8Array(data));
        else expect(Buffer.compare(data, before)).toBe(0);
        data.fill(0);
      }
      expect(Buffer.compare(untouched.get(0) as Uint8Array, untouched.get(5) as Uint8Array)).not.toBe(0);
    } finally {
      await source.close();
    }
  },
);

it('decodes pictures that are asked for once, in order, straight to where they are wanted', async () => {
  const clip = await openFilmClip(CLIP);
  const [copying, straight] = [false, true].map(
    (isStraight) => new SourcePictures(clip, { pinnedCount: 0, goesBack: false, isStraight }),
  ) as [SourcePictures, SourcePictures];
  const byteLength = pictureByteLength(clip.widthPx, clip.heightPx);
  const [into, other] = [new Uint8Array(new SharedArrayBuffer(byteLength)), new Uint8Array(byteLength)];
  try {
    for (const index of [0, 1, 2, 3, 2, 7]) {
      const { data } = await straight.at(index, into);
      expect(Buffer.compare(data, (await copying.at(index, other)).data)).toBe(0);
      data.fill(0);
    }
  } finally {
    await Promise.all([copying.close(), straight.close()]);
  }
});

it('decodes nothing of what was decoded before, whatever is asked for', async () => {
  const clip = await openFilmClip(CLIP);
  const { widthPx, heightPx } = clip;
  const decoded = new KeptPictures({ widthPx, heightPx, count: 25 * clip.durationS });
  const pictures: Uint8Array[] = [];
  for await (const picture of readFilmPictures(clip)) {
    pictures.push(picture.data);
    decoded.add(picture);
  }
  const gone = { ...clip, path: `${CLIP}.gone` };
  const source = new SourcePictures(gone, { pinnedCount: 2, goesBack: true, decoded });
  const into = new Uint8Array(pictureByteLength(widthPx, heightPx));
  for (const index of [0, pictures.length - 1, 5, 4, 0]) {
    const { data } = await source.at(index, into);
    expect(Buffer.compare(data, pictures[index] as Uint8Array)).toBe(0);
    data.fill(0);
  }
  // Without them the file would be read, and it is not there.
  decoded.clear();
  await expect(source.at(0, into)).rejects.toThrow();
  await source.close();
});
