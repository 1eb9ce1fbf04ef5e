import { join } from 'node:path';
import { newPublicId } from '../control/ids.ts';
import type { ControlLogger } from '../control/logger.ts';
import { errorMessage } from '../error-message.ts';
import { oneAtATime } from '../one-at-a-time.ts';
import { StartError } from '../start-error.ts';
import type { BlobStore } from './blob-store.ts';
import { openFolderStore } from './folder-store.ts';
import type { S3Settings } from './s3-settings.ts';

const PROBE = 'Visavis looks whether it can write here.';

/** So long is a store waited for at the start, and asked again after so long while it does not answer. */
const START_LIMIT_MS = 5_000;
const ASKED_AGAIN_MS = 30_000;

export type BlobStoreOptions = {
  readonly dataDir: string;
  /** Null: a folder below `dataDir`. */
  readonly s3: S3Settings | null;
  readonly logger: ControlLogger;
  readonly askedAgainMs?: number;
};

/** The store that is configured, without a word to it. */
export async function connectBlobStore({ dataDir, s3 }: Pick<BlobStoreOptions, 'dataDir' | 's3'>): Promise<BlobStore> {
  if (s3 === null) return openFolderStore(join(dataDir, 'files'));
  // The client of S3 is loaded by those who use it.
  const { S3Store } = await import('./s3-store.ts');
  return new S3Store({ ...s3, spoolFolder: join(dataDir, 'files', 'spool') });
}

/**
 * The store that is configured, after one file was written to it, read, listed and deleted. One that refuses is set up
 * wrongly: that is told. One that does not answer holds no start up: the log says so, and again when it answers.
 * @throws StartError
 */
export async function openBlobStore(options: BlobStoreOptions): Promise<BlobStore> {
  const store = await connectBlobStore(options);
  const { s3, logger, askedAgainMs = ASKED_AGAIN_MS } = options;
  if (s3 === null) return store;
  try {
    await probe(store, AbortSignal.timeout(START_LIMIT_MS));
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
  askAgain(store, s3, logger, askedAgainMs);
  return store;
}

/** Until it answers or is closed. */
function askAgain(store: BlobStore, s3: S3Settings, logger: ControlLogger, everyMs: number): void {
  const stop = new AbortController();
  const ask = oneAtATime(async () => {
    try {
      await probe(store, AbortSignal.any([stop.signal, AbortSignal.timeout(everyMs)]));
      logger.info({}, `${nameOf(s3)} answers.`);
      clearInterval(timer);
    } catch (error) {
      const reason = reasonOf(error, s3);
      if (reason !== null) logger.error({}, `${reason}.`);
    }
  });
  const timer = setInterval(() => void ask(), everyMs);
  timer.unref();
  const close = store.close.bind(store);
  store.close = async () => {
    clearInterval(timer);
    stop.abort();
    await close();
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
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const reason = REASONS[cause.name]?.(s3);
    if (reason !== undefined) return `${nameOf(s3)} cannot be used: ${reason}`;
  }
  return null;
}
