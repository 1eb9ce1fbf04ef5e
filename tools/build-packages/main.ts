// Builds the packages that people install into dist/packages, each as a folder and as the tarball that npm would publish:
// `npm run build:packages`.
import { join } from 'node:path';
import { PACKAGES } from './build.ts';
import { packAll, packServer } from './pack.ts';

const folder = join(import.meta.dirname, '../../dist/packages');
const tarballs = [...(await packAll(PACKAGES, folder)), await packServer(folder)];
for (const { path, bytes, unpackedBytes, files } of tarballs) {
  console.log(`${path}\t${megabytes(bytes)} MB\t${megabytes(unpackedBytes)} MB unpacked\t${files} files`);
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}
