import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FaceBox } from '@visavis/protocol/rest';
import { z } from 'zod';

const manifestSchema = z.object({
  sourceSizePx: z.number().positive(),
  landmarks: z.object({ faceOval: z.array(z.tuple([z.number(), z.number()])).min(3) }),
});

/** Boxes that are kept, so that a list of avatars reads no manifest twice. */
const MOST_KEPT = 2_000;
const kept = new Map<string, FaceBox>();

/**
 * Forehead to chin and cheek to cheek, from the manifest of a bundle; null when it cannot be read. A bundle stands under its
 * path complete and for good.
 */
export async function faceBoxOf(bundlePath: string): Promise<FaceBox | null> {
  const known = kept.get(bundlePath);
  if (known !== undefined) return known;
  const face = await readFaceBox(bundlePath);
  if (face === null) return null;
  const [oldest] = kept.keys();
  if (kept.size >= MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  kept.set(bundlePath, face);
  return face;
}

async function readFaceBox(bundlePath: string): Promise<FaceBox | null> {
  try {
    return faceBoxIn(JSON.parse(await readFile(join(bundlePath, 'manifest.json'), 'utf8')));
  } catch {
    return null;
  }
}

/** Null when the manifest does not say where the face is, or puts it outside the picture. */
export function faceBoxIn(manifest: unknown): FaceBox | null {
  const parsed = manifestSchema.safeParse(manifest);
  if (!parsed.success) return null;
  const { sourceSizePx, landmarks } = parsed.data;
  const share = (value: number) => Math.round(Math.min(1, Math.max(0, value / sourceSizePx)) * 1000) / 1000;
  const across = landmarks.faceOval.map(([x]) => share(x));
  const down = landmarks.faceOval.map(([, y]) => share(y));
  const face = {
    left: Math.min(...across),
    top: Math.min(...down),
    right: Math.max(...across),
    bottom: Math.max(...down),
  };
  return face.right - face.left > 0.02 && face.bottom - face.top > 0.02 ? face : null;
}
