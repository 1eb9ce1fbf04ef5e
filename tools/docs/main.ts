// Builds the documentation site into docs/.vitepress/dist. `DOCS_BASE=/ npm run docs` builds it for the root of a host.
import { buildDocs } from './build.ts';

await buildDocs();
