import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { newPublicId } from '../control/ids.ts';
import type { ControlLogger } from '../control/logger.ts';
import { errorMessage } from '../error-message.ts';
import { oneAtATime } from '../one-at-a-time.ts';
import { StartError } from '../start-error.ts';
import { BLOB_AREAS, type BlobStore, BlobStoreError } from './blob-store.ts';
import { openFolderStore } from './folder-store.ts';
import { withLeftFiles } from './left-files.ts';
import { OWNER_KEY, type S3Settings } from './s3-settings.ts';
import type { S3Store } from './s3-store.ts';

const PROBE = 'Visavis looks whether it can write here.';

/** So long is a store waited for at the start, and asked again after so long while it does not answer. */
const START_LIMIT_MS = 5_000;
const ASKED_AGAIN_MS = 30_000;

export type BlobStoreOptions = {
  readonly dataDir: string;
  /** Null: a folder below `dataDir`. */
  readonly s3: S3Settings | null;
  /** A bucket belongs to one installation: what another one has there would be taken for nobody's. */
  readonly installationId: string;
  readonly logger: ControlLogger;
  readonly askedAgainMs?: number;
};

/** The store that is configured, without a word to it. */
export async function connectBlobStore({ dataDir, s3 }: Pick<BlobStoreOptions, 'dataDir' | 's3'>): Promise<BlobStore> {
  return s3 === null ? openFolderStore(join(dataDir, 'files')) : connectBucket(dataDir, s3);
}

async function connectBucket(dataDir: string, s3: S3Settings): Promise<S3Store> {
  // The client of S3 is loaded by those who use it.
  const { S3Store: Store } = await import('./s3-store.ts');
  return new Store({ ...s3, spoolFolder: join(dataDir, 'files', 'spool') });
}

class ForeignBucketError extends Error {}

/**
 * The store that is configured, with what lay in the folder before there was a bucket, after one file was written to it, read, listed and deleted. One that refuses is set up
 * wrongly: that is told. One that does not answer holds no start up: the log says so, and again when it answers.
 * @throws StartError
 */
export async function openBlobStore(options: BlobStoreOptions): Promise<BlobStore> {
  const { dataDir, s3, logger, askedAgainMs = ASKED_AGAIN_MS } = options;
  if (s3 === null) return connectBlobStore(options);
  const bucket = await openBucket(options, s3);
  const folder = join(dataDir, 'files');
  if (!(await hasBlobs(folder))) return bucket;
  return withLeftFiles(bucket, await openFolderStore(folder), { logger, triedAgainMs: askedAgainMs });
}

async function hasBlobs(folder: string): Promise<boolean> {
  const found = await Promise.all(BLOB_AREAS.map((area) => readdir(join(folder, area)).catch(() => [])));
  return found.some((owners) => owners.length > 0);
}

async function openBucket(
  { dataDir, installationId, logger, askedAgainMs = ASKED_AGAIN_MS }: BlobStoreOptions,
  s3: S3Settings,
): Promise<BlobStore> {
  const store = await connectBucket(dataDir, s3);
  const ask: Ask = async (signal) => {
    await probe(store, signal);
    const owner = await store.claim(installationId, { signal });
    if (owner !== installationId) throw new ForeignBucketError();
  };
  try {
    await ask(AbortSignal.timeout(START_LIMIT_MS));
    return store;
  } catch (error) {
    const reason = reasonOf(error, s3);
    if (reason !== null) {
      await store.close();
      throw new StartError(`${reason}, and start again.`, { cause: error });
    }
    logger.warn(
      { error: errorMessage(error) },
      `${nameOf(s3)} does not answer. The server goes on without it and asks again: films wait on this disk, what is in it cannot be reached.`,
    );
  }
  return heldBack(store, ask, { s3, logger, everyMs: askedAgainMs });
}

/** Looks whether the store can be used, and is this installation's. */
type Ask = (signal: AbortSignal) => Promise<void>;
type AskingAgain = { readonly s3: S3Settings; readonly logger: ControlLogger; readonly everyMs: number };

/**
 * The store, asked again until it answers or is closed. Before that nobody is told what lies in it, and takes it for nobody's; and
 * nothing is written, since it may be another installation's. What is deleted has names that are ours alone.
 */
function heldBack(store: BlobStore, look: Ask, { s3, logger, everyMs }: AskingAgain): BlobStore {
  const stop = new AbortController();
  let isOwn = false;
  const ask = oneAtATime(async () => {
    try {
      await look(AbortSignal.any([stop.signal, AbortSignal.timeout(everyMs)]));
      isOwn = true;
      logger.info({}, `${nameOf(s3)} answers.`);
      clearInterval(timer);
    } catch (error) {
      const reason = reasonOf(error, s3);
      if (reason !== null) logger.error({}, `${reason}.`);
    }
  });
  const timer = setInterval(() => void ask(), everyMs);
  timer.unref();
  const requireOwn = (): void => {
    if (!isOwn) throw new BlobStoreError(`${nameOf(s3)} has not answered yet`);
  };
  const onceOwn =
    <Given extends readonly unknown[], Result>(work: (...given: Given) => Promise<Result>) =>
    async (...given: Given): Promise<Result> => {
      requireOwn();
      return await work(...given);
    };
  return {
    put: onceOwn((...given: Parameters<BlobStore['put']>) => store.put(...given)),
    putFile: onceOwn((...given: Parameters<BlobStore['putFile']>) => store.putFile(...given)),
    find: (...given) => store.find(...given),
    delete: (...given) => store.delete(...given),
    deleteAllOf: (...given) => store.deleteAllOf(...given),
    async *list(...given) {
      requireOwn();
      yield* store.list(...given);
    },
    async close() {
      clearInterval(timer);
      stop.abort();
      await store.close();
    },
  };
}

async function probe(store: BlobStore, signal: AbortSignal): Promise<void> {
  const owner = { area: 'uploads', owner: newPublicId() } as const;
  // First, since its refusal says why: that of a question for one object does not.
  for await (const _ of store.list(owner.area, { signal })) break;
  const body = [Buffer.from(PROBE)];
  const key = await store.put(
    owner,
    (async function* () {
      yield* body;
    })(),
    { maxBytes: PROBE.length, signal },
  );
  const found = await store.find(key, { signal });
  const read: Uint8Array[] = [];
  for await (const part of found?.read({ signal }) ?? []) read.push(part);
  if (Buffer.concat(read).toString() !== PROBE) throw new Error('it did not give back what was written to it');
  await store.delete(key, { signal });
}

const REASONS: Readonly<Record<string, (s3: S3Settings) => string>> = {
  NoSuchBucket: ({ bucket }) => `there is no bucket ${bucket}. Make it, or set S3_BUCKET to one that is there`,
  InvalidAccessKeyId: () => 'it does not know S3_ACCESS_KEY_ID. Set the key that it gave you',
  SignatureDoesNotMatch: () =>
    'S3_SECRET_ACCESS_KEY does not belong to S3_ACCESS_KEY_ID. Set both as it gave them to you',
  AccessDenied: ({ bucket }) =>
    `the key may not read, write, list and delete in the bucket ${bucket}. Give it these rights`,
  RequestTimeTooSkewed: () => 'the clocks of this machine and of the store differ. Set them',
  PermanentRedirect: ({ region }) => `the bucket is not in ${region}. Set S3_REGION, and S3_ENDPOINT if it has one`,
  AuthorizationHeaderMalformed: ({ region }) => `the bucket is not in ${region}. Set S3_REGION`,
};

function nameOf(s3: S3Settings): string {
  return s3.endpoint === undefined ? `Amazon S3 (${s3.region})` : `The store at S3_ENDPOINT (${s3.endpoint})`;
}

/** Why the store refuses, and the way out. Null: it says nothing of the kind. */
function reasonOf(error: unknown, s3: S3Settings): string | null {
  if (error instanceof ForeignBucketError) return `${nameOf(s3)} cannot be used: ${foreign(s3)}`;
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const reason = REASONS[cause.name]?.(s3);
    if (reason !== undefined) return `${nameOf(s3)} cannot be used: ${reason}`;
  }
  return null;
}

function foreign({ bucket }: S3Settings): string {
  return `the bucket ${bucket} belongs to another installation, whose files would be deleted here as nobody's. Set S3_BUCKET to a bucket for this one alone, or, if that one is no more, delete the object “${OWNER_KEY}” from it`;
}
