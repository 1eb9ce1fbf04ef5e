import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { listCatalogue, VOICES } from './catalogue.ts';

const ROOT = path.resolve(import.meta.dirname, '../../../..');
/** Where a provider's name may stand: its own folder and the catalogue. `FIRST_VOICE` and `VOICE_OF_CALL` are of all. */
const HOMES = /^packages\/(?:media\/src\/voice\/|protocol\/src\/names\.ts)/;
/** Words that mean other things, too. */
const ORDINARY: ReadonlySet<string> = new Set(['local', 'operator', 'cascade', 'transparency']);

const NAMES = [...new Set([...VOICES, ...listCatalogue()].map(({ id }) => id))];

function namedIn(source: string): string[] {
  return NAMES.filter((name) =>
    ORDINARY.has(name)
      ? new RegExp(`(?:provider|Provider|voice)(?:Id)?\\)?\\s*(?:[!=]==?|[:=?]+)\\s*'${name}'`).test(source)
      : new RegExp(`['"\`]${name}['"\`]`).test(source),
  );
}

it('no code outside its folder and the catalogue asks for a provider by its name', () => {
  const files = globSync(['packages/*/src/**/*.{ts,tsx}', 'apps/*/src/**/*.{ts,tsx}'], { cwd: ROOT }).filter(
    (file) => !HOMES.test(file) && !/\.test\.tsx?$|\/testing\/|test-(?:doubles|server)\.ts$/.test(file),
  );
  expect(files.length).toBeGreaterThan(800);
  const found = files.flatMap((file) =>
    namedIn(readFileSync(path.join(ROOT, file), 'utf8')).map((name) => `${file}: ${name}`),
  );
  expect(found).toEqual([]);
});

it('would notice one', () => {
  expect(namedIn("if (avatar.provider === 'local') return;")).toEqual(['local']);
  expect(namedIn("const provider = 'openai-realtime';")).toEqual(['openai-realtime']);
  expect(namedIn("by: 'operator', onDelete: 'cascade', role: 'operator'")).toEqual([]);
});
