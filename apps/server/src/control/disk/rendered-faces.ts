import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ControlLogger } from '../logger.ts';

export type RenderedFacesOptions = {
  /** Where media workers keep the rendered loops of faces. */
  readonly folder: string;
  readonly maxBytes: number;
  readonly isDiskLow: () => boolean;
  /** Bundles that avatars have which were made here: those of others are of avatars that were deleted. */
  readonly usedBundles: () => Promise<ReadonlySet<string>>;
  readonly logger: ControlLogger;
};

type Rendered = { readonly path: string; readonly bytes: number; readonly usedAtMs: number };

const LOOP_END = '.i420';
/** Bundles made here have such names; loops are named by theirs. */
const OF_MADE_BUNDLE = /^([0-9a-f]{32})-\d+x\d+-/;

const isUnfinished = (name: string) => name.includes(`${LOOP_END}.`) && name.endsWith('.tmp');
/** A file that is still being written is younger. */
const UNFINISHED_AFTER_MS = 60 * 60_000;
/** What was opened so lately may be in a call; on a disk that is nearly full nothing else is kept. */
const IN_USE_MS = 60 * 60_000;

/**
 * Removes rendered loops of faces: those of deleted avatars, then those that were not opened for longest, until they take no more
 * than they may; all that were not opened for an hour while the disk is nearly full. They are rendered again when they are needed, and a call
 * that shows one keeps it. Says how many bytes were freed.
 */
export async function sweepRenderedFaces(options: RenderedFacesOptions): Promise<number> {
  const { folder, maxBytes, isDiskLow, usedBundles, logger } = options;
  const loops: Rendered[] = [];
  let freed = 0;
  const remove = async ({ path, bytes }: Rendered): Promise<void> => {
    await rm(path, { force: true });
    freed += bytes;
  };
  const names = await readdir(folder).catch(() => []);
  // Asked after them: what is made meanwhile is not among them.
  const used = names.length === 0 ? new Set<string>() : await usedBundles();
  for (const name of names) {
    const path = join(folder, name);
    const file = await stat(path).catch(() => null);
    if (file === null) continue;
    const rendered = { path, bytes: file.size, usedAtMs: Math.max(file.atimeMs, file.mtimeMs) };
    const [, bundle] = OF_MADE_BUNDLE.exec(name) ?? [];
    if (bundle !== undefined && !used.has(bundle)) await remove(rendered);
    else if (name.endsWith(LOOP_END)) loops.push(rendered);
    else if (isUnfinished(name) && Date.now() - file.mtimeMs > UNFINISHED_AFTER_MS) await remove(rendered);
  }
  let kept = loops.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const loop of loops.sort((a, b) => a.usedAtMs - b.usedAtMs)) {
    const isWanted = isDiskLow() ? Date.now() - loop.usedAtMs < IN_USE_MS : kept <= maxBytes;
    if (isWanted) break;
    await remove(loop);
    kept -= loop.bytes;
  }
  if (freed > 0) logger.info({ folder, freedMb: Math.round(freed / 1e6) }, 'Rendered loops of faces were removed');
  return freed;
}
