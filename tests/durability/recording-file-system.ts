import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { FsyncFileSystem } from '../../apps/server/src/db/embedded/fsync-file-system.ts';

/** What this file uses of Emscripten's host file system. */
type Node = { readonly mode: number };
type Stream = { readonly node: Node };
type HostFileSystem = {
  realPath(node: Node): string;
  readonly stream_ops: {
    write(stream: Stream, buffer: Int8Array, offset: number, length: number, position: number): number;
    fsync?(stream: Stream): number;
  };
  readonly node_ops: {
    mknod(parent: Node, name: string, mode: number, device: number): Node;
    rename(node: Node, newParent: Node, newName: string): void;
    unlink(parent: Node, name: string): void;
    rmdir(parent: Node, name: string): void;
    setattr(node: Node, attributes: { readonly size?: number }): void;
  };
};

type PendingWrite = { readonly position: number; readonly bytes: Buffer };

const PAGE_BYTES = 4_096;
const FOLDER_BIT = 0o040000;

function writeInto(path: string, { position, bytes }: PendingWrite): void {
  // A file that was removed since takes no more writes.
  if (!existsSync(path)) return;
  const descriptor = openSync(path, 'r+');
  try {
    writeSync(descriptor, bytes, 0, bytes.length, position);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * The durable file system, with a second folder beside it that holds what a disk would hold if the power failed now:
 * flushed data only. Made and renamed and truncated files count as on disk at once. With `obeyFlushes` false it shows a
 * disk under an engine that never flushes.
 */
export class RecordingFileSystem extends FsyncFileSystem {
  readonly #root: string;
  readonly #disk: string;
  readonly #obeyFlushes: boolean;
  readonly #pending = new Map<string, PendingWrite[]>();
  #cut = false;

  constructor(root: string, disk: string, obeyFlushes: boolean) {
    super(root);
    this.#root = root;
    this.#disk = disk;
    this.#obeyFlushes = obeyFlushes;
    cpSync(root, disk, { recursive: true });
  }

  override async init(...parameters: Parameters<FsyncFileSystem['init']>): ReturnType<FsyncFileSystem['init']> {
    const prepared = await super.init(...parameters);
    const preRun = prepared.emscriptenOpts.preRun as ((module: unknown) => void)[];
    preRun.push((module) => this.#record((module as { NODEFS: HostFileSystem }).NODEFS));
    return prepared;
  }

  /** The power fails. Each page not yet flushed reached the disk with the given probability. */
  cutPower(survivalProbability: number): void {
    this.#cut = true;
    for (const [path, writes] of this.#pending) {
      for (const { position, bytes } of writes) {
        for (let offset = 0; offset < bytes.length; offset += PAGE_BYTES) {
          if (Math.random() >= survivalProbability) continue;
          const page = { position: position + offset, bytes: bytes.subarray(offset, offset + PAGE_BYTES) };
          writeInto(join(this.#disk, path), page);
        }
      }
    }
  }

  #record(host: HostFileSystem): void {
    const { stream_ops: streams, node_ops: nodes } = host;
    const original = { ...streams, ...nodes };
    const pathOf = (node: Node, name = '') => relative(this.#root, join(host.realPath(node), name));
    const watch = (path: string): boolean => !this.#cut && !path.startsWith('..');

    streams.write = (stream, buffer, offset, length, position) => {
      const written = original.write(stream, buffer, offset, length, position);
      const path = pathOf(stream.node);
      if (watch(path)) this.#remember(path, position, Buffer.from(buffer.slice(offset, offset + written)));
      return written;
    };
    streams.fsync = (stream) => {
      const result = original.fsync?.(stream) ?? 0;
      if (this.#obeyFlushes) this.#flush(pathOf(stream.node));
      return result;
    };
    nodes.mknod = (parent, name, mode, device) => {
      const node = original.mknod(parent, name, mode, device);
      const path = pathOf(node);
      if (watch(path)) this.#make(path, (mode & FOLDER_BIT) !== 0);
      return node;
    };
    nodes.rename = (node, newParent, newName) => {
      const from = pathOf(node);
      original.rename(node, newParent, newName);
      if (watch(from)) this.#move(from, pathOf(newParent, newName));
    };
    for (const remove of ['unlink', 'rmdir'] as const) {
      nodes[remove] = (parent, name) => {
        const path = pathOf(parent, name);
        original[remove](parent, name);
        if (!watch(path)) return;
        this.#pending.delete(path);
        rmSync(join(this.#disk, path), { recursive: true, force: true });
      };
    }
    nodes.setattr = (node, attributes) => {
      original.setattr(node, attributes);
      const path = pathOf(node);
      if (attributes.size !== undefined && watch(path)) truncateSync(join(this.#disk, path), attributes.size);
    };
  }

  #remember(path: string, position: number, bytes: Buffer): void {
    const writes = this.#pending.get(path) ?? [];
    writes.push({ position, bytes });
    this.#pending.set(path, writes);
  }

  #flush(path: string): void {
    if (this.#cut) return;
    for (const write of this.#pending.get(path) ?? []) writeInto(join(this.#disk, path), write);
    this.#pending.delete(path);
  }

  #make(path: string, isFolder: boolean): void {
    const target = join(this.#disk, path);
    if (isFolder) mkdirSync(target, { recursive: true });
    else writeFileSync(target, '');
  }

  #move(from: string, to: string): void {
    mkdirSync(dirname(join(this.#disk, to)), { recursive: true });
    renameSync(join(this.#disk, from), join(this.#disk, to));
    const writes = this.#pending.get(from);
    this.#pending.delete(from);
    if (writes) this.#pending.set(to, writes);
  }
}
