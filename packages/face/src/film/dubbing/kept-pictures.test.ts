import { type Picture, pictureByteLength, seededRandom } from '@visavis/media/core';
import { expect, it } from 'vitest';
import { KeptPictures } from './kept-pictures.ts';

const random = seededRandom('kept pictures');

/** Noise, of which some places change from picture to picture, single ones at its borders, too. */
function filmOf(width: number, height: number, count: number, changes: number): Picture[] {
  const noise = (): number => Math.floor(256 * random());
  let data = Uint8Array.from({ length: pictureByteLength(width, height) }, noise);
  return Array.from({ length: count }, () => {
    data = new Uint8Array(data);
    for (let i = 0; i < changes; i++) data[Math.floor(random() * data.length)] = noise();
    const borders = [0, width - 1, width * (height - 1), width * height - 1, data.length - 1];
    data[borders[Math.floor(random() * borders.length)] as number] = noise();
    return { width, height, data };
  });
}

function shown(kept: KeptPictures, index: number, byteLength: number): Uint8Array | null {
  const into = new Uint8Array(new SharedArrayBuffer(byteLength));
  return kept.show(index, into) ? into : null;
}

it.each([
  { width: 64, height: 64, changes: 3 },
  { width: 66, height: 94, changes: 20 },
  { width: 130, height: 78, changes: 5000 },
])('gives every picture of $width x $height as it was, in any order', ({ width, height, changes }) => {
  const film = filmOf(width, height, 12, changes);
  const kept = new KeptPictures({ widthPx: width, heightPx: height, count: film.length });
  for (const picture of film) kept.add(picture);
  for (const index of [0, 11, 3, 3, 7, 0, 10]) {
    const picture = shown(kept, index, pictureByteLength(width, height));
    expect(Buffer.compare(picture as Uint8Array, (film[index] as Picture).data)).toBe(0);
  }
  expect(shown(kept, 12, pictureByteLength(width, height))).toBeNull();
});

it('has memory for many times as many pictures where little changes in them, and none of a film that does not fit', () => {
  const [width, height, count] = [128, 128, 40];
  const byteLength = pictureByteLength(width, height);
  const options = { widthPx: width, heightPx: height, count, mostBytes: 12 * byteLength };
  const [still, moving] = [2, 10_000].map((changes) => {
    const kept = new KeptPictures(options);
    for (const picture of filmOf(width, height, count, changes)) kept.add(picture);
    return kept;
  }) as [KeptPictures, KeptPictures];
  expect(shown(still, count - 1, byteLength)).not.toBeNull();
  for (const index of [0, 5, count - 1]) expect(shown(moving, index, byteLength)).toBeNull();
});

it('does not try what is far longer than there is memory for, nor keeps anything once it was cleared', () => {
  const [width, height] = [64, 64];
  const byteLength = pictureByteLength(width, height);
  const [first] = filmOf(width, height, 1, 0) as [Picture];
  const long = new KeptPictures({ widthPx: width, heightPx: height, count: 1000, mostBytes: 20 * byteLength });
  long.add(first);
  expect(shown(long, 0, byteLength)).toBeNull();
  const kept = new KeptPictures({ widthPx: width, heightPx: height, count: 2 });
  kept.add(first);
  expect(shown(kept, 0, byteLength)).not.toBeNull();
  kept.clear();
  kept.add(first);
  expect(shown(kept, 0, byteLength)).toBeNull();
});
