import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { createBundle, makeBundleFromPhoto } from '../../packages/face/src/index.ts';
import { errorMessage } from '../../packages/media/src/core/error-message.ts';
import { imageOf, readPictures } from './film.ts';

/** Real portrait clips are no part of the repository; they lie beside it where they are at hand. */
const PORTRAITS = resolve(import.meta.dirname, '../../../shared/test-media/portraits');
/** A man, a woman. */
export const PHOTO_CLIPS = ['man-light-room.mp4', 'woman-red-dress.mp4'] as const;
const VIDEO_CLIP = 'man-light-room.mp4';

/** A bundle made in this run, or why there is none. */
export type MadeBundle =
  | { readonly path: string; readonly seconds: number; readonly processorSeconds: number }
  | string;

/** An avatar from the first picture of a portrait clip. */
export async function makeFromPhoto(folder: string, clipName: string): Promise<MadeBundle> {
  const clip = join(PORTRAITS, clipName);
  if (!existsSync(clip)) return `no portrait clip at ${clip}`;
  let photo: Buffer | null = null;
  for await (const picture of readPictures(clip)) {
    const { width, height, data } = imageOf(picture);
    photo = await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer();
    break;
  }
  if (photo === null) return `${clip} holds no picture`;
  const id = clipName.replace(/\W.*$/, '');
  const path = join(folder, id);
  const bytes = photo;
  return timed(path, () => makeBundleFromPhoto(bytes, path, { id, displayName: 'Photo' }));
}

/** An avatar from a whole portrait clip. */
export async function makeFromClip(folder: string): Promise<MadeBundle> {
  const clip = join(PORTRAITS, VIDEO_CLIP);
  if (!existsSync(clip)) return `no portrait clip at ${clip}`;
  const path = join(folder, 'clip');
  try {
    return await timed(path, () => createBundle(clip, path, { id: 'bench-clip', displayName: 'Clip' }));
  } catch (error) {
    return errorMessage(error);
  }
}

async function timed(path: string, make: () => Promise<unknown>): Promise<MadeBundle> {
  const startedAtMs = performance.now();
  const before = process.cpuUsage();
  await make();
  const { user, system } = process.cpuUsage(before);
  return { path, seconds: (performance.now() - startedAtMs) / 1000, processorSeconds: (user + system) / 1e6 };
}
