import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newDataDir } from '../testing/embedded-folder.ts';
import { durableStartParams } from './durable-start.ts';
import { FsyncFileSystem } from './fsync-file-system.ts';
import { selfTest } from './self-test.ts';

let dataDir: string;
let databasePath: string;
beforeEach(async () => {
  dataDir = await newDataDir();
  databasePath = join(dataDir, 'database', 'pgdata');
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

test('passes where commits are flushed', async () => {
  const fs = new FsyncFileSystem(databasePath);
  const engine = await PGlite.create({ fs, startParams: durableStartParams });
  await selfTest(engine, fs);
  await engine.close();
});

test('refuses an engine whose file system does not flush', async () => {
  const engine = await PGlite.create({ fs: new NodeFS(databasePath), startParams: durableStartParams });
  await expect(selfTest(engine, { walSyncCount: 0 })).rejects.toThrow('without a flush to disk');
  await engine.close();
});

test('refuses an engine started as shipped', async () => {
  const fs = new FsyncFileSystem(databasePath);
  const engine = await PGlite.create({ fs });
  await expect(selfTest(engine, fs)).rejects.toThrow('fsync is off');
  await engine.close();
});
