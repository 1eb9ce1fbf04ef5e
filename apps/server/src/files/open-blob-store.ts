import { join } from 'node:path';
import { newPublicId } from '../control/ids.ts';
import { errorMessage } from '../error-message.ts';
import { StartError } from '../start-error.ts';
import type { BlobStore } from './blob-store.ts';
import { openFolderStore } from './folder-store.ts';
import type { S3Settings } from './s3-settings.ts';

const PROBE = 'Visavis looks whether it can write here.';

/**
 * The store that is configured, after one file was written to it, read, listed and deleted.
 * @throws StartError
 */
export async function openBlobStore(dataDir: string, s3: S3Settings | null): Promise<BlobStore> {
  if (s3 === null) return openFolderStore(join(dataDir, 'files'));
  // The client of S3 is loaded by those who use it.
  const { S3Store } = await import('./s3-store.ts');
  const store = new S3Store({ ...s3, spoolFolder: join(dataDir, 'files', 'spool') });
  try {
    await probe(store);
    return store;
  } catch (error) {
    await store.close();
    throw new StartError(explainS3(error, s3), { cause: error });
  }
}

async function probe(store: BlobStore): Promise<void> {
  const owner = { area: 'uploads', owner: newPublicId() } as const;
  // First, since its refusal says why: that of a question for one object does not.
  for await (const _ of store.list(owner.area)) break;
  const body = [Buffer.from(PROBE)];
  const key = await store.put(
    owner,
    (async function* () {
      yield* body;
    })(),
    { maxBytes: PROBE.length },
  );
  const found = await store.find(key);
  const read: Uint8Array[] = [];
  for await (const part of found?.read() ?? []) read.push(part);
  if (Buffer.concat(read).toString() !== PROBE) throw new Error('it did not give back what was written to it');
  await store.delete(key);
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

/** Why the store cannot be used, and the way out. */
function explainS3(error: unknown, s3: S3Settings): string {
  const where = s3.endpoint === undefined ? `Amazon S3 (${s3.region})` : `The store at S3_ENDPOINT (${s3.endpoint})`;
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const reason = REASONS[cause.name]?.(s3);
    if (reason !== undefined) return `${where} cannot be used: ${reason}, and start again.`;
  }
  return `${where} cannot be used: ${errorMessage(error)}. Look whether it runs and S3_ENDPOINT is its address, and start again.`;
}
