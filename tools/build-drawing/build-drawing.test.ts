import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { buildKernel, KERNELS } from './build.ts';

it.each(KERNELS)('what a package draws with is what $source compiles to', async ({ source, path }) => {
  const [built, kept] = [await buildKernel(source), await readFile(path)];
  expect(built.equals(kept), 'run: node tools/build-drawing/main.ts').toBe(true);
});
