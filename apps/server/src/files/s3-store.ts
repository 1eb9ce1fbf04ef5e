import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { errorMessage } from '../error-message.ts';
import {
  type BlobArea,
  type BlobKey,
  type BlobOwner,
  type BlobStore,
  BlobStoreError,
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
import type { S3Settings } from './s3-settings.ts';
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

/** Blobs as objects of one bucket, `<area>/<owner>/<sha256>`, in any store that speaks Amazon's S3. */
export class S3Store implements BlobStore {
  readonly #bucket: string;
  readonly #spoolFolder: string;
  readonly #patience: S3Patience;
  readonly #client: S3Client;

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

  async putFile(owner: BlobOwner, path: string, { signal }: Pick<PutOptions, 'signal'> = {}): Promise<StoredBlob> {
    ownerPath(owner);
    return this.#upload({ ...owner, ...(await hashFile(path, signal)) }, path, signal);
  }

  async find(key: BlobKey): Promise<ReadableFile | null> {
    const object = this.#objectOf(key);
    const found = await this.#ask((abortSignal) => this.#client.send(new HeadObjectCommand(object), { abortSignal }));
    if (found === null) return null;
    const bytes = found.ContentLength ?? 0;
    return { bytes, read: (options) => this.#read(object, bytes, options) };
  }

  async delete(key: BlobKey): Promise<void> {
    const command = new DeleteObjectCommand(this.#objectOf(key));
    await this.#ask((abortSignal) => this.#client.send(command, { abortSignal }));
  }

  async deleteAllOf(owner: BlobOwner): Promise<void> {
    for await (const key of this.#list(`${ownerPath(owner)}/`)) await this.delete(key);
  }

  list(area: BlobArea): AsyncIterable<ListedBlob> {
    return this.#list(`${area}/`);
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
    { signal, limitMs = this.#patience.answerMs }: { signal?: AbortSignal | undefined; limitMs?: number } = {},
  ): Promise<T | null> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new Error(`It did not answer within ${limitMs / 1000} s`)), limitMs);
    try {
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
    if (last < first) return;
    const command = new GetObjectCommand({ ...object, Range: `bytes=${first}-${last}` });
    const found = await this.#ask((abortSignal) => this.#client.send(command, { abortSignal }), { signal });
    const body = found?.Body as Readable | undefined;
    if (body === undefined) throw new BlobStoreError('The file was deleted meanwhile.');
    yield* wholeBody(body, last - first + 1, this.#patience.stallMs, signal);
  }

  async #upload(blob: StoredBlob, path: string, signal: AbortSignal | undefined): Promise<StoredBlob> {
    // Also what an earlier try has sent before it was ended.
    if ((await this.find(blob))?.bytes === blob.bytes) return blob;
    const limitMs = this.#patience.uploadMs + (blob.bytes / MIN_BYTES_PER_SECOND) * 1000;
    const body = createReadStream(path, { highWaterMark: 1 << 20 });
    const send = (stop: AbortSignal): Promise<unknown> => {
      const params = { ...this.#objectOf(blob), Body: body };
      const upload = new Upload({ client: this.#client, params, partSize: PART_BYTES, queueSize: PARTS_AT_ONCE });
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

  async *#list(prefix: string): AsyncGenerator<ListedBlob> {
    let token: string | undefined;
    do {
      const command = new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: prefix, ContinuationToken: token });
      const page = await this.#ask((abortSignal) => this.#client.send(command, { abortSignal }));
      for (const { Key = '', Size = 0, LastModified } of page?.Contents ?? []) {
        const key = keyOfPath(Key);
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
async function* wholeBody(
  body: Readable,
  bytes: number,
  stallMs: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const stop = (): void => void body.destroy(signal?.reason);
  const parts = body[Symbol.asyncIterator]();
  let left = bytes;
  signal?.addEventListener('abort', stop);
  try {
    while (left > 0) {
      const stalled = () => body.destroy(new BlobStoreError(`nothing came for ${stallMs / 1000} s`));
      // Only while something is waited for: a reader may take its time.
      const timer = setTimeout(stalled, stallMs);
      const part = await parts.next().finally(() => clearTimeout(timer));
      if (part.done === true) break;
      left -= (part.value as Uint8Array).byteLength;
      yield part.value as Uint8Array;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof BlobStoreError ? error : new BlobStoreError(errorMessage(error), { cause: error });
  } finally {
    signal?.removeEventListener('abort', stop);
    body.destroy();
  }
  if (left !== 0) throw new BlobStoreError('The file was cut off.');
}

/** `NoSuchBucket` is no missing object: a bucket is there, or the store is set up wrongly. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && (error.name === 'NoSuchKey' || error.name === 'NotFound');
}
