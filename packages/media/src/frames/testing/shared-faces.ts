import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const RENDERER = path.resolve(import.meta.dirname, '..');

/** Rendering a face takes seconds, and a call waits for it: tests share what the same renderer made for one of them. */
const NAME = `visavis-test-faces-${process.getuid?.() ?? 'user'}-`;
const SHARED = path.join(tmpdir(), NAME + digestOf(RENDERER));
/** Those of another renderer are nobody's when nothing was put there for so long. */
const FORGOTTEN_AFTER_MS = 24 * 60 * 60_000;

/** Puts the faces that other tests rendered into this cache. */
export function lendFaces(cachePath: string): void {
  linkFaces(SHARED, cachePath);
}

/** Keeps what was rendered into this cache for the tests that follow. */
export function keepFaces(cachePath: string): void {
  linkFaces(cachePath, SHARED);
  removeForgotten();
}

/** Each change of the renderer leaves its faces behind, several hundred megabytes. */
function removeForgotten(): void {
  for (const name of readdirSync(tmpdir())) {
    const folder = path.join(tmpdir(), name);
    if (!name.startsWith(NAME) || folder === SHARED) continue;
    const { mtimeMs } = statSync(folder, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
    if (Date.now() - mtimeMs > FORGOTTEN_AFTER_MS) rmSync(folder, { recursive: true, force: true });
  }
}

/** Links: a face has a hundred megabytes, and is never written again once it has its name. */
function linkFaces(from: string, to: string): void {
  for (const name of facesIn(from)) {
    mkdirSync(to, { recursive: true, mode: 0o700 });
    try {
      linkSync(path.join(from, name), path.join(to, name));
    } catch {
      // It is there already, is gone by now, or this is another disk: then it is rendered where it is needed.
    }
  }
}

function facesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.i420'));
  } catch {
    return [];
  }
}

function digestOf(folder: string): string {
  const digest = createHash('sha256');
  for (const name of readdirSync(folder).sort()) {
    if (name.endsWith('.ts') && !name.endsWith('.test.ts')) digest.update(readFileSync(path.join(folder, name)));
  }
  return digest.digest('hex').slice(0, 16);
}
