import type * as FileSystem from 'node:fs';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import { findObstacle } from './folder-rights.ts';

const looks = vi.hoisted(() => ({ paths: [] as string[] }));
/** A running server removes what is named `recycled` just before it is looked at closely. */
vi.mock('node:fs', async (importActual) => {
  const actual = await importActual<typeof FileSystem>();
  const lstatSync = (path: string) => {
    looks.paths.push(path);
    if (path.endsWith('recycled')) actual.rmSync(path, { recursive: true });
    return actual.lstatSync(path);
  };
  return { ...actual, lstatSync };
});

const root = mkdtempSync(join(tmpdir(), 'visavis-rights-'));
const pgdata = join(root, 'pgdata');
afterAll(() => rmSync(root, { recursive: true, force: true }));
beforeEach(() => {
  looks.paths.length = 0;
  rmSync(pgdata, { recursive: true, force: true });
  mkdirSync(join(pgdata, 'pg_wal'), { recursive: true });
});

it('what is removed while it is looked at is no obstacle', () => {
  writeFileSync(join(pgdata, 'pg_wal/recycled'), '');
  expect(findObstacle(root)).toBeNull();
  expect(looks.paths).toContain(join(pgdata, 'pg_wal/recycled'));
});

it('a link back to where it lies is looked at once', () => {
  symlinkSync('..', join(pgdata, 'pg_wal/up'));
  expect(findObstacle(root)).toBeNull();
  expect(looks.paths.filter((path) => path.includes('up'))).toEqual([join(pgdata, 'pg_wal/up')]);
});
