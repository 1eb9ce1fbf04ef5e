/** Files that nobody could choose again, such as recordings, kept by this browser until all of them is on the server. */
export type FileKeep = {
  put(uploadId: string, file: File): Promise<void>;
  /** Null: it is not kept. */
  get(uploadId: string): Promise<File | null>;
  delete(uploadId: string): Promise<void>;
};

type Kept = { readonly file: File; readonly keptAtMs: number };

const NAME = 'visavis-recordings';
const STORE = 'files';
/** As long as their links are good. */
const LIFETIME_MS = 24 * 60 * 60_000;

/** In a database of the browser. Where it has none, as in some private windows, nothing is kept, and nothing fails. */
export const browserKeep: FileKeep = {
  async put(uploadId, file) {
    const kept: Kept = { file, keptAtMs: Date.now() };
    await inStore('readwrite', (store) => {
      deleteOld(store);
      return store.put(kept, uploadId);
    }).catch(() => undefined);
  },
  async get(uploadId) {
    const kept = await inStore('readonly', (store) => store.get(uploadId)).catch(() => undefined);
    return (kept as Kept | undefined)?.file ?? null;
  },
  async delete(uploadId) {
    await inStore('readwrite', (store) => store.delete(uploadId)).catch(() => undefined);
  },
};

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

/** What tabs that were closed have left. */
function deleteOld(store: IDBObjectStore): void {
  const all = store.openCursor();
  all.onsuccess = () => {
    const cursor = all.result;
    if (cursor === null) return;
    if (Date.now() - (cursor.value as Kept).keptAtMs > LIFETIME_MS) cursor.delete();
    cursor.continue();
  };
}
