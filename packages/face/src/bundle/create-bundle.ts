import { open, readFile } from 'node:fs/promises';
import type { AvatarManifest } from '@visavis/media/frames';
import { fileKind, HEAD_BYTES } from '@visavis/protocol/file-kind';
import { InputError } from '../input-error.ts';
import { MAX_PHOTO_BYTES } from '../photo/decode-photo.ts';
import { type MakeBundleOptions, makeBundleFromPhoto } from './make-bundle.ts';
import { makeBundleFromClip } from './make-clip-bundle.ts';

/**
 * Makes an avatar bundle from a file with one person: a photo or a clip of the formats of `fileKind`, told
 * apart by content. The folder `outDir` appears when the bundle is complete and replaces an earlier one.
 * Throws `InputError` for files it cannot use; errors of the file system pass through.
 */
export async function createBundle(
  inputPath: string,
  outDir: string,
  options: MakeBundleOptions,
): Promise<AvatarManifest> {
  const { head, size } = await readHead(inputPath);
  const found = await fileKind(head);
  if (found === null) throw new InputError('unknown-file');
  if (found.kind === 'picture') {
    if (size > MAX_PHOTO_BYTES) throw new InputError('too-large');
    return makeBundleFromPhoto(await readFile(inputPath), outDir, options);
  }
  return makeBundleFromClip(inputPath, outDir, options);
}

async function readHead(path: string): Promise<{ head: Uint8Array; size: number }> {
  const file = await open(path, 'r');
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
    return { head: head.subarray(0, bytesRead), size: (await file.stat()).size };
  } finally {
    await file.close();
  }
}
