import { closeSync, fsyncSync, openSync } from 'node:fs';
import type { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** What this file uses of Emscripten's host file system inside the PGlite module. */
type HostStream = { readonly nfd?: number | null; readonly node: unknown };
type Attributes = { readonly mode?: number };
type HostFileSystem = {
  readonly node_ops: { setattr?: (node: unknown, attributes: Attributes) => void };
  readonly stream_ops: { fsync?: (stream: HostStream) => number };
  realPath(node: unknown): string;
  convertNodeCode(error: unknown): number;
};
type EmscriptenModule = {
  readonly NODEFS?: HostFileSystem;
  readonly FS?: { readonly ErrnoError: new (errno: number) => Error };
};

/** Of files and folders: for the user of this process alone. */
const PRIVATE_MODE = 0o700;

type InitOptions = Parameters<NodeFS['init']>[1];

/**
 * PGlite's folder file system with a working `fsync`. The shipped one has no such operation, so that the engine's flush
 * of its write-ahead log silently does nothing and a power cut loses acknowledged commits.
 */
export class FsyncFileSystem extends NodeFS {
  /** Flushes of write-ahead log files so far; the start-up self-test watches it. */
  walSyncCount = 0;

  override async init(engine: PGlite, options: InitOptions): ReturnType<NodeFS['init']> {
    const prepared = await super.init(engine, options);
    const preRun = prepared.emscriptenOpts.preRun;
    if (!Array.isArray(preRun)) throw new Error('PGlite: the file system cannot be extended (no preRun list)');
    preRun.push((module: unknown) => this.#install(module as EmscriptenModule));
    return prepared;
  }

  #install(module: EmscriptenModule): void {
    const host = module.NODEFS;
    const ErrnoError = module.FS?.ErrnoError;
    if (!host?.stream_ops || !host.realPath || !ErrnoError) {
      throw new Error('PGlite: the file system cannot be extended (its internals changed)');
    }
    this.#keepPrivate(host);
    host.stream_ops.fsync = (stream) => {
      try {
        this.#flush(host, stream);
      } catch (error) {
        // Only an ErrnoError reaches the engine as a failed system call; it then stops rather than trust the disk.
        throw new ErrnoError(host.convertNodeCode(error));
      }
      return 0;
    };
  }

  /** The engine sets the modes of its files itself, to what everybody may read and write. */
  #keepPrivate(host: HostFileSystem): void {
    const setAttributes = host.node_ops.setattr;
    if (setAttributes === undefined)
      throw new Error('PGlite: the modes of files cannot be set (its internals changed)');
    host.node_ops.setattr = (node, attributes) => {
      const { mode } = attributes;
      setAttributes(node, mode === undefined ? attributes : { ...attributes, mode: mode & (~0o777 | PRIVATE_MODE) });
    };
  }

  #flush(host: HostFileSystem, stream: HostStream): void {
    const path = host.realPath(stream.node);
    if (stream.nfd === undefined || stream.nfd === null) flushPath(path);
    else fsyncSync(stream.nfd);
    if (/[/\\]pg_wal[/\\]/.test(path)) this.walSyncCount += 1;
  }
}

/** Flushes a file or folder by path. Windows opens no folders, and needs no flush of them. */
export function flushPath(path: string): void {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    if (process.platform === 'win32') return;
    throw error;
  }
  try {
    fsyncSync(descriptor);
  } catch (error) {
    if (process.platform !== 'win32') throw error;
  } finally {
    closeSync(descriptor);
  }
}
