import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildPackage, type PackageName } from './build.ts';

/** Builds and packs these packages; resolves to the paths of the tarballs, in the same order. */
export async function packAll(names: readonly PackageName[], folder: string): Promise<string[]> {
  rmSync(folder, { recursive: true, force: true });
  return Promise.all(
    names.map(async (name) => {
      const staged = join(folder, name);
      await buildPackage(name, staged);
      const { stdout } = await promisify(execFile)('npm', ['pack', '--json', '--pack-destination', folder], {
        cwd: staged,
        shell: process.platform === 'win32',
      });
      const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
      return join(folder, filename);
    }),
  );
}
