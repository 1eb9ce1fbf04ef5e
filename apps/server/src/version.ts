import { readFileSync } from 'node:fs';
import { PRODUCT_MANIFEST } from './shipped-files.ts';

/** Of the repository, or of the installed package. */
export function readVersion(): string {
  const { version } = JSON.parse(readFileSync(PRODUCT_MANIFEST, 'utf8')) as { version?: string };
  return version ?? '0.0.0';
}
