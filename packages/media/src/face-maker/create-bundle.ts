import { open, readFile } from 'node:fs/promises';
import type { AvatarManifest } from '../frames/manifest.ts';
import { isPhoto, MAX_PHOTO_BYTES } from './decode-photo.ts';
import { InputError } from './input-error.ts';
import { type MakeBundleOptions, makeBundleFromPhoto } from './make-bundle.ts';
import { makeBundleFromClip } from './make-clip-bundle.ts';

/** Enough of a file to tell its type. */
const HEAD_BYTES = 4096;

/**
 * Makes an avatar bundle from a file with one person: a photo (JPEG, PNG, WebP, BMP) or a clip (MP4, WebM, MOV), told
 * apart by content. The folder `outDir` appears when the bundle is complete and replaces an earlier one.
 * Throws `InputError` for files it cannot use; errors of the file system pass through.
 */
export async function createBundle(
  inputPath: string,
  outDir: string,
  options: MakeBundleOptions,
): Promise<AvatarManifest> {
  const { head, size } = await readHead(inputPath);
  if (isPhoto(head)) {
    if (size > MAX_PHOTO_BYTES) throw new InputError('too-large');
    return makeBundleFromPhoto(await readFile(inputPath), outDir, options);
  }
  if (isClip(head)) return makeBundleFromClip(inputPath, outDir, options);
  throw new InputError('unknown-file');
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

/** MP4 and MOV begin with a box of a known kind, WebM and Matroska with the EBML mark. */
function isClip(head: Uint8Array): boolean {
  const kind = Buffer.from(head.subarray(4, 8)).toString('latin1');
  const isEbml = [0x1a, 0x45, 0xdf, 0xa3].every((value, i) => head[i] === value);
  return isEbml || ['ftyp', 'moov', 'mdat', 'wide', 'free', 'skip'].includes(kind);
}
