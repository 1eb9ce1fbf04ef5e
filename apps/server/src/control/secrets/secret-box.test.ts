import { randomBytes } from 'node:crypto';
import { linkSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { loadMasterKeys } from './master-key.ts';
import { createSecretBox } from './secret-box.ts';

vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>();
  return { ...fs, linkSync: vi.fn(fs.linkSync) };
});

const newKey = (): string => randomBytes(32).toString('hex');
const keysOf = (masterKey: string) => loadMasterKeys({ masterKey, dataDir: '/nowhere' });

test('a secret opens for its row, its purpose and its key only', () => {
  const masterKey = newKey();
  const box = createSecretBox(keysOf(masterKey), 'licence keys');
  const sealed = box.seal('sk_navtalk_ü', 'row-1');
  expect(box.open(sealed, 'row-1')).toBe('sk_navtalk_ü');
  expect(() => box.open(sealed, 'row-2')).toThrow();
  expect(() => createSecretBox(keysOf(masterKey), 'webhooks').open(sealed, 'row-1')).toThrow();
  expect(() => createSecretBox(keysOf(newKey()), 'licence keys').open(sealed, 'row-1')).toThrow(/MASTER_KEY/);
});

test('any changed bit is noticed', () => {
  const box = createSecretBox(keysOf(newKey()), 'licence keys');
  const sealed = box.seal('secret', 'row');
  for (let index = 0; index < sealed.bytes.length; index += 1) {
    const bytes = Buffer.from(sealed.bytes);
    bytes[index] = (bytes[index] as number) ^ 1;
    expect(() => box.open({ ...sealed, bytes }, 'row')).toThrow();
  }
});

test('after a change of the master key old secrets open and new ones use the new key', () => {
  const [oldKey, newerKey] = [newKey(), newKey()];
  const sealed = createSecretBox(keysOf(oldKey), 'p').seal('old', 'row');
  const rotated = createSecretBox(keysOf(`${newerKey},${oldKey}`), 'p');
  expect(rotated.open(sealed, 'row')).toBe('old');
  const fresh = rotated.seal('new', 'row');
  expect(createSecretBox(keysOf(newerKey), 'p').open(fresh, 'row')).toBe('new');
});

test('without MASTER_KEY a key file is made once, for its owner only', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'visavis-key-'));
  const [first] = loadMasterKeys({ dataDir });
  const path = join(dataDir, 'master.key');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readFileSync(path, 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
  expect(loadMasterKeys({ dataDir })[0]).toEqual(first);
  rmSync(dataDir, { recursive: true });
});

test.each(['EPERM', 'ENOSYS'])('of two starts at once on a disk without links (%s) the first key stays', (code) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'visavis-key-'));
  const first = newKey();
  vi.mocked(linkSync).mockImplementationOnce((_from, path) => {
    writeFileSync(path, first);
    throw Object.assign(new Error('no links here'), { code });
  });
  expect(loadMasterKeys({ dataDir })).toEqual(keysOf(first));
  vi.mocked(linkSync).mockImplementationOnce(() => {
    throw Object.assign(new Error('no links here'), { code });
  });
  rmSync(join(dataDir, 'master.key'));
  const [alone] = loadMasterKeys({ dataDir });
  expect(loadMasterKeys({ dataDir })[0]).toEqual(alone);
  rmSync(dataDir, { recursive: true });
});

test('a MASTER_KEY of the wrong length is refused', () => {
  expect(() => keysOf('too short')).toThrow(/32 bytes/);
});
