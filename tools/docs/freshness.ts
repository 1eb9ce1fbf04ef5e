import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FILES_ELSEWHERE } from '../../docs/.vitepress/pages.ts';
import { isStale } from '../newest-change.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Where the site is built to. */
export const DOCS_OUTPUT = `${ROOT}docs/.vitepress/dist`;

/** Whether the site is missing or older than its pages. False where there is nothing to build it with. */
export function areDocsStale(): boolean {
  if (!existsSync(`${ROOT}node_modules/vitepress`)) return false;
  return isStale(
    `${DOCS_OUTPUT}/index.html`,
    docsSources().map((source) => `${ROOT}${source}`),
  );
}

/** Files and folders that the site is made of. Of an example that is its readme, whatever is installed or built beside it. */
export function docsSources(): string[] {
  const pages = readdirSync(`${ROOT}docs`).filter((name) => name !== '.vitepress');
  const settings = readdirSync(`${ROOT}docs/.vitepress`).filter((name) => !/^(?:dist|cache|\.temp)/.test(name));
  return [
    ...pages.map((name) => `docs/${name}`),
    ...settings.map((name) => `docs/.vitepress/${name}`),
    ...FILES_ELSEWHERE,
    ...readdirSync(`${ROOT}examples`).map((name) => `examples/${name}/README.md`),
    'tools/docs',
  ];
}
