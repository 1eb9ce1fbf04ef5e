// Builds the packages that people install into dist/packages, each as a folder and as the tarball that npm would publish:
// `npm run build:packages`.
import { join } from 'node:path';
import { PACKAGES } from './build.ts';
import { packAll } from './pack.ts';

const folder = join(import.meta.dirname, '../../dist/packages');
for (const tarball of await packAll(PACKAGES, folder)) console.log(tarball);
