import type { ControlLogger } from '../control/logger.ts';
import { errorMessage } from '../error-message.ts';
import { oneAtATime } from '../one-at-a-time.ts';
import {
  BLOB_AREAS,
  type BlobKey,
  type BlobOwner,
  type BlobStore,
  BlobStoreError,
  type ReadableFile,
} from './blob-store.ts';

export type LeftFilesOptions = {
  readonly logger: ControlLogger;
  /** While the bucket does not take them. */
  readonly triedAgainMs: number;
};

/**
 * A bucket, beside the folder in which files lay before there was one: they move into it, one after the other, under the names that they
 * have. Until they are there they are read here. May be ended at any moment, and done by several nodes that share the folder.
 */
export function withLeftFiles(bucket: BlobStore, folder: BlobStore, options: LeftFilesOptions): BlobStore {
  const { logger, triedAgainMs } = options;
  const stop = new AbortController();
  const current: Moving = { key: null, isDeleted: false };
  const noteDeletion = ({ area, owner }: BlobOwner, sha256?: string): void => {
    const { key } = current;
    const isOwners = key?.area === area && key.owner === owner;
    if (isOwners && (sha256 ?? key.sha256) === key.sha256) current.isDeleted = true;
  };
  const move = oneAtATime(async () => {
    try {
      const moved = await moveAll(bucket, folder, { logger, moving: current, signal: stop.signal });
      clearInterval(timer);
      if (moved > 0) logger.info({ files: moved }, 'Files of this disk were moved into the bucket');
    } catch (error) {
      if (!stop.signal.aborted) logger.warn({ error: errorMessage(error) }, 'Files wait on this disk for the bucket');
    }
  });
  const timer = setInterval(() => void move(), triedAgainMs);
  timer.unref();
  const moving = move();
  return {
    put: (...given) => bucket.put(...given),
    putFile: (...given) => bucket.putFile(...given),
    // In this order: what leaves the folder is in the bucket.
    async find(...given) {
      const here = await folder.find(...given);
      return here === null ? bucket.find(...given) : movable(here, (signal) => bucket.find(given[0], { signal }));
    },
    async delete(...given) {
      noteDeletion(given[0], given[0].sha256);
      await folder.delete(...given);
      await bucket.delete(...given);
    },
    async deleteAllOf(...given) {
      noteDeletion(given[0]);
      await folder.deleteAllOf(...given);
      await bucket.deleteAllOf(...given);
    },
    list: (...given) => bucket.list(...given),
    async close() {
      clearInterval(timer);
      stop.abort(new Error('The server ends.'));
      await moving;
      await bucket.close();
    },
  };
}

/** What moves at this moment. Of what another node deletes meanwhile, the housekeeping finds the rest. */
type Moving = { key: BlobKey | null; isDeleted: boolean };
type MoveOptions = { readonly moving: Moving; readonly signal: AbortSignal };

/** A file of this disk that may be in the bucket by the time that it is read. */
function movable(
  here: ReadableFile,
  findMoved: (signal: AbortSignal | undefined) => Promise<ReadableFile | null>,
): ReadableFile {
  return {
    ...here,
    async *read(options = {}) {
      let hasBegun = false;
      try {
        for await (const part of here.read(options)) {
          hasBegun = true;
          yield part;
        }
        return;
      } catch (error) {
        // What is open stays readable.
        if (hasBegun || !isGone(error)) throw error;
      }
      const moved = await findMoved(options.signal);
      if (moved === null) throw new BlobStoreError('The file was deleted meanwhile.');
      yield* moved.read(options);
    },
  };
}

async function moveAll(
  bucket: BlobStore,
  folder: BlobStore,
  { logger, moving, signal }: Pick<LeftFilesOptions, 'logger'> & MoveOptions,
): Promise<number> {
  let moved = 0;
  // One that does not say what is in it takes nothing yet: it may be another installation's.
  for await (const _ of bucket.list('uploads', { signal })) break;
  for (const area of BLOB_AREAS) {
    for await (const key of folder.list(area)) {
      signal.throwIfAborted();
      const why = await moveOne(bucket, folder, key, { moving, signal });
      if (why === null) moved += 1;
      else logger.warn({ area, owner: key.owner }, `A file stays on this disk: ${why}`);
    }
  }
  return moved;
}

/** Null: it is moved, or gone. Else why it stays. */
async function moveOne(
  bucket: BlobStore,
  folder: BlobStore,
  key: BlobKey,
  { moving, signal }: MoveOptions,
): Promise<string | null> {
  const { area, owner, sha256 } = key;
  Object.assign(moving, { key, isDeleted: false });
  const path = (await folder.find(key))?.path;
  // Another node was quicker, or it was deleted.
  if (path === undefined) return null;
  let stored: BlobKey;
  try {
    stored = await bucket.putFile({ area, owner }, path, { signal });
  } catch (error) {
    if (error instanceof BlobStoreError || signal.aborted) throw error;
    return isGone(error) ? null : `it cannot be read (${errorMessage(error)})`;
  }
  if (stored.sha256 !== sha256) {
    await bucket.delete({ area, owner, sha256: stored.sha256 }, { signal });
    return 'its bytes are not what they were';
  }
  // It was not there yet when it was deleted.
  if (moving.isDeleted) await bucket.delete(key, { signal });
  await folder.delete(key);
  return null;
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
