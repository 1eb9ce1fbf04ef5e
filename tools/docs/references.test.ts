import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { PAYLOADS } from '../../packages/protocol/src/schemas/payloads.ts';
import { readDeclarations } from './declarations.ts';
import { REFERENCES } from './references.ts';

const pageOf = (file: string) =>
  readFileSync(fileURLToPath(new URL(`../../docs/reference/${file}`, import.meta.url)), 'utf8');

it.each(REFERENCES)('$file is what the code says (npm run docs:reference writes it)', ({ file, render }) => {
  expect(pageOf(file)).toBe(render());
});

it('every message that the server reads stands in the page', () => {
  const page = pageOf('messages.md');
  // Another word for `response.cancel`.
  const missing = [...PAYLOADS.keys()].filter(
    (type) =>
      type !== 'visavis.interrupt' && !page.includes(`### \`${type}\``) && !page.includes(`### \`realtime.${type}\``),
  );
  expect(missing).toEqual([]);
});

it('every module of the SDK stands in the page', () => {
  const page = pageOf('sdk.md');
  const manifest = JSON.parse(
    readFileSync(fileURLToPath(new URL('../../packages/sdk/package.json', import.meta.url)), 'utf8'),
  ) as { exports: Record<string, string> };
  const modules = Object.keys(manifest.exports).filter((entry) => !entry.endsWith('.js'));
  expect(modules).toContain('./navtalk');
  expect(modules.filter((entry) => !page.includes(`\n## @visavis/sdk${entry.slice(1)}\n`))).toEqual([]);
});

it('reads docstrings, members without bodies, and names that are passed on', () => {
  const { own, passedOn } = readDeclarations(`
    export { a as b } from './a.ts';
    /** A thing
     * of two lines. */
    export class Thing {
      #secret = 1;
      private hidden() {}
      /** Adds. */
      add(value: number): number { return value + this.#secret; }
    }
    // No docstring.
    export type Choice = 'x' | 'y';
  `);
  expect(passedOn).toEqual([{ name: 'a', as: 'b', from: './a.ts' }]);
  expect(own).toEqual([
    {
      name: 'Thing',
      kind: 'class',
      doc: 'A thing of two lines.',
      text: 'class Thing',
      members: [{ name: 'add', text: 'add(value: number): number', doc: 'Adds.' }],
    },
    { name: 'Choice', kind: 'type', doc: '', text: "type Choice = 'x' | 'y'", members: [] },
  ]);
});
