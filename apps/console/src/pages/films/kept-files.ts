/** Files that nobody could choose again, such as recordings, kept by this browser until all of them is on the server. */
export type FileKeep = {
  /** Nobody waits for it: a browser whose database does not answer sends files all the same. */
  put(uploadId: string, file: File): void;
  /** Null: it is not kept, or for too long already. */
  get(uploadId: string): Promise<File | null>;
  delete(uploadId: string): void;
  /** What tabs that were closed have left. */
  deleteOld(): void;
};

type Kept = { readonly file: File; readonly keptAtMs: number };

const NAME = 'visavis-recordings';
const STORE = 'files';
/** As long as their links are good. */
const LIFETIME_MS = 24 * 60 * 60_000;

/** In a database of the browser. Where it has none, as in some private windows, nothing is kept, and nothing fails. */
export const browserKeep: FileKeep = {
  put(uploadId, file) {
    const kept: Kept = { file, keptAtMs: Date.now() };
    quietly(inStore('readwrite', (store) => store.put(kept, uploadId)));
  },
  async get(uploadId) {
    const found = await inStore('readonly', (store) => store.get(uploadId)).catch(() => undefined);
    const kept = found as Kept | undefined;
    return kept === undefined || isOld(kept) ? null : kept.file;
  },
  delete(uploadId) {
    quietly(inStore('readwrite', (store) => store.delete(uploadId)));
  },
  deleteOld() {
    quietly(
      inStore('readwrite', (store) => {
        deleteOld(store);
        return store.count();
      }),
    );
  },
};

/** Deletes all: whoever uses this browser next hears none of it. */
export function forgetKeptFiles(): void {
  try {
    indexedDB.deleteDatabase(NAME);
  } catch {
    // There is no database, and nothing in it.
  }
}

/** Tells of a file once it is found; not any more after what it gives back was called, as by a page that was left. */
export function findKept(keep: FileKeep, uploadId: string, onFound: (file: File) => void): () => void {
  let isLeft = false;
  quietly(
    keep.get(uploadId).then((file) => {
      if (file !== null && !isLeft) onFound(file);
    }),
  );
  return () => {
    isLeft = true;
  };
}

function quietly(work: Promise<unknown>): void {
  work.catch(() => undefined);
}

function isOld({ keptAtMs }: Kept): boolean {
  return Date.now() - keptAtMs > LIFETIME_MS;
}

async function inStore<Result>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  const opening = indexedDB.open(NAME, 1);
  opening.onupgradeneeded = () => void opening.result.createObjectStore(STORE);
  const database = await answerOf(opening);
  try {
    return await answerOf(work(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

function answerOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function deleteOld(store: IDBObjectStore): void {
  const all = store.openCursor();
  all.onsuccess = () => {
    const cursor = all.result;
    if (cursor === null) return;
    if (isOld(cursor.value as Kept)) cursor.delete();
    cursor.continue();
  };
}
