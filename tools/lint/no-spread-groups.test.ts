import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const MESSAGE = 'Write the members where they belong, without a group that is spread.';
const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');

/** The lines in which the linter, with the plugins of this project alone, finds a group. */
async function linesWithGroups(source: string): Promise<number[]> {
  const folder = await mkdtemp(join(tmpdir(), 'visavis-lint-'));
  try {
    const { plugins } = JSON.parse(await readFile(join(ROOT, 'biome.json'), 'utf8')) as { plugins: string[] };
    const config = {
      root: true,
      plugins: plugins.map((path) => resolve(ROOT, path)),
      linter: { rules: { preset: 'none' } },
    };
    await writeFile(join(folder, 'biome.json'), JSON.stringify(config));
    await writeFile(join(folder, 'source.tsx'), source);
    const report = await new Promise<string>((done) => {
      execFile(process.execPath, [biome, 'lint', '--reporter=json', '.'], { cwd: folder }, (_error, stdout) =>
        done(stdout),
      );
    });
    const { diagnostics } = JSON.parse(report) as {
      diagnostics: { message: string; location: { start: { line: number } } }[];
    };
    return diagnostics.filter(({ message }) => message === MESSAGE).map(({ location }) => location.start.line);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const GROUPS = [
  'export const one = { ...{ a, b }, c };',
  "export const one = [...['x', 'y'], 'z'];",
  'export const one = Math.max(...[a, b]);',
  'export const one = { ...({ a, b }) };',
  'export const one = { ...({ a, b } as Pair), c };',
  "export const one = [...(['x', 'y'] as const), 'z'];",
  "export const one = { ...{ kind: 'a' } as const, c };",
  "export const one = { ...{ kind: 'a' } satisfies Kind, c };",
  'export const one = <Field {...{ a, b }} />;',
  'export const one = <Field c="" {...{ a, b }} d="" />;',
  'export const one = <Field {...{ a, b }}>c</Field>;',
];

const OTHERS = [
  'export const one = { ...a, c };',
  'export const one = { ...(a === null ? {} : { a }), c };',
  'export const one = [...(a === null ? [] : [a]), c];',
  "export const one = [...['x', 'y'].map(String), 'z'];",
  'export const one = [...[...a].reverse()];',
  'export const one = { ...{ a, b }[c] };',
  'export const one = <Field {...rest} />;',
];

it('finds groups that are spread where they are written, and nothing else that is spread', async () => {
  expect(await linesWithGroups([...GROUPS, ...OTHERS].join('\n'))).toEqual(GROUPS.map((_group, at) => at + 1));
});
