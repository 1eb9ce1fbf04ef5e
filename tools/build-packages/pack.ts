import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildPackage, type PackageName } from './build.ts';
import { buildServer } from './server.ts';

/** What npm is given: a file, and what it weighs. */
export type Tarball = {
  readonly path: string;
  readonly bytes: number;
  /** Of what is in it. */
  readonly unpackedBytes: number;
  readonly files: number;
};

type Packed = {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly entryCount: number;
};

/** Builds and packs these packages; resolves to their tarballs, in the same order. */
export async function packAll(names: readonly PackageName[], folder: string): Promise<Tarball[]> {
  rmSync(folder, { recursive: true, force: true });
  return Promise.all(
    names.map(async (name) => {
      const staged = join(folder, name);
      await buildPackage(name, staged);
      return await pack(staged, folder);
    }),
  );
}

/** Builds and packs the server, into a folder that may have the others already. */
export async function packServer(folder: string): Promise<Tarball> {
  const staged = join(folder, 'server');
  await buildServer(staged);
  return await pack(staged, folder);
}

async function pack(staged: string, folder: string): Promise<Tarball> {
  const { stdout } = await promisify(execFile)('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: staged,
    shell: process.platform === 'win32',
    maxBuffer: 16_000_000,
  });
  const [packed] = JSON.parse(stdout) as [Packed];
  const { filename, size: bytes, unpackedSize: unpackedBytes, entryCount: files } = packed;
  return { path: join(folder, filename), bytes, unpackedBytes, files };
}
