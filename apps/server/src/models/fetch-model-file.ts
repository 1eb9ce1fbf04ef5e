import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { ModelFile } from './model-catalogue.ts';
import { ModelRefusal, type ModelSource } from './model-source.ts';

/** A line that brings nothing for this long is broken. */
const IDLE_LIMIT_MS = 30_000;
/** Attempts on end that brought nothing, after which it is given up. */
const MAX_FRUITLESS_ATTEMPTS = 5;
/** Rest after the first of them; it doubles. */
const FIRST_REST_MS = 1000;

export type FetchOptions = {
  readonly source: ModelSource;
  readonly repository: string;
  readonly file: ModelFile;
  /** Where the bytes gather; what is there already is not fetched again. */
  readonly path: string;
  readonly signal: AbortSignal;
  /** How much of the file is there. */
  onBytes?(bytes: number): void;
  readonly idleLimitMs?: number;
  readonly firstRestMs?: number;
};

/**
 * Brings a file onto the disk and checks it. A line that breaks is taken up again where it broke, here and at the next call.
 * What turns out wrong is thrown away.
 *
 * @throws unless the file is whole.
 */
export async function fetchModelFile(options: FetchOptions): Promise<void> {
  const { file, path, signal, firstRestMs = FIRST_REST_MS } = options;
  let fruitless = 0;
  for (;;) {
    const there = await lengthOf(path);
    // What is longer than the file is no beginning of it.
    const before = there > file.sizeBytes ? 0 : there;
    options.onBytes?.(before);
    if (before === file.sizeBytes) break;
    try {
      await appendFrom(options, before);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ModelRefusal) throw error;
      fruitless = (await lengthOf(path)) > before ? 0 : fruitless + 1;
      if (fruitless >= MAX_FRUITLESS_ATTEMPTS) throw error;
      await delay(firstRestMs * 2 ** fruitless, undefined, { signal });
    }
  }
  const fault = await findFault(path, file, signal);
  if (fault === null) return;
  await rm(path, { force: true });
  throw new ModelRefusal(`${file.path} came with ${fault}: it was thrown away.`);
}

/** What is wrong with a file on the disk; null: nothing that can be told. */
export async function findFault(
  path: string,
  { sizeBytes, sha256 }: ModelFile,
  signal?: AbortSignal,
): Promise<string | null> {
  const found = await stat(path).catch(() => null);
  if (found?.isFile() !== true) return 'nothing in it';
  if (found.size !== sizeBytes) return `${found.size} bytes instead of ${sizeBytes}`;
  if (sha256 === null) return null;
  const hash = createHash('sha256');
  const bytes = createReadStream(path, signal === undefined ? {} : { signal });
  for await (const piece of bytes) hash.update(piece as Uint8Array);
  return hash.digest('hex') === sha256 ? null : 'another checksum than it should have';
}

/** @throws when the line breaks; what came until then is on the disk. */
async function appendFrom(
  { source, repository, file, path, signal, onBytes, ...limits }: FetchOptions,
  haveBytes: number,
) {
  const idle = new IdleLimit(limits.idleLimitMs ?? IDLE_LIMIT_MS);
  try {
    const both = AbortSignal.any([signal, idle.signal]);
    const opened = await source.open({ repository, path: file.path, fromByte: haveBytes }, both);
    if (opened === null) throw new ModelRefusal(`There is no ${file.path} of ${repository}.`);
    if (opened.totalBytes !== null && opened.totalBytes !== file.sizeBytes) {
      throw new ModelRefusal(`${file.path} has ${opened.totalBytes} bytes there, and should have ${file.sizeBytes}.`);
    }
    const output = await open(path, opened.fromByte === 0 ? 'w' : 'a', 0o600);
    try {
      let bytes = opened.fromByte;
      for await (const piece of opened.bytes) {
        both.throwIfAborted();
        idle.touch();
        bytes += piece.byteLength;
        if (bytes > file.sizeBytes) {
          await output.truncate(0);
          throw new ModelRefusal(`${file.path} does not end where it should: it was thrown away.`);
        }
        await output.appendFile(piece);
        onBytes?.(bytes);
      }
      if (bytes < file.sizeBytes) throw new Error(`${file.path} broke off after ${bytes} of ${file.sizeBytes} bytes.`);
      await output.sync();
    } finally {
      await output.close();
    }
  } finally {
    idle.end();
  }
}

async function lengthOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => null);
  return found?.size ?? 0;
}

/** Aborts when nobody has touched it for a while. */
class IdleLimit {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(limitMs: number) {
    const reason = new Error(`Nothing came for ${limitMs / 1000} s.`);
    this.#timer = setTimeout(() => this.#controller.abort(reason), limitMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  touch(): void {
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
