import { isPublicId } from '../control/ids.ts';

/** What lies in a store, each kind under a name of its own. */
export const BLOB_AREAS = ['recordings', 'uploads', 'films', 'sources', 'avatars'] as const;
export type BlobArea = (typeof BLOB_AREAS)[number];

/**
 * Whose blobs these are: the id of a talk, a bundle or an upload, 32 hexadecimal digits. Equal files of two owners are two
 * blobs: what one of them deletes the other keeps, and who knows the hash of another's file has nothing by it.
 */
export type BlobOwner = { readonly area: BlobArea; readonly owner: string };

/** A file that never changes, known by its owner and its SHA-256 (64 hexadecimal digits). */
export type BlobKey = BlobOwner & { readonly sha256: string };

export type StoredBlob = BlobKey & { readonly bytes: number };

export type ListedBlob = StoredBlob & { readonly writtenAtMs: number };

/** First and last byte, both of them included. */
export type ByteRange = { readonly first: number; readonly last: number };

export type ReadOptions = {
  /** Within the file; left out: all of it. */
  readonly range?: ByteRange | undefined;
  /** Ends the reading. */
  readonly signal?: AbortSignal | undefined;
};

/** A file that is there, and can be read any number of times. */
export type ReadableFile = {
  readonly bytes: number;
  /** Where it lies on this machine, to be read or linked to and never changed; left out: somewhere else. */
  readonly path?: string;
  /**
   * Nothing is opened before the first byte is asked for, and nothing stays open when the reader stops. What is cut off in
   * the middle fails: it is never a shorter file.
   */
  read(options?: ReadOptions): AsyncIterable<Uint8Array>;
};

/** `signal` ends the question with its reason, also while the store says nothing. */
export type AskOptions = { readonly signal?: AbortSignal | undefined };

export type PutOptions = AskOptions & {
  /** More than this is refused with `BlobTooLargeError`. */
  readonly maxBytes: number;
};

/**
 * Where files lie that outlive a call: a folder, or a store that speaks S3. A blob is there whole or not at all, whatever
 * ends the writing. Keys that are none are refused with `TypeError`; what the store cannot do now fails with `BlobStoreError`.
 */
export type BlobStore = {
  /** Keeps what is streamed; nothing is left of a stream that fails or is too long. */
  put(owner: BlobOwner, body: AsyncIterable<Uint8Array>, options: PutOptions): Promise<StoredBlob>;
  /** Keeps a file of this machine, which is not changed afterwards. The caller removes it. */
  putFile(owner: BlobOwner, path: string, options?: AskOptions): Promise<StoredBlob>;
  /** Null: there is no such blob. */
  find(key: BlobKey, options?: AskOptions): Promise<ReadableFile | null>;
  /** Nothing happens when there is none. */
  delete(key: BlobKey, options?: AskOptions): Promise<void>;
  /** All blobs of an owner; nothing happens when there are none. */
  deleteAllOf(owner: BlobOwner, options?: AskOptions): Promise<void>;
  /** In no order; blobs that come or go meanwhile may be among them or not. */
  list(area: BlobArea, options?: AskOptions): AsyncIterable<ListedBlob>;
  /** Closed: nothing more is asked of it. Idempotent. */
  close(): Promise<void>;
};

export class BlobTooLargeError extends Error {
  constructor(maxBytes: number) {
    super(`The file is larger than ${maxBytes} bytes.`);
  }
}

/** The store does not answer, refuses, or broke off. The same may succeed later. */
export class BlobStoreError extends Error {}

const SHA256 = /^[0-9a-f]{64}$/;

/** `recordings/<owner>`, checked: nothing else leads into a store. */
export function ownerPath({ area, owner }: BlobOwner): string {
  if (!BLOB_AREAS.includes(area) || !isPublicId(owner)) throw new TypeError('This is no owner of blobs.');
  return `${area}/${owner}`;
}

/** `recordings/<owner>/<sha256>`, checked. */
export function keyPath(key: BlobKey): string {
  if (!SHA256.test(key.sha256)) throw new TypeError('This is no key of a blob.');
  return `${ownerPath(key)}/${key.sha256}`;
}

/** Null: the path is none of a blob. */
export function keyOfPath(path: string): BlobKey | null {
  const [area = '', owner = '', sha256 = '', ...rest] = path.split('/');
  const known = BLOB_AREAS.find((name) => name === area);
  if (known === undefined || !isPublicId(owner) || !SHA256.test(sha256) || rest.length > 0) return null;
  return { area: known, owner, sha256 };
}

export function requireRange({ first, last }: ByteRange, bytes: number): void {
  const isWhole = Number.isSafeInteger(first) && Number.isSafeInteger(last);
  if (!isWhole || first < 0 || last < first || last >= bytes) throw new RangeError('The blob has no such range.');
}
