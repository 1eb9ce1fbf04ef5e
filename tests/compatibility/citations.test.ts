import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { citationsIn, readCitations } from './citations.ts';
import { renderDocument } from './document.ts';
import { GAPS } from './gaps.ts';
import { CHAPTERS, REQUIREMENTS } from './requirements.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Characters of a reason that says something. */
const SHORTEST_REASON = 30;

const citations = readCitations(ROOT);
const cited = new Set(citations.map(({ id }) => id));
const known = new Set(REQUIREMENTS.map(({ id }) => id));
const gaps = Object.entries(GAPS);

describe('the requirements of compatibility', () => {
  it('are numbered without a hole, and each says what must hold', () => {
    expect(known.size).toBe(REQUIREMENTS.length);
    const countOf = (chapter: string) => REQUIREMENTS.filter(({ id }) => id.startsWith(`${chapter}.`)).length;
    expect([countOf('20'), countOf('22')]).toEqual([35, 14]);
    expect(new Set(REQUIREMENTS.map(({ id }) => id.split('.')[0]))).toEqual(new Set(Object.keys(CHAPTERS)));
    expect(REQUIREMENTS.filter(({ sentence }) => !sentence.endsWith('.'))).toEqual([]);
    expect(REQUIREMENTS.filter(({ id, client }) => id.startsWith('19.') !== (client !== undefined))).toEqual([]);
  });

  it('are each cited by a test, or named as missing', () => {
    const open = gaps.map(([id, { state, reason }]) => `  ${id} (${state}): ${reason}`);
    if (open.length > 0) console.warn(`NOT PROVEN: ${open.length} of ${known.size} requirements\n${open.join('\n')}`);
    expect([...known].filter((id) => !cited.has(id) && GAPS[id]?.state !== 'missing')).toEqual([]);
  });

  it('are known wherever they are cited', () => {
    expect(citations.filter(({ id }) => !known.has(id))).toEqual([]);
  });

  it('are proven by tests that always run, those in Chromium apart, which the page marks', () => {
    const isConditional = (path: string) => /\b(?:skipIf|runIf)\(/.test(readFileSync(join(ROOT, path), 'utf8'));
    const paths = new Set(citations.flatMap(({ path, needsChromium }) => (needsChromium ? [] : [path])));
    expect([...paths].filter(isConditional)).toEqual([]);
    const [marked] = citations.filter(({ needsChromium }) => needsChromium);
    expect(renderDocument(REQUIREMENTS, citations, GAPS)).toContain(`${marked?.title} (in Chromium)`);
  });

  it('are missing only where no test cites them, and partly there only where one does', () => {
    expect(gaps.filter(([id]) => !known.has(id))).toEqual([]);
    expect(gaps.filter(([id, { state }]) => cited.has(id) !== (state === 'partly'))).toEqual([]);
    expect(gaps.filter(([, { reason }]) => reason.length < SHORTEST_REASON || !reason.endsWith('.'))).toEqual([]);
  });

  it('are printed in docs/compatibility.md as the tests have them', () => {
    const printed = readFileSync(join(ROOT, 'docs/compatibility.md'), 'utf8');
    expect(printed).toBe(renderDocument(REQUIREMENTS, citations, GAPS));
  });
});

describe('a citation', () => {
  const mark = (id: string) => `[${id}]`;

  it('stands at the end of the name of a test, of a row of its table, or of a group', () => {
    const source = [
      `it('answers once ${mark('20.7')} ${mark('19.hotel.tools')}', () => {});`,
      `describe(\n  "it's a group ${mark('22.1')}", () => {});`,
      `it.each([['a row ${mark('20.8')}', 1]])('%s', () => {});`,
      `const row = { client: 'iOS ${mark('19.ios.first')}' };`,
    ].join('\n');
    expect(citationsIn(source)).toEqual([
      { id: '20.7', title: 'answers once' },
      { id: '19.hotel.tools', title: 'answers once' },
      { id: '22.1', title: "it's a group" },
      { id: '20.8', title: 'a row' },
      { id: '19.ios.first', title: 'iOS' },
    ]);
  });

  it('is none in a comment, in another text, or in a test that is left out', () => {
    const source = [
      `// 'never ${mark('20.7')}'`,
      `const text = 'never ${mark('20.7')}';`,
      `it.skip('never ${mark('20.7')}', () => {});`,
      `it('${mark('20.7')} never at the beginning', () => {});`,
    ].join('\n');
    expect(citationsIn(source)).toEqual([]);
  });
});
