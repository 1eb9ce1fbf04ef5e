import { type FileHandle, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HEAD_BYTES } from '@visavis/protocol/file-kind';
import type { PaceRule } from '../avatars/making/pace.ts';
import { paced } from '../avatars/making/receive-file.ts';
import { refusal } from '../control-error.ts';
import { diskFull, isDiskFull } from '../disk/disk-watch.ts';

export type AppendOptions = {
  /** Where the file goes on: as much as is there already, or 0 to begin again. */
  readonly offset: number;
  /** Of the whole file; more is refused. */
  readonly sizeBytes: number;
  readonly pace: () => PaceRule;
  readonly signal: AbortSignal;
  /** Sees the beginning of the file as soon as it is there; throws where the file cannot be taken. */
  readonly judge: (head: Buffer) => Promise<unknown>;
};

/** Files that have come in part, on this node's disk: a file is as long as what has come, also after a crash. */
export class LinkParts {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  pathOf(linkId: string): string {
    return join(this.#folder, linkId);
  }

  async bytesOf(linkId: string): Promise<number> {
    return (await stat(this.pathOf(linkId)).catch(() => null))?.size ?? 0;
  }

  /** Writes what comes, until it ends or fails, and says how much of the file is there then. What has come stays. */
  async append(linkId: string, body: AsyncIterable<Buffer>, options: AppendOptions): Promise<number> {
    const { offset, pace, signal } = options;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    // Begun again: the file of before may have a second name in the store, under which it must not change.
    if (offset === 0) await this.remove(linkId);
    const handle = await open(this.pathOf(linkId), offset === 0 ? 'wx+' : 'r+', 0o600);
    try {
      const end = await write(handle, paced(body[Symbol.asyncIterator](), pace, signal), options);
      await handle.datasync();
      return end;
    } catch (error) {
      throw isDiskFull(error) ? diskFull() : error;
    } finally {
      await handle.close();
    }
  }

  async headOf(linkId: string): Promise<Buffer> {
    const handle = await open(this.pathOf(linkId));
    try {
      return await readHead(handle);
    } finally {
      await handle.close();
    }
  }

  async remove(linkId: string): Promise<void> {
    await rm(this.pathOf(linkId), { force: true });
  }

  async list(): Promise<string[]> {
    return readdir(this.#folder).catch(() => []);
  }
}

async function write(
  handle: FileHandle,
  parts: ReturnType<typeof paced>,
  { offset, sizeBytes, judge }: AppendOptions,
): Promise<number> {
  const judgedFrom = Math.min(HEAD_BYTES, sizeBytes);
  let end = offset;
  while (end < sizeBytes) {
    const part = await parts();
    if (part === undefined) break;
    if (end + part.byteLength > sizeBytes) {
      throw refusal('too-large', 'length-differs', { values: { expected: sizeBytes, given: end + part.byteLength } });
    }
    const isJudged = end >= judgedFrom;
    for (let done = 0; done < part.byteLength; ) {
      done += (await handle.write(part, done, part.byteLength - done, end + done)).bytesWritten;
    }
    end += part.byteLength;
    if (!isJudged && end >= judgedFrom) await judge(await readHead(handle));
  }
  return end;
}

async function readHead(handle: FileHandle): Promise<Buffer> {
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
  return buffer.subarray(0, bytesRead);
}
