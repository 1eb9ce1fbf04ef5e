import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CHECKPOINT_BYTES, crc32c } from './control-file.ts';
import { findLastCheckpoint, freshSegment, hasCheckpointAt, SEGMENT_BYTES, segmentName } from './write-ahead-log.ts';

const PAGE_BYTES = 8192;
const RECORD_BYTES = 26 + CHECKPOINT_BYTES;
let engine: string;
beforeEach(() => {
  engine = mkdtempSync(join(tmpdir(), 'visavis-log-'));
  mkdirSync(join(engine, 'pg_wal'));
});
afterEach(() => rmSync(engine, { recursive: true, force: true }));

/** Two files of a log whose one checkpoint lies so far into the first, on as many pages and files as that takes. */
function writeLog(offset: number): bigint {
  const checkpoint = Buffer.alloc(CHECKPOINT_BYTES);
  checkpoint.writeUInt32LE(1, 8);
  const files = [2n, 3n].map((number) => freshSegment({ systemIdentifier: 7n, number, checkpoint }));
  const log = Buffer.concat(files.map(({ bytes }) => bytes));
  const lsn = 2n * BigInt(SEGMENT_BYTES) + BigInt(offset);
  const record = Buffer.from(log.subarray(40, 40 + RECORD_BYTES));
  record.writeBigUInt64LE(lsn, 26);
  record.writeUInt32LE(crc32c(record.subarray(24), record.subarray(0, 20)), 20);
  for (const start of [0, SEGMENT_BYTES]) log.fill(0, start + 40, start + 40 + RECORD_BYTES);
  for (let page = PAGE_BYTES; page < log.length; page += PAGE_BYTES) {
    if (page === SEGMENT_BYTES) continue;
    log.writeUInt16LE(0xd118, page);
    // What a page tells is no part of a record, whatever it looks like.
    log.writeUInt16LE(5, page + 2);
    log.writeUInt32LE(0x01010101, page + 4);
    log.writeBigUInt64LE(2n * BigInt(SEGMENT_BYTES) + BigInt(page), page + 8);
  }
  const first = Math.min(RECORD_BYTES, PAGE_BYTES - (offset % PAGE_BYTES));
  record.copy(log, offset, 0, first);
  const next = offset + first;
  if (first < RECORD_BYTES) record.copy(log, next + (next === SEGMENT_BYTES ? 40 : 24), first);
  for (const [i, number] of [2n, 3n].entries()) {
    const bytes = log.subarray(i * SEGMENT_BYTES, (i + 1) * SEGMENT_BYTES);
    writeFileSync(join(engine, 'pg_wal', segmentName(1, number)), bytes);
  }
  return lsn;
}

it.each([8, 16, 24, 64, RECORD_BYTES - 2, 4000])(
  'a checkpoint that begins %i bytes before the end of a page is found whole',
  (before) => {
    const lsn = writeLog(20 * PAGE_BYTES - before);
    expect(hasCheckpointAt(engine, lsn)).toBe(true);
    expect(findLastCheckpoint(engine)?.lsn).toBe(lsn);
    expect(hasCheckpointAt(engine, lsn - 8n)).toBe(false);
  },
);

it.each([8, 16, 64, RECORD_BYTES - 2])(
  'a checkpoint that begins %i bytes before the end of a file of the log goes on in the next',
  (before) => {
    const lsn = writeLog(SEGMENT_BYTES - before);
    expect(hasCheckpointAt(engine, lsn)).toBe(true);
    expect(findLastCheckpoint(engine)?.lsn).toBe(lsn);
    rmSync(join(engine, 'pg_wal', segmentName(1, 3n)));
    expect(hasCheckpointAt(engine, lsn)).toBe(false);
  },
);
