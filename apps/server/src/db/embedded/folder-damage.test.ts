import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { explainFailure } from './folder-damage.ts';

const folder = mkdtempSync(join(tmpdir(), 'visavis-damage-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it.each([
  ['EACCES', /may not be read and written by the user of this server/],
  ['EPERM', /chown -R/],
  ['EROFS', /disk can only be read/],
  ['ENOSPC', /disk is full.*Make room/],
])('%s is told with the folder and the way out', (code, words) => {
  const error = Object.assign(new Error(`${code}: no`), { code });
  const { message } = explainFailure(folder, error);
  expect(message).toContain(folder);
  expect(message).toMatch(words);
});
