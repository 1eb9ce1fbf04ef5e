import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import asc from 'assemblyscript/asc';

const ASSEMBLY = join(import.meta.dirname, 'assembly');
const PACKAGES = resolve(import.meta.dirname, '../../packages');

/** Sources in `assembly`, and the file of a package that each is built into. */
export const KERNELS = [
  { source: 'dub-kernel.ts', path: join(PACKAGES, 'face/src/film/dubbing/dub-kernel.wasm') },
  { source: 'tile-kernel.ts', path: join(PACKAGES, 'face/src/film/dubbing/tile-kernel.wasm') },
  { source: 'mix-kernel.ts', path: join(PACKAGES, 'media/src/frames/mix-kernel.wasm') },
  { source: 'scene-kernel.ts', path: join(PACKAGES, 'media/src/frames/scene-kernel.wasm') },
] as const;

/** No runtime, no imports, no checks: plain loops over memory that the package lays out. The same sources give the same bytes. */
const OPTIONS = [
  '--runtime',
  'stub',
  '--use',
  'abort=',
  '--noAssert',
  '-O3',
  '--enable',
  'simd',
  '--memoryBase',
  '512',
];

export async function buildKernel(source: string): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'kernel-'));
  const out = join(folder, 'kernel.wasm');
  const messages = asc.createMemoryStream();
  try {
    const { error } = await asc.main([source, '--baseDir', ASSEMBLY, '--outFile', out, ...OPTIONS], {
      stdout: messages,
      stderr: messages,
    });
    if (error !== null) throw new Error(`${source} does not compile: ${messages.toString()}`, { cause: error });
    return await readFile(out);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
