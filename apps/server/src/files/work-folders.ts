import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Where process ids mean what they mean here: this start of the machine, and this container on it. */
const HERE = digestOf([
  readOr(hostname(), () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
  readOr('', () => readlinkSync('/proc/self/ns/pid')),
]);
const NAME = /^([0-9a-f]{12})-(\d{1,10})-(\d{1,20})\.[0-9a-f-]{36}$/;

/** A name that nobody else has, and that tells whose folder it is. */
export function workFolderName(): string {
  return `${HERE}-${process.pid}-${startOf(process.pid) ?? '0'}.${randomUUID()}`;
}

/** The process that the folder belonged to is certainly gone. False where it lives, and where that cannot be known. */
export function isAbandoned(name: string): boolean {
  const [, where, pid, start] = NAME.exec(name) ?? [];
  if (where !== HERE) return false;
  const found = startOf(Number(pid));
  return found === null || found !== start;
}

/** When the process began, in the words of the system; `0` where that is not told. Null: there is none. */
function startOf(pid: number): string | null {
  if (process.platform !== 'linux') return isThere(pid) ? '0' : null;
  // The name of the program may hold anything; 22nd field (proc_pid_stat(5)).
  const stat = readOr('', () => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  return stat === '' ? null : (stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '0');
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function readOr(fallback: string, read: () => string): string {
  try {
    return read().trim();
  } catch {
    return fallback;
  }
}

function digestOf(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 12);
}
