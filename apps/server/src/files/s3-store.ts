import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { errorMessage } from '../error-message.ts';
import {
  type AskOptions,
  type BlobArea,
  type BlobKey,
  type BlobOwner,
  type BlobStore,
  BlobStoreError,
  type ByteRange,
  keyOfPath,
  keyPath,
  type ListedBlob,
  ownerPath,
  type PutOptions,
  type ReadableFile,
  type ReadOptions,
  requireRange,
  type StoredBlob,
} from './blob-store.ts';
import { OWNER_KEY, type S3Settings } from './s3-settings.ts';
import { hashFile, spool } from './spool.ts';

export type S3StoreOptions = S3Settings & {
  /** Where streams wait until their hash is known. */
  readonly spoolFolder: string;
  /** Left out: that of `S3_PATIENCE`. */
  readonly patience?: S3Patience;
};

type S3Patience = {
  readonly connectMs: number;
  /** For an answer to one question, further tries with it. */
  readonly answerMs: number;
  /** For the next bytes of a file that is read. */
  readonly stallMs: number;
  /** For an upload, beside the time that its bytes may take at `MIN_BYTES_PER_SECOND`. */
  readonly uploadMs: number;
};

/** How long a store that does not answer is waited for. */
const S3_PATIENCE: S3Patience = { connectMs: 5_000, answerMs: 15_000, stallMs: 15_000, uploadMs: 60_000 };

const MIN_BYTES_PER_SECOND = 200_000;
const ATTEMPTS = 3;
/** Larger files go in parts, which are sent again one by one; two of them are in memory. */
const PART_BYTES = 8 * 1024 * 1024;
const PARTS_AT_ONCE = 2;
const MAX_SOCKETS = 50;
/**
 * Files are read in pieces, each of them whole before its reader has it: one who is slow keeps no socket from the others. No piece
 * takes more than its share of what all that are held leave of `ofAll`, so many slow readers get small ones.
 */
const PIECE_BYTES = { most: 2 * 1024 * 1024, least: 64 * 1024, ofAll: 64 * 1024 * 1024 } as const;
const SHARE_OF_FREE = 1 / 8;

/** Blobs as objects of one bucket, `<area>/<owner>/<sha256>`, in any store that speaks Amazon's S3. */
export class S3Store implements BlobStore {
  readonly #bucket: string;
  readonly #spoolFolder: string;
  readonly #patience: S3Patience;
  readonly #client: S3Client;
  /** Of pieces that readers have, or that are on their way to them. */
  #heldBytes = 0;

  constructor({ bucket, spoolFolder, patience = S3_PATIENCE, ...settings }: S3StoreOptions) {
    this.#bucket = bucket;
    this.#spoolFolder = spoolFolder;
    this.#patience = patience;
    this.#client = createClient(settings, this.#patience.connectMs);
  }

  async put(owner: BlobOwner, body: AsyncIterable<Uint8Array>, options: PutOptions): Promise<StoredBlob> {
    ownerPath(owner);
    await mkdir(this.#spoolFolder, { recursive: true, mode: 0o700 });
    const path = join(this.#spoolFolder, randomUUID());
    const hashed = await spool(body, path, options);
    try {
      return await this.#upload({ ...owner, ...hashed }, path, options.signal);
    } finally {
      await rm(path, { force: true });
    }
  }

  async putFile(owner: BlobOwner, path: string, { signal }: AskOptions = {}): Promise<StoredBlob> {
    ownerPath(owner);
    return this.#upload({ ...owner, ...(await hashFile(path, signal)) }, path, signal);
  }

  async find(key: BlobKey, options?: AskOptions): Promise<ReadableFile | null> {
    const object = this.#objectOf(key);
    const command = new HeadObjectCommand(object);
    const found = await this.#ask((abortSignal) => this.#client.send(command, { abortSignal }), options);
    if (found === null) return null;
    const bytes = found.ContentLength ?? 0;
    return { bytes, read: (readOptions) => this.#read(object, bytes, readOptions) };
  }

  async delete(key: BlobKey, options?: AskOptions): Promise<void> {
    const command = new DeleteObjectCommand(this.#objectOf(key));
    await this.#ask((abortSignal) => this.#client.send(command, { abortSignal }), options);
  }

  async deleteAllOf(owner: BlobOwner, options?: AskOptions): Promise<void> {
    for await (const key of this.#list(`${ownerPath(owner)}/`, options)) await this.delete(key, options);
  }

  list(area: BlobArea, options?: AskOptions): AsyncIterable<ListedBlob> {
    return this.#list(`${area}/`, options);
  }

  /** The id of the installation that the bucket belongs to: whoever asks first. */
  async claim(installationId: string, options?: AskOptions): Promise<string> {
    const object = { Bucket: this.#bucket, Key: OWNER_KEY };
    const read = async (): Promise<string | null> => {
      const command = new GetObjectCommand(object);
      const found = await this.#ask((abortSignal) => this.#client.send(command, { abortSignal }), options);
      return (await found?.Body?.transformToString())?.trim() ?? null;
    };
    const known = await read();
    if (known !== null) return known;
    const command = new PutObjectCommand({ ...object, Body: installationId });
    await this.#ask((abortSignal) => this.#client.send(command, { abortSignal }), options);
    // Another one may have been here at the same moment.
    return (await read()) ?? installationId;
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }

  #objectOf(key: BlobKey): { Bucket: string; Key: string } {
    return { Bucket: this.#bucket, Key: keyPath(key) };
  }

  /** Null: the object is not there. Everything else that fails is a `BlobStoreError`. */
  async #ask<T>(
    question: (signal: AbortSignal) => Promise<T>,
    { signal, limitMs = this.#patience.answerMs }: AskOptions & { limitMs?: number } = {},
  ): Promise<T | null> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new Error(`It did not answer within ${limitMs / 1000} s`)), limitMs);
    try {
      signal?.throwIfAborted();
      return await question(signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]));
    } catch (error) {
      signal?.throwIfAborted();
      if (isMissing(error)) return null;
      const reason = errorMessage(late.signal.aborted ? late.signal.reason : error);
      throw new BlobStoreError(reason, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  async *#read(
    object: { Bucket: string; Key: string },
    bytes: number,
    { range, signal }: ReadOptions = {},
  ): AsyncGenerator<Uint8Array> {
    if (range !== undefined) requireRange(range, bytes);
    const { first, last } = range ?? { first: 0, last: bytes - 1 };
    for (let at = first; at <= last; ) {
      const pieceBytes = Math.min(last - at + 1, this.#mostBytes());
      this.#heldBytes += pieceBytes;
      try {
        yield* await this.#readPiece(object, { first: at, last: at + pieceBytes - 1 }, signal);
      } finally {
        this.#heldBytes -= pieceBytes;
      }
      at += pieceBytes;
    }
  }

  #mostBytes(): number {
    const { most, least, ofAll } = PIECE_BYTES;
    return Math.max(least, Math.min(most, Math.floor((ofAll - this.#heldBytes) * SHARE_OF_FREE)));
  }

  async #readPiece(
    object: { Bucket: string; Key: string },
    { first, last }: ByteRange,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array[]> {
    const command = new GetObjectCommand({ ...object, Range: `bytes=${first}-${last}` });
    const found = await this.#ask((abortSignal) => this.#client.send(command, { abortSignal }), { signal });
    const body = found?.Body as Readable | undefined;
    if (body === undefined) throw new BlobStoreError('The file was deleted meanwhile.');
    return wholeBody(body, last - first + 1, this.#patience.stallMs, signal);
  }

  async #upload(blob: StoredBlob, path: string, signal: AbortSignal | undefined): Promise<StoredBlob> {
    // Also what an earlier try has sent before it was ended.
    if ((await this.find(blob, { signal }))?.bytes === blob.bytes) return blob;
    const limitMs = this.#patience.uploadMs + (blob.bytes / MIN_BYTES_PER_SECOND) * 1000;
    const body = createReadStream(path, { highWaterMark: 1 << 20 });
    const send = (stop: AbortSignal): Promise<unknown> => {
      const params = { ...this.#objectOf(blob), Body: body };
      const client = this.#endedBy(stop);
      const upload = new Upload({ client, params, partSize: PART_BYTES, queueSize: PARTS_AT_ONCE });
      stop.addEventListener('abort', () => upload.abort().catch(() => {}));
      stop.throwIfAborted();
      return upload.done();
    };
    try {
      if ((await this.#ask(send, { signal, limitMs })) === null) throw new BlobStoreError('The bucket is gone.');
    } finally {
      body.destroy();
    }
    return blob;
  }

  /** The client, whose every question the signal ends: an upload that was given up would keep its sockets else. */
  #endedBy(stop: AbortSignal): S3Client {
    const send = (command: Parameters<S3Client['send']>[0]): Promise<unknown> => {
      // What was sent is cleared away also after the end, if the store still answers.
      const isClearing = command instanceof AbortMultipartUploadCommand;
      const abortSignal = isClearing ? AbortSignal.timeout(this.#patience.answerMs) : stop;
      return this.#client.send(command, { abortSignal });
    };
    return Object.create(this.#client, { send: { value: send } }) as S3Client;
  }

  /** Each object once: a store may name one twice, one after the other, when several wrote it at the same time (rclone does). */
  async *#list(prefix: string, options?: AskOptions): AsyncGenerator<ListedBlob> {
    let token: string | undefined;
    let lastName: string | undefined;
    do {
      const command = new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: prefix, ContinuationToken: token });
      const page = await this.#ask((abortSignal) => this.#client.send(command, { abortSignal }), options);
      for (const { Key = '', Size = 0, LastModified } of page?.Contents ?? []) {
        const key = Key === lastName ? null : keyOfPath(Key);
        lastName = Key;
        if (key !== null) yield { ...key, bytes: Size, writtenAtMs: LastModified?.getTime() ?? Date.now() };
      }
      token = page?.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }
}

function createClient(
  { endpoint, region, accessKeyId, secretAccessKey, forcePathStyle }: Omit<S3Settings, 'bucket'>,
  connectionTimeout: number,
): S3Client {
  const agent = { maxSockets: MAX_SOCKETS, keepAlive: true };
  return new S3Client({
    region,
    forcePathStyle,
    maxAttempts: ATTEMPTS,
    credentials: async () => ({ accessKeyId, secretAccessKey: secretAccessKey() }),
    // Not every store knows the checksums that are Amazon's newest default; keys have one already.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout, httpAgent: agent, httpsAgent: agent },
    ...(endpoint === undefined ? {} : { endpoint }),
  });
}

/** Exactly `bytes` of a body, each part of which comes within `stallMs`. */
async function wholeBody(
  body: Readable,
  bytes: number,
  stallMs: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array[]> {
  const stop = (): void => void body.destroy(signal?.reason);
  const stalled = (): void => void body.destroy(new BlobStoreError(`nothing came for ${stallMs / 1000} s`));
  const timer = setTimeout(stalled, stallMs);
  const parts: Uint8Array[] = [];
  let read = 0;
  signal?.addEventListener('abort', stop);
  try {
    for await (const part of body as AsyncIterable<Uint8Array>) {
      timer.refresh();
      read += part.byteLength;
      parts.push(part);
      if (read > bytes) break;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof BlobStoreError ? error : new BlobStoreError(errorMessage(error), { cause: error });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
    body.destroy();
  }
  if (read !== bytes) throw new BlobStoreError('The file was cut off.');
  return parts;
}

/** `NoSuchBucket` is no missing object: a bucket is there, or the store is set up wrongly. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && (error.name === 'NoSuchKey' || error.name === 'NotFound');
}
