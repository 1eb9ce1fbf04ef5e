import { createPicture } from '@visavis/media/core';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { previewOf } from './film-preview.ts';

test.each([
  [1920, 1080, 320, 180],
  [480, 854, 180, 320],
  [100, 64, 100, 64],
])(
  'a picture of %d × %d becomes a JPEG of %d × %d in its colours',
  async (width, height, previewWidth, previewHeight) => {
    const picture = createPicture(width, height);
    picture.data.fill(81, 0, width * height);
    picture.data.fill(90, width * height, (width * height * 5) / 4);
    picture.data.fill(240, (width * height * 5) / 4);
    const jpeg = await previewOf(picture);
    const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: previewWidth, height: previewHeight, channels: 3 });
    const [red = 0, green = 0, blue = 0] = data;
    expect([red > 240, green < 15, blue < 15]).toEqual([true, true, true]);
  },
);
