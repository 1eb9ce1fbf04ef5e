import { expect, test, vi } from 'vitest';
import { diskFull, isDiskFull, openDiskWatch } from './disk-watch.ts';

const MB = 1_000_000;

test('says once that the disk is nearly full, refuses, and recovers by itself with some room to spare', async () => {
  let freeBytes = 900 * MB;
  const logger = { debug() {}, info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const onBound = vi.fn();
  const statfs = async () => ({ bavail: freeBytes / 1000, bsize: 1000 });
  const disk = await openDiskWatch({ folder: '/data', minFreeBytes: 500 * MB, logger, onBound, statfs });
  const onLow = vi.fn();
  const stopListening = disk.onLow(onLow);
  const lookAt = async (free: number): Promise<boolean> => {
    freeBytes = free;
    await disk.look();
    return disk.isLow();
  };
  expect(disk.isLow()).toBe(false);
  const seen = [];
  for (const free of [501, 499, 10, 510, 549, 551, 501].map((mb) => mb * MB)) seen.push(await lookAt(free));
  expect(seen).toEqual([false, true, true, true, true, false, false]);
  expect([logger.error, logger.info, onBound, onLow].map((told) => told.mock.calls.length)).toEqual([1, 1, 1, 1]);
  expect(disk.requireRoom).not.toThrow();
  stopListening();
  await lookAt(0);
  expect(disk.requireRoom).toThrow(diskFull());
  expect(onLow).toHaveBeenCalledTimes(1);
  disk.close();
});

test('a disk that cannot be read changes nothing and is told once', async () => {
  const logger = { debug() {}, info() {}, warn: vi.fn(), error() {} };
  const statfs = () => Promise.reject(new Error('gone'));
  const disk = await openDiskWatch({ folder: '/data', minFreeBytes: MB, logger, statfs });
  await disk.look();
  expect([disk.isLow(), logger.warn.mock.calls.length]).toEqual([false, 1]);
  disk.close();
});

test('a full disk is known by what the system and PostgreSQL say, also inside other errors', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  expect(isDiskFull(full)).toBe(true);
  expect(isDiskFull(new Error('query failed', { cause: Object.assign(new Error('x'), { code: '53100' }) }))).toBe(true);
  expect(isDiskFull(new Error('ENOSPC'))).toBe(false);
  expect(diskFull()).toMatchObject({ code: 'disk-full', statusCode: 507 });
});
