import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { z } from 'zod';
import type { BlobStore } from '../../../files/blob-store.ts';
import type { StoredBundle } from '../../../files/stored-bundle.ts';
import { faceBoxIn } from '../face-box.ts';
import { type BundleFiles, MAX_INDEX_BYTES, writeIndex } from './bundle-index.ts';

export type PutBundleOptions = {
  /** A new one for every making; the same for another try with the same folder. */
  readonly owner: string;
  /** Names of files inside the bundle. */
  readonly thumbnail: string | null;
  readonly preview: string | null;
  readonly signal: AbortSignal;
};

export type PutBundle = { readonly bundle: StoredBundle; readonly files: BundleFiles; readonly bytes: number };

/** What is sent to the store at once of one bundle. */
const AT_ONCE = 4;

const wordsSchema = z.object({ description: z.string().max(400).catch('') });

/** Keeps a bundle that is whole; says how many bytes its files have. The folder stays as it is. */
export async function putBundle(
  store: BlobStore,
  folder: string,
  { owner: ownerId, thumbnail, preview, signal }: PutBundleOptions,
): Promise<PutBundle> {
  // First: what is no bundle is not sent.
  const manifest: unknown = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'));
  const words = { description: wordsSchema.parse(manifest).description, face: faceBoxIn(manifest) };
  const owner = { area: 'avatars', owner: ownerId } as const;
  const files: Record<string, BundleFiles[string]> = {};
  const waiting = await filesIn(folder);
  const putNext = async (): Promise<void> => {
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      const { sha256, bytes } = await store.putFile(owner, join(folder, path), { signal });
      files[path] = { sha256, bytes };
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, putNext));
  const index = await putBytes(store, owner, writeIndex(files), signal);
  const hashOf = (name: string | null) => (name === null ? null : (files[name]?.sha256 ?? null));
  return {
    files,
    bundle: {
      owner: owner.owner,
      index,
      thumbnail: hashOf(thumbnail),
      preview: hashOf(preview),
      ...words,
    },
    bytes: Object.values(files).reduce((sum, file) => sum + file.bytes, 0),
  };
}

async function putBytes(
  store: BlobStore,
  owner: { readonly area: 'avatars'; readonly owner: string },
  bytes: Buffer,
  signal: AbortSignal,
): Promise<string> {
  const body = (async function* () {
    yield bytes;
  })();
  return (await store.put(owner, body, { maxBytes: MAX_INDEX_BYTES, signal })).sha256;
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => relative(folder, join(parentPath, name)).split(sep).join('/'));
}
