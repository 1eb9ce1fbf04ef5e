import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createPicture } from '@visavis/media/core';
import { type AvatarManifest, openFace } from '@visavis/media/frames';
import { FilmWriter } from '../film/film-writer.ts';
import { addToBundle } from './bundle-writer.ts';

const PREVIEW_FILE = 'preview.mp4';
/** Side of a gallery's card on a screen of double density. */
const PREVIEW_SIDE_PX = 320;
/** H.264's quantiser: good enough for a card, and small. */
const PREVIEW_RATE = { quantiser: 27 };

/**
 * Films the avatar's life loop, 320x320 pixels without sound, into its bundle: `manifest.preview`, for galleries. It runs
 * round without a seam. Returns the new manifest; an earlier preview is replaced.
 */
export async function addPreview(bundlePath: string, signal?: AbortSignal): Promise<AvatarManifest> {
  const cachePath = await mkdtemp(join(tmpdir(), 'visavis-preview-'));
  try {
    const size = { widthPx: PREVIEW_SIDE_PX, heightPx: PREVIEW_SIDE_PX };
    const face = await openFace(bundlePath, { ...size, cachePath });
    const path = join(bundlePath, PREVIEW_FILE);
    const picture = createPicture(PREVIEW_SIDE_PX, PREVIEW_SIDE_PX);
    try {
      const writer = await FilmWriter.open({ path, ...size, rate: PREVIEW_RATE });
      try {
        for (let index = 0; index < face.loopFrameCount; index++) {
          signal?.throwIfAborted();
          face.renderIdle(index, picture);
          await writer.addPicture(picture);
          await nextTurn();
        }
        await writer.finish();
      } finally {
        await writer.close();
      }
    } finally {
      face.close();
    }
    return await addToBundle(bundlePath, face.manifest, PREVIEW_FILE, { preview: PREVIEW_FILE });
  } finally {
    await rm(cachePath, { recursive: true, force: true });
  }
}
