import sharp from 'sharp';
import { expect, it } from 'vitest';
import { showSmall } from './small-picture.ts';

const image = { width: 4, height: 2, data: new Uint8Array(24) };

it('shows a square of a picture', async () => {
  const shown: Uint8Array[] = [];
  await showSmall(image, (webp) => shown.push(webp));
  const sizes = await Promise.all(shown.map((webp) => sharp(webp).metadata()));
  expect(sizes).toMatchObject([{ format: 'webp', width: 320, height: 320 }]);
});

it('fails no avatar, neither by a picture that cannot be made small nor by one that cannot be shown', async () => {
  const shown: Uint8Array[] = [];
  await expect(showSmall({ ...image, width: 0 }, (webp) => shown.push(webp))).resolves.toBeUndefined();
  const gone = () => {
    throw new Error('The server has gone.');
  };
  await expect(showSmall(image, gone)).resolves.toBeUndefined();
  expect(shown).toEqual([]);
});
