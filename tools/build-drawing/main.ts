// Builds the vector code that draws faces: node tools/build-drawing/main.ts. See README.md.
import { writeFile } from 'node:fs/promises';
import { buildKernel, KERNELS } from './build.ts';

for (const { source, path } of KERNELS) {
  const bytes = await buildKernel(source);
  await writeFile(path, bytes);
  console.log(`${path}: ${bytes.byteLength} bytes`);
}
