// Builds the documentation site into docs/.vitepress/dist. `DOCS_BASE=/ npm run docs` builds it for the root of a host. With
// `--beside-server` only if it is stale, and until the server that started it ends.
import { constants } from 'node:os';
import { buildDocs } from './build.ts';
import { areDocsStale } from './freshness.ts';

const isBesideServer = process.argv.includes('--beside-server');
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // What a closed terminal means is for the server to say, which ends this when it ends.
    if (signal !== 'SIGHUP' || !isBesideServer) process.exit(128 + constants.signals[signal]);
  });
}
if (!isBesideServer || areDocsStale()) await buildDocs();
