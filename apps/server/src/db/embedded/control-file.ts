import { readFileSync } from 'node:fs';
import { join } from 'node:path';

// `global/pg_control` as the embedded engine lays it out: PostgreSQL 18, 32-bit pointers, little-endian. The engine will
// not start without it: it says where in the write-ahead log recovery begins.

/** Length of the file, of what its checksum covers, and of the copy of the latest checkpoint inside. */
const FILE_BYTES = 8192;
const CHECKED_BYTES = 292;
export const CHECKPOINT_BYTES = 88;

const AT = {
  systemIdentifier: 0,
  version: 8,
  state: 16,
  checkpointLsn: 32,
  checkpoint: 40,
  minRecoveryPoint: 136,
  endOfRecoveryFields: 172,
} as const;

/** Inside a checkpoint. */
export const IN_CHECKPOINT = { redoLsn: 0, timeline: 8, nextTransaction: 24 } as const;

const CONTROL_VERSION = 1800;
const STATE_SHUT_DOWN = 1;
const STATE_IN_PRODUCTION = 6;

type ControlFile = {
  readonly bytes: Buffer;
  readonly systemIdentifier: bigint;
  /** The server closed cleanly: the log holds nothing that the tables lack. */
  readonly isShutDown: boolean;
  readonly checkpointLsn: bigint;
  readonly checkpoint: Buffer;
};

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

/** CRC-32C of the parts in order. */
export function crc32c(...parts: readonly Uint8Array[]): number {
  let value = 0xffffffff;
  for (const part of parts) for (const byte of part) value = (value >>> 8) ^ (CRC_TABLE[(value ^ byte) & 0xff] ?? 0);
  return (value ^ 0xffffffff) >>> 0;
}

export function controlPath(engineFolder: string): string {
  return join(engineFolder, 'global', 'pg_control');
}

/** Null for a file that is missing, cut off or damaged, or is no file. */
export function readControl(engineFolder: string): ControlFile | null {
  let bytes: Buffer;
  try {
    bytes = readFileSync(controlPath(engineFolder));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EISDIR') return null;
    throw error;
  }
  if (bytes.length < CHECKED_BYTES + 4 || bytes.readUInt32LE(AT.version) !== CONTROL_VERSION) return null;
  if (bytes.readUInt32LE(CHECKED_BYTES) !== crc32c(bytes.subarray(0, CHECKED_BYTES))) return null;
  return {
    bytes,
    systemIdentifier: bytes.readBigUInt64LE(AT.systemIdentifier),
    isShutDown: bytes.readUInt32LE(AT.state) === STATE_SHUT_DOWN,
    checkpointLsn: bytes.readBigUInt64LE(AT.checkpointLsn),
    checkpoint: bytes.subarray(AT.checkpoint, AT.checkpoint + CHECKPOINT_BYTES),
  };
}

type NewControl = {
  /** The file of any database of the same engine: what is not given here is the same in all. */
  readonly template: Buffer;
  readonly systemIdentifier: bigint;
  readonly checkpointLsn: bigint;
  readonly checkpoint: Buffer;
  /** True where the log holds nothing after the checkpoint; otherwise the engine recovers from there. */
  readonly isShutDown: boolean;
};

export function buildControl(control: NewControl): Buffer {
  const bytes = Buffer.alloc(FILE_BYTES);
  control.template.copy(bytes, 0, 0, CHECKED_BYTES);
  bytes.writeBigUInt64LE(control.systemIdentifier, AT.systemIdentifier);
  bytes.writeUInt32LE(control.isShutDown ? STATE_SHUT_DOWN : STATE_IN_PRODUCTION, AT.state);
  bytes.writeBigUInt64LE(control.checkpointLsn, AT.checkpointLsn);
  control.checkpoint.copy(bytes, AT.checkpoint);
  bytes.fill(0, AT.minRecoveryPoint, AT.endOfRecoveryFields);
  bytes.writeUInt32LE(crc32c(bytes.subarray(0, CHECKED_BYTES)), CHECKED_BYTES);
  return bytes;
}
