import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const INSTALLED = join(import.meta.dirname, '../../node_modules');

/** What the generator of the documentation puts into its pages: its theme, with the search in place, and what these run on. */
const BUNDLED = [
  'vitepress',
  'vue',
  '@vue/reactivity',
  '@vue/runtime-core',
  '@vue/runtime-dom',
  '@vue/shared',
  '@vueuse/core',
  '@vueuse/shared',
  '@vueuse/integrations',
  'focus-trap',
  'tabbable',
  'mark.js',
  'minisearch',
] as const;

/** The licences of what the documentation's pages are bundled from, in full. @throws When one has no text of its own. */
export function docsNotices(): string {
  const parts = BUNDLED.map((name) => {
    const folder = join(INSTALLED, name);
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined) throw new Error(`${name} ${version} comes without the text of its licence.`);
    return `======== ${name} ${version} ========\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  });
  return ['The documentation of Visavis contains these works of others, under these licences.\n', ...parts].join('\n');
}
