import { beforeEach, expect, test, vi } from 'vitest';
import { browserKeep, findKept, forgetKeptFiles } from './kept-files.ts';

const HOUR_MS = 60 * 60_000;
const recording = new File(['hello'], 'recording.webm');
/** By their keys. */
const entries = new Map<string, { readonly file: File; readonly keptAtMs: number }>();
let names: string[] = [];

beforeEach(() => {
  entries.clear();
  names = ['visavis-recordings'];
  Object.assign(globalThis, { indexedDB: databaseOf(entries) });
});

/** As much of a browser's database as is needed here. */
function databaseOf(kept: Map<string, unknown>) {
  const answer = (result: unknown) => {
    const request = { result, onsuccess: () => undefined };
    queueMicrotask(() => request.onsuccess());
    return request;
  };
  const openCursor = () => {
    const keys = [...kept.keys()];
    const request: { result: unknown; onsuccess: () => void } = { result: null, onsuccess: () => undefined };
    const next = () => {
      const key = keys.shift();
      request.result =
        key === undefined ? null : { value: kept.get(key), delete: () => kept.delete(key), continue: next };
      queueMicrotask(() => request.onsuccess());
    };
    next();
    return request;
  };
  const store = {
    put: (value: unknown, key: string) => answer(kept.set(key, value)),
    get: (key: string) => answer(kept.get(key)),
    delete: (key: string) => answer(kept.delete(key)),
    count: () => answer(kept.size),
    openCursor,
  };
  return {
    open: () => answer({ transaction: () => ({ objectStore: () => store }), close() {} }),
    deleteDatabase(name: string) {
      names = names.filter((known) => known !== name);
    },
  };
}

test('a recording is kept until it is deleted, for a day at most; what is older goes when the page opens', async () => {
  browserKeep.put('new', recording);
  await vi.waitFor(() => expect(entries.size).toBe(1));
  entries.set('young', { file: recording, keptAtMs: Date.now() - 23 * HOUR_MS });
  entries.set('old', { file: recording, keptAtMs: Date.now() - 25 * HOUR_MS });
  expect(await browserKeep.get('new')).toBe(recording);
  expect(await browserKeep.get('young')).toBe(recording);
  expect(await browserKeep.get('old')).toBeNull();
  browserKeep.deleteOld();
  await vi.waitFor(() => expect([...entries.keys()]).toEqual(['new', 'young']));
  browserKeep.delete('new');
  await vi.waitFor(() => expect([...entries.keys()]).toEqual(['young']));
});

test('whoever signs out leaves none, also where there is no database', async () => {
  forgetKeptFiles();
  expect(names).toEqual([]);
  Reflect.deleteProperty(globalThis, 'indexedDB');
  forgetKeptFiles();
  expect(await browserKeep.get('new')).toBeNull();
});

test('nobody waits for a database that does not answer', () => {
  Object.assign(globalThis, { indexedDB: { open: () => ({}) } });
  expect(browserKeep.put('new', recording)).toBeUndefined();
  expect(browserKeep.delete('new')).toBeUndefined();
});

test('what is found after its page was left is not sent', async () => {
  browserKeep.put('new', recording);
  await vi.waitFor(() => expect(entries.size).toBe(1));
  const found: string[] = [];
  const leave = findKept(browserKeep, 'new', () => found.push('left'));
  leave();
  findKept(browserKeep, 'new', () => found.push('stayed'));
  await vi.waitFor(() => expect(found).toContain('stayed'));
  expect(found).toEqual(['stayed']);
});
