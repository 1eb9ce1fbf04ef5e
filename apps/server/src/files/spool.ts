import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { BlobTooLargeError, type PutOptions } from './blob-store.ts';

export type Hashed = { readonly sha256: string; readonly bytes: number };

/**
 * Writes a stream to a new file, down to the disk, and says what came. Nothing is left when the stream fails, is ended by
 * the signal or is longer than it may be.
 */
export async function spool(
  body: AsyncIterable<Uint8Array>,
  path: string,
  { maxBytes, signal }: PutOptions,
): Promise<Hashed> {
  const hash = createHash('sha256');
  let bytes = 0;
  const measured = async function* (): AsyncGenerator<Uint8Array> {
    for await (const part of body) {
      bytes += part.byteLength;
      if (bytes > maxBytes) throw new BlobTooLargeError(maxBytes);
      hash.update(part);
      yield part;
    }
  };
  // Opened first: a stream that opens by itself may create the file after the removal below.
  const handle = await open(path, 'wx', 0o600);
  try {
    await pipeline(measured(), handle.createWriteStream({ flush: true }), signal === undefined ? {} : { signal });
    return { sha256: hash.digest('hex'), bytes };
  } catch (error) {
    await rm(path, { force: true });
    throw signal?.aborted === true ? signal.reason : error;
  }
}

export async function hashFile(path: string, signal?: AbortSignal): Promise<Hashed> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const part of createReadStream(path, {
    highWaterMark: 1 << 20,
    ...(signal === undefined ? {} : { signal }),
  })) {
    hash.update(part as Buffer);
    bytes += (part as Buffer).byteLength;
  }
  return { sha256: hash.digest('hex'), bytes };
}
