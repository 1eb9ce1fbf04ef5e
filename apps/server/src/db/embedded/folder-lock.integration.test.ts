import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silent } from '../testing/silent-logger.ts';
import { lockFolder } from './folder-lock.ts';

describe('folder lock between containers', () => {
  const timing = { beatIntervalMs: 50, silenceMs: 300 };
  const foreign = { token: 'x', host: 'other', pid: 1, bootId: 'other', networkNamespace: 'net:[1]' };
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'visavis-lock-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const lockFile = () => join(folder, 'lock.json');

  test('an owner elsewhere whose beat goes on keeps the folder', async () => {
    let beat = 0;
    const owner = setInterval(() => writeFileSync(lockFile(), JSON.stringify({ ...foreign, beat: beat++ })), 50);
    await sleep(80);
    await expect(lockFolder(folder, { logger: silent, onLost() {}, ...timing })).rejects.toThrow('process 1 on other');
    clearInterval(owner);
  });

  test('an owner elsewhere whose beat stopped loses it', async () => {
    writeFileSync(lockFile(), JSON.stringify({ ...foreign, beat: 5 }));
    const lock = await lockFolder(folder, { logger: silent, onLost() {}, ...timing });
    expect(JSON.parse(readFileSync(lockFile(), 'utf8'))).toMatchObject({ pid: process.pid });
    await lock.release();
  });

  test('a holder notices that another has taken the folder', async () => {
    let lost = false;
    const onLost = () => {
      lost = true;
    };
    const lock = await lockFolder(folder, { logger: silent, onLost, ...timing });
    writeFileSync(lockFile(), JSON.stringify({ ...foreign, beat: 0 }));
    await expect.poll(() => lost).toBe(true);
    await lock.release();
    expect(JSON.parse(readFileSync(lockFile(), 'utf8'))).toMatchObject({ host: 'other' });
    rmSync(lockFile());
  });
});
