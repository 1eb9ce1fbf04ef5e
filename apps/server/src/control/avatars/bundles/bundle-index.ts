import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** Of a file below the folder of a bundle: plain names, no way out of it. */
const PATH = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}(\/[A-Za-z0-9][A-Za-z0-9._-]{0,99}){0,3}$/;
const MOST_FILES = 1_000;

export const MAX_INDEX_BYTES = 500_000;

const entrySchema = z.object({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.number().int().nonnegative(),
});
const indexSchema = z.object({
  files: z.record(z.string().regex(PATH), entrySchema).refine((files) => Object.keys(files).length <= MOST_FILES),
});

/** The files of a bundle, by their paths below its folder. */
export type BundleFiles = Readonly<Record<string, z.output<typeof entrySchema>>>;

/** The same bytes for the same files. */
export function writeIndex(files: BundleFiles): Buffer {
  const sorted = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.from(JSON.stringify(indexSchema.parse({ files: Object.fromEntries(sorted) })));
}

/** Null: these are not the bytes of that index. */
export function readIndex(bytes: Buffer, sha256: string): BundleFiles | null {
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) return null;
  const parsed = indexSchema.safeParse(JSON.parse(bytes.toString('utf8')));
  return parsed.success ? parsed.data.files : null;
}

/** What is in a file; null: there is none. */
export function readIfThere(path: string): Promise<Buffer | null> {
  return readFile(path).catch(() => null);
}
