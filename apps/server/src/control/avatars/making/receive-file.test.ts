import { pbkdf2 } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { LIMITS } from '@visavis/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { receiveFile } from './receive-file.ts';

const PNG_HEAD = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
const hash = promisify(pbkdf2);
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'visavis-receive-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a file comes in whole, under a name of its own', async () => {
  const parts = [PNG_HEAD.subarray(0, 3), PNG_HEAD.subarray(3), Buffer.alloc(5_000, 7)];
  const received = await receiveFile(partsOf(parts), folder);
  expect(received).toEqual({ kind: 'picture', file: expect.stringMatching(/^[0-9a-f]{32}\.png$/), sizeBytes: 5_008 });
  expect(await readFile(join(folder, received.file))).toEqual(Buffer.concat(parts));
});

test('nothing is left of files that are refused at once, however many come together', async () => {
  const tooLarge = Buffer.concat([PNG_HEAD, Buffer.alloc(LIMITS.bytes.picture)]);
  for (let round = 0; round < 200; round += 1) {
    // File system calls wait for the same threads, and then start together.
    const busy = Array.from({ length: 4 }, () => hash('password', 'salt', 2_000, 32, 'sha256'));
    const refusals = Array.from({ length: 8 }, () => receiveFile(partsOf([tooLarge]), folder).catch(codeOf));
    expect(await Promise.all(refusals)).toEqual(Array(8).fill('too-large'));
    await Promise.all(busy);
  }
  await delay(100);
  expect(await readdir(folder)).toEqual([]);
});

test('nothing is left of files whose sender goes away', async () => {
  const broken = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.concat([PNG_HEAD, Buffer.alloc(100_000)]);
    throw new Error('aborted');
  };
  for (let round = 0; round < 50; round += 1) {
    await expect(receiveFile(broken(), folder)).rejects.toThrow('aborted');
  }
  await delay(100);
  expect(await readdir(folder)).toEqual([]);
});

test('a sender that falls silent or trickles is given up, and one that is too slow when its time is over', async () => {
  const pace = () => ({ windowMs: 300, bytesPerSecond: 10_000 });
  const silent = (): AsyncGenerator<Buffer> => stuckAfter([Buffer.concat([PNG_HEAD, Buffer.alloc(100_000)])]);
  await expect(receiveFile(silent(), folder, { pace })).rejects.toMatchObject({
    code: 'too-slow',
    statusCode: 408,
    message: expect.stringContaining('stopped arriving'),
  });
  await expect(receiveFile(trickle(), folder, { pace })).rejects.toMatchObject({
    code: 'too-slow',
    message: expect.stringContaining('less than 10 kB a second'),
  });
  await expect(receiveFile(silent(), folder, { signal: AbortSignal.timeout(50) })).rejects.toThrow(/timeout/);
  await expect(receiveFile(stuckAfter([]), folder, { pace })).rejects.toThrow('stopped arriving');
  expect(await readdir(folder)).toEqual([]);
});

async function* trickle(): AsyncGenerator<Buffer> {
  yield PNG_HEAD;
  for (;;) {
    await delay(5);
    yield Buffer.alloc(10);
  }
}

async function* stuckAfter(parts: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* parts;
  await new Promise(() => {});
}

async function* partsOf(parts: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* parts;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : error;
}
