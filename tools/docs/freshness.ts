import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isStale } from '../newest-change.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Where the site is built to. */
export const DOCS_OUTPUT = `${ROOT}docs/.vitepress/dist`;

/** Whether the site is missing or older than its pages. False where there is nothing to build it with. */
export function areDocsStale(): boolean {
  if (!existsSync(`${ROOT}node_modules/vitepress`)) return false;
  const pages = readdirSync(`${ROOT}docs`).filter((name) => name !== '.vitepress');
  const settings = readdirSync(`${ROOT}docs/.vitepress`).filter((name) => !/^(?:dist|cache|\.temp)/.test(name));
  const sources = [
    ...pages.map((name) => `docs/${name}`),
    ...settings.map((name) => `docs/.vitepress/${name}`),
    ...['packages/sdk/README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'examples', 'tools/docs'],
  ];
  return isStale(
    `${DOCS_OUTPUT}/index.html`,
    sources.map((source) => `${ROOT}${source}`),
  );
}
