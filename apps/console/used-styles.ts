import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import type { Plugin } from 'vite';

const SHEET = '@mantine/core/styles.layer.css';
const SOURCES = 'src';

/**
 * Leaves out of the component library's style sheet, which is most of what a first visit loads of styles, the rules of components
 * that no source imports. Its rules name their component by a class like `m_77c9d27d`, which the component's own module holds.
 */
export function usedStyles(): Plugin {
  return {
    name: 'used-styles',
    enforce: 'pre',
    apply: 'build',
    transform(sheet, id) {
      if (!id.replaceAll('\\', '/').split('?', 1)[0]?.endsWith(SHEET)) return null;
      return { code: withUsedRules(sheet, usedClasses()), map: null };
    },
  };
}

/** Classes of all components that the sources import, and of those that these are made of. */
function usedClasses(): ReadonlySet<string> {
  const library = dirname(createRequire(import.meta.url).resolve(SHEET));
  const index = join(library, 'esm/index.mjs');
  const wanted = new Set(importedNames(join(import.meta.dirname, SOURCES)));
  const entries = [...readFileSync(index, 'utf8').matchAll(/import \{([^}]+)\} from "([^"]+)"/g)]
    .filter(([, names = '']) => names.split(',').some((name) => wanted.has(name.trim().split(' ')[0] ?? '')))
    .map(([, , path = '']) => resolve(dirname(index), path));
  const visited = new Set<string>();
  const classes = new Set<string>();
  const visit = (file: string): void => {
    if (visited.has(file) || !existsSync(file)) return;
    visited.add(file);
    const source = readFileSync(file, 'utf8');
    for (const [name] of source.matchAll(/\bm_[0-9a-f]+\b/g)) classes.add(name);
    for (const [, path = ''] of source.matchAll(/from "(\.[^"]+)"/g)) visit(resolve(dirname(file), path));
  };
  for (const entry of entries) visit(entry);
  if (classes.size === 0) throw new Error('The styles of no component were found: the library is laid out otherwise.');
  return classes;
}

function importedNames(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .flatMap((name) => {
      const source = readFileSync(join(folder, name), 'utf8');
      const imports = source.matchAll(/import \{([^}]+)\} from '@mantine\/core'/g);
      return [...imports].flatMap(([, names = '']) => names.split(','));
    })
    .map(
      (name) =>
        name
          .replace(/^\s*type /, '')
          .trim()
          .split(' ')[0] ?? '',
    );
}

/** The rules for whose selector a component is needed that is used, and those that need none. */
function withUsedRules(sheet: string, used: ReadonlySet<string>): string {
  const css = sheet.replaceAll(/\/\*[\s\S]*?\*\//g, '');
  let kept = '';
  for (let at = 0; at < css.length; ) {
    const open = css.indexOf('{', at);
    const end = css.indexOf(';', at);
    if (open === -1 || (end !== -1 && end < open)) {
      const next = end === -1 ? css.length : end + 1;
      kept += css.slice(at, next);
      at = next;
      continue;
    }
    const close = endOfBlock(css, open);
    const prelude = css.slice(at, open);
    const body = css.slice(open + 1, close);
    // Rules stand in rules of conditions and layers; in those of selectors stand declarations, and variants of the same.
    const isGroup = /^\s*@(media|layer|supports|container)\b/.test(prelude);
    const inner = isGroup ? withUsedRules(body, used) : body;
    if (isGroup ? inner.trim() !== '' : isUsed(prelude, used)) kept += `${prelude}{${inner}}`;
    at = close + 1;
  }
  return kept;
}

function endOfBlock(css: string, open: number): number {
  let depth = 0;
  for (let at = open; at < css.length; at += 1) {
    if (css[at] === '{') depth += 1;
    else if (css[at] === '}') depth -= 1;
    if (depth === 0) return at;
  }
  throw new Error('The style sheet ends in the middle of a rule.');
}

function isUsed(prelude: string, used: ReadonlySet<string>): boolean {
  const named = [...prelude.matchAll(/\.(m_[0-9a-f]+)\b/g)].map(([, name = '']) => name);
  return named.length === 0 || named.some((name) => used.has(name));
}
