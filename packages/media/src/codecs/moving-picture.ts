// What tests of the codecs code and decode.
import { createPicture, type Picture } from '../core/picture.ts';

export const MOVING_SIZE = { widthPx: 144, heightPx: 112 } as const;

/** Shapes that move by fractions of a pixel over noise: blocks of every kind are needed for them. */
export function movingPicture(index: number, random: () => number): Picture {
  const picture = createPicture(MOVING_SIZE.widthPx, MOVING_SIZE.heightPx);
  for (let i = 0; i < picture.data.length; i++) {
    const [x, y] = [i % 144, Math.floor(i / 144)];
    const shape = 60 * Math.sin((x + 1.3 * index) / 7) * Math.cos((y - 0.6 * index) / 5);
    picture.data[i] = 120 + shape + (x > 96 ? 40 * (random() - 0.5) : 0) + (y > 80 && index > 4 ? 50 : 0);
  }
  return picture;
}
