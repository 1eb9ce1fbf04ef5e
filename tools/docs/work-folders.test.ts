import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { docsSources } from './freshness.ts';
import { removeLeftovers, replaceSite, workFolders } from './work-folders.ts';

const folder = mkdtempSync(join(tmpdir(), 'visavis-docs-work-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(site: string, text: string): string {
  mkdirSync(site, { recursive: true });
  writeFileSync(join(site, 'index.html'), text);
  return site;
}

it('what a killed build left is removed; the site, other folders and a build that goes on stay', () => {
  const output = join(folder, 'leftovers/dist');
  const { pid: ended } = spawnSync(process.execPath, ['--version']);
  const left = [`${output}-${ended}`, `${output}-${ended}-former`, `${output}-${process.pid}`, `${output}-1`];
  const staying = [output, `${output}-notes`, `${output}-${process.ppid}`, `${output}-${process.ppid}-temporary`];
  for (const site of [...left, ...staying]) write(site, '');
  // Another process has its number by now.
  utimesSync(`${output}-1`, 1000, 1000);
  removeLeftovers(output);
  expect(left.filter((site) => existsSync(site))).toEqual([]);
  expect(staying.filter((site) => !existsSync(site))).toEqual([]);
});

it('a new site takes the place of the old one, and nothing else is left', () => {
  const output = join(folder, 'replaced/dist');
  const { site, remove } = workFolders(output);
  replaceSite(write(site, 'first'), output);
  replaceSite(write(site, 'second'), output);
  remove();
  expect(readdirSync(join(output, '..'))).toEqual(['dist']);
  // Nothing to put in its place: the old one stays.
  expect(() => replaceSite(site, output)).toThrow('ENOENT');
  expect(readdirSync(output)).toEqual(['index.html']);
});

it('builds that end at once do not disturb each other', async () => {
  const output = join(folder, 'race/dist');
  mkdirSync(join(output, '..'), { recursive: true });
  const program = `
    import { mkdirSync, writeFileSync } from 'node:fs';
    import { replaceSite, workFolders } from ${JSON.stringify(new URL('./work-folders.ts', import.meta.url).href)};
    const output = ${JSON.stringify(output)};
    const { site } = workFolders(output);
    for (let round = 0; round < 60; round += 1) {
      mkdirSync(site);
      writeFileSync(site + '/index.html', '');
      replaceSite(site, output);
    }`;
  const build = () => promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
  await Promise.all([build(), build(), build()]);
  expect(readdirSync(join(output, '..'))).toEqual(['dist']);
  expect(readdirSync(output)).toEqual(['index.html']);
}, 60_000);

it('of an example nothing but its readme makes the site stale', () => {
  const ofExamples = docsSources().filter((source) => source.startsWith('examples'));
  expect(ofExamples.length).toBeGreaterThan(10);
  expect(ofExamples.filter((source) => !/^examples\/(?:[\w.-]+\/)?README\.md$/.test(source))).toEqual([]);
});
