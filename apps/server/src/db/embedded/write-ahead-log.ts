import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKPOINT_BYTES, crc32c, IN_CHECKPOINT } from './control-file.ts';

// The write-ahead log as far as checkpoints go: files of 16 MB, pages of 8 KB with a header, records by their position
// (LSN) in the whole log.

export const SEGMENT_BYTES = 16 * 1024 * 1024;
const PAGE_BYTES = 8192;
const PAGE_MAGIC = 0xd118;
const LONG_HEADER_BYTES = 40;
const SHORT_HEADER_BYTES = 24;
/** Of a file's first header: it also names the database. */
const LONG_HEADER = 2;
const RECORD_HEADER_BYTES = 24;
/** Of a record's header, before its checksum. */
const CHECKED_HEADER_BYTES = 20;
/** In a record's header: whose record it is; 0 is the log itself. */
const RESOURCE_MANAGER_AT = 17;
/** Marks data of less than 256 bytes that belong to no page of a table. */
const SHORT_DATA = 255;
const CHECKPOINT_RECORD_BYTES = RECORD_HEADER_BYTES + 2 + CHECKPOINT_BYTES;
/** Checkpoints of a server that closes, and of one that runs. */
const CHECKPOINT_KINDS: ReadonlySet<number> = new Set([0x00, 0x10]);

type FoundCheckpoint = {
  readonly lsn: bigint;
  readonly checkpoint: Buffer;
  readonly systemIdentifier: bigint;
  readonly isShutDown: boolean;
};

/** Numbers of the log's files, ascending, with their names. */
export function logSegments(engineFolder: string): Segment[] {
  const folder = join(engineFolder, 'pg_wal');
  return readdirSync(folder)
    .filter((name) => /^[0-9A-F]{24}$/.test(name))
    .map((name) => ({
      number: BigInt(`0x${name.slice(8, 16)}`) * 256n + BigInt(`0x${name.slice(16)}`),
      path: join(folder, name),
    }))
    .toSorted((a, b) => (a.number < b.number ? -1 : 1));
}

export function segmentName(timeline: number, number: bigint): string {
  const hex = (value: bigint): string => value.toString(16).toUpperCase().padStart(8, '0');
  return hex(BigInt(timeline)) + hex(number / 256n) + hex(number % 256n);
}

/** Whether the log has a readable checkpoint at this place, and all of the log from its redo point to there. */
export function hasCheckpointAt(engineFolder: string, lsn: bigint): boolean {
  const number = lsn / BigInt(SEGMENT_BYTES);
  const segments = logSegments(engineFolder);
  const segment = segments.find((candidate) => candidate.number === number);
  if (segment === undefined) return false;
  const found = checkpointAt(readSegment(segments, segment), number, Number(lsn % BigInt(SEGMENT_BYTES)));
  return found !== null && hasLogFrom(segments, found);
}

/** The latest checkpoint that the log itself holds, with all of the log that recovery from it needs. */
export function findLastCheckpoint(engineFolder: string): FoundCheckpoint | null {
  const segments = logSegments(engineFolder);
  for (const segment of segments.toReversed()) {
    const { number } = segment;
    const bytes = readSegment(segments, segment);
    const last = Math.min(bytes.length - CHECKPOINT_RECORD_BYTES, SEGMENT_BYTES - 1);
    for (let offset = last; offset >= LONG_HEADER_BYTES; offset -= 1) {
      // Records begin at multiples of eight.
      offset -= offset % 8;
      const found = checkpointAt(bytes, number, offset);
      if (found !== null && hasLogFrom(segments, found)) return found;
    }
  }
  return null;
}

type Segment = { readonly number: bigint; readonly path: string };

/** A file of the log, and the first page of the next one behind it: a record may begin in the one and end in the other. */
function readSegment(segments: readonly Segment[], { number, path }: Segment): Buffer {
  const bytes = readFileSync(path);
  if (bytes.length < SEGMENT_BYTES) return bytes;
  const next = segments.find((candidate) => candidate.number === number + 1n);
  return Buffer.concat([bytes.subarray(0, SEGMENT_BYTES), next === undefined ? Buffer.alloc(0) : readStart(next.path)]);
}

function hasLogFrom(segments: readonly Segment[], { lsn, checkpoint }: FoundCheckpoint): boolean {
  const size = BigInt(SEGMENT_BYTES);
  for (let number = checkpoint.readBigUInt64LE(IN_CHECKPOINT.redoLsn) / size; number <= lsn / size; number += 1n) {
    const segment = segments.find((candidate) => candidate.number === number);
    if (segment === undefined || statSync(segment.path).size !== SEGMENT_BYTES) return false;
    if (!isPageOf(readStart(segment.path), 0, number)) return false;
  }
  return true;
}

/** Its header, and as much behind it as a checkpoint may reach into it. */
function readStart(path: string): Buffer {
  const page = Buffer.alloc(LONG_HEADER_BYTES + CHECKPOINT_RECORD_BYTES);
  const file = openSync(path, 'r');
  try {
    readSync(file, page, 0, page.length, 0);
  } finally {
    closeSync(file);
  }
  return page;
}

/** Files are used again under new names: a page counts only if it says where it belongs. */
function isPageOf(bytes: Buffer, offset: number, segment: bigint): boolean {
  if (offset + SHORT_HEADER_BYTES > bytes.length || bytes.readUInt16LE(offset) !== PAGE_MAGIC) return false;
  return bytes.readBigUInt64LE(offset + 8) === segment * BigInt(SEGMENT_BYTES) + BigInt(offset);
}

function checkpointAt(bytes: Buffer, segment: bigint, offset: number): FoundCheckpoint | null {
  if (offset + CHECKPOINT_RECORD_BYTES > bytes.length) return null;
  // The length never lies on two pages, all else may.
  if (bytes.readUInt32LE(offset) !== CHECKPOINT_RECORD_BYTES) return null;
  const record = recordAt(bytes, segment, offset);
  if (record === null || record[RESOURCE_MANAGER_AT] !== 0) return null;
  const kind = (record[16] ?? 0) & 0xf0;
  const isCheckpoint =
    CHECKPOINT_KINDS.has(kind) &&
    record[RECORD_HEADER_BYTES] === SHORT_DATA &&
    record[RECORD_HEADER_BYTES + 1] === CHECKPOINT_BYTES &&
    record.readUInt32LE(CHECKED_HEADER_BYTES) ===
      crc32c(record.subarray(RECORD_HEADER_BYTES), record.subarray(0, CHECKED_HEADER_BYTES));
  if (!isCheckpoint) return null;
  return {
    lsn: segment * BigInt(SEGMENT_BYTES) + BigInt(offset),
    checkpoint: record.subarray(RECORD_HEADER_BYTES + 2),
    systemIdentifier: bytes.readBigUInt64LE(24),
    isShutDown: kind === 0x00,
  };
}

/** The record without the header of a page that begins inside it; null where its page is not of this place. */
function recordAt(bytes: Buffer, segment: bigint, offset: number): Buffer | null {
  const page = offset - (offset % PAGE_BYTES);
  if (!isPageOf(bytes, page, segment)) return null;
  const next = page + PAGE_BYTES;
  if (offset + CHECKPOINT_RECORD_BYTES <= next) return bytes.subarray(offset, offset + CHECKPOINT_RECORD_BYTES);
  if (!isPageOf(bytes, next, segment)) return null;
  const rest = CHECKPOINT_RECORD_BYTES - (next - offset);
  const isLong = (bytes.readUInt16LE(next + 2) & LONG_HEADER) !== 0;
  const from = next + (isLong ? LONG_HEADER_BYTES : SHORT_HEADER_BYTES);
  if (from + rest > bytes.length) return null;
  return Buffer.concat([bytes.subarray(offset, next), bytes.subarray(from, from + rest)]);
}

/** A log that begins, and for now ends, with the checkpoint of a server that closed. */
export function freshSegment(options: {
  readonly systemIdentifier: bigint;
  readonly number: bigint;
  /** Its redo point is set to its own place. */
  readonly checkpoint: Buffer;
}): { readonly bytes: Buffer; readonly lsn: bigint; readonly checkpoint: Buffer } {
  const start = options.number * BigInt(SEGMENT_BYTES);
  const lsn = start + BigInt(LONG_HEADER_BYTES);
  const checkpoint = Buffer.from(options.checkpoint);
  checkpoint.writeBigUInt64LE(lsn, IN_CHECKPOINT.redoLsn);
  const bytes = Buffer.alloc(SEGMENT_BYTES);
  bytes.writeUInt16LE(PAGE_MAGIC, 0);
  bytes.writeUInt16LE(LONG_HEADER, 2);
  bytes.writeUInt32LE(checkpoint.readUInt32LE(IN_CHECKPOINT.timeline), 4);
  bytes.writeBigUInt64LE(start, 8);
  bytes.writeBigUInt64LE(options.systemIdentifier, 24);
  bytes.writeUInt32LE(SEGMENT_BYTES, 32);
  bytes.writeUInt32LE(PAGE_BYTES, 36);
  const record = bytes.subarray(LONG_HEADER_BYTES, LONG_HEADER_BYTES + CHECKPOINT_RECORD_BYTES);
  record.writeUInt32LE(CHECKPOINT_RECORD_BYTES, 0);
  record[RECORD_HEADER_BYTES] = SHORT_DATA;
  record[RECORD_HEADER_BYTES + 1] = CHECKPOINT_BYTES;
  checkpoint.copy(record, RECORD_HEADER_BYTES + 2);
  const checksum = crc32c(record.subarray(RECORD_HEADER_BYTES), record.subarray(0, CHECKED_HEADER_BYTES));
  record.writeUInt32LE(checksum, CHECKED_HEADER_BYTES);
  return { bytes, lsn, checkpoint };
}
