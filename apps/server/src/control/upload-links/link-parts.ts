import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HEAD_BYTES } from '@visavis/protocol/file-kind';
import type { paced } from '../avatars/making/receive-file.ts';
import { refusal } from '../control-error.ts';
import { diskFull, isDiskFull } from '../disk/disk-watch.ts';

type Parts = ReturnType<typeof paced>;

export type WriteOptions = {
  /** Of the file, where the part begins. */
  readonly from: number;
  /** Where the file goes on: at the end of the part, or at its beginning to begin it again. */
  readonly offset: number;
  /** Of the whole file; more is refused. */
  readonly sizeBytes: number;
  /** The part grows no longer once it has so many bytes. */
  readonly most: number;
  /** Looks at the beginning of the file as soon as it is there; throws where the file cannot be taken. */
  readonly judge: () => Promise<unknown>;
};

export type Written = {
  /** So much of the file is there. */
  readonly end: number;
  /** Nothing more comes. */
  readonly isOver: boolean;
};

/** Parts of files that come in, on this node's disk: one is as long as what has come of it, also after a crash. */
export class LinkParts {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  pathOf(name: string): string {
    return join(this.#folder, name);
  }

  async bytesOf(name: string): Promise<number> {
    return (await stat(this.pathOf(name)).catch(() => null))?.size ?? 0;
  }

  /** Writes what comes, until it ends, fails or is enough. What has come stays. */
  async append(name: string, parts: Parts, options: WriteOptions): Promise<Written> {
    const isNew = options.offset === options.from;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    // What was there may have a second name in the store, under which it must not change.
    if (isNew) await this.remove(name);
    const handle = await open(this.pathOf(name), isNew ? 'wx' : 'r+', 0o600);
    try {
      const written = await write(handle, parts, options);
      await handle.datasync();
      return written;
    } catch (error) {
      throw isDiskFull(error) ? diskFull() : error;
    } finally {
      await handle.close();
    }
  }

  /** Its first bytes, `most` of them. */
  read(name: string, most: number): AsyncIterable<Uint8Array> {
    return createReadStream(this.pathOf(name), { end: most - 1 });
  }

  async remove(name: string): Promise<void> {
    await rm(this.pathOf(name), { force: true });
  }

  async list(): Promise<{ readonly name: string; readonly writtenAtMs: number }[]> {
    const names = await readdir(this.#folder).catch(() => []);
    const found = await Promise.all(
      names.map(async (name) => ({ name, writtenAtMs: (await stat(this.pathOf(name)).catch(() => null))?.mtimeMs })),
    );
    return found.flatMap(({ name, writtenAtMs }) => (writtenAtMs === undefined ? [] : [{ name, writtenAtMs }]));
  }
}

async function write(
  handle: FileHandle,
  parts: Parts,
  { from, offset, sizeBytes, most, judge }: WriteOptions,
): Promise<Written> {
  const judgedFrom = Math.min(HEAD_BYTES, sizeBytes);
  let end = offset;
  while (end < sizeBytes && end - from < most) {
    const part = await parts();
    if (part === undefined) return { end, isOver: true };
    if (end + part.byteLength > sizeBytes) {
      throw refusal('too-large', 'length-differs', { values: { expected: sizeBytes, given: end + part.byteLength } });
    }
    const isJudged = end >= judgedFrom;
    for (let done = 0; done < part.byteLength; ) {
      done += (await handle.write(part, done, part.byteLength - done, end - from + done)).bytesWritten;
    }
    end += part.byteLength;
    if (!isJudged && end >= judgedFrom) await judge();
  }
  return { end, isOver: end === sizeBytes };
}
