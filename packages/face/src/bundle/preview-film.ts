import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AvatarManifest } from '@visavis/media/frames';
import { addToBundle } from './bundle-writer.ts';
import { filmIdleLoop } from './idle-film.ts';

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
    const { manifest } = await filmIdleLoop(bundlePath, join(bundlePath, PREVIEW_FILE), {
      sidePx: PREVIEW_SIDE_PX,
      rate: PREVIEW_RATE,
      cachePath,
      signal,
    });
    return await addToBundle(bundlePath, manifest, PREVIEW_FILE, { preview: PREVIEW_FILE });
  } finally {
    await rm(cachePath, { recursive: true, force: true });
  }
}
