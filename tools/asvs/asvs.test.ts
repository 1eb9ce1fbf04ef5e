import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { withoutCitations } from '../../tests/compatibility/citations.ts';
import { renderDocument } from './document.ts';
import { CHAPTERS, LEVELS } from './numbers.ts';
import { type Requirement, readEvidence, readRequirements, STATUSES } from './requirements.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MOST_WORDS = 10;
/** Characters of a reason that says something; what is missing takes more words than what has no place here. */
const SHORTEST_REASON = { 'not-applicable': 20, partly: 50, 'not-met': 50 } as const;
const requirements = readRequirements();

/** The file is there, and if a test is named, a test of that title is in it; what the test proves of compatibility is no part of it. */
function isThere(evidence: string): boolean {
  const { path, title } = readEvidence(evidence);
  if (!existsSync(join(ROOT, path))) return false;
  return title === undefined || holdsTest(withoutCitations(readFileSync(join(ROOT, path), 'utf8')), title);
}

function holdsTest(source: string, title: string): boolean {
  return ["'", '"', '`'].some((quote) => {
    const at = source.indexOf(`${quote}${title}${quote}`);
    return at > 0 && source.slice(0, at).trimEnd().endsWith('(');
  });
}

/** What must be written down is proven by where it is; everything else by a test, or by a reason and where to look. */
function isProven({ words, status, evidence = [], reason = '' }: Requirement): boolean {
  if (status !== 'met') return reason.length >= SHORTEST_REASON[status] && reason.endsWith('.');
  const places = evidence.map(readEvidence);
  if (places.some(({ title }) => title !== undefined) || (places.length > 0 && reason !== '')) return true;
  return words.startsWith('Written down:') && places.some(({ anchor }) => anchor !== undefined);
}

describe('the list of ASVS requirements', () => {
  it('has each of levels 1 and 2 once, in the order of the standard', () => {
    expect([LEVELS.size, [...LEVELS.values()].filter((level) => level === 1).length]).toEqual([253, 70]);
    expect(requirements.map(({ id }) => id)).toEqual([...LEVELS.keys()]);
    expect(new Set([...LEVELS.keys()].map((id) => id.split('.')[0]))).toEqual(new Set(Object.keys(CHAPTERS)));
  });

  it('has no field and no status that the page would leave out', () => {
    const known = new Set(['id', 'words', 'status', 'evidence', 'reason']);
    expect(requirements.flatMap(Object.keys).filter((name) => !known.has(name))).toEqual([]);
    expect(requirements.filter(({ status }) => !STATUSES.includes(status))).toEqual([]);
  });

  it('says of each in a few words of ours what it is about', () => {
    const wordy = requirements.filter(({ words }) => words === '' || words.split(/\s+/).length > MOST_WORDS);
    expect(wordy).toEqual([]);
  });

  it('proves each that is met, and has a reason for every other one', () => {
    expect(requirements.filter((requirement) => !isProven(requirement))).toEqual([]);
  });

  it('names files and tests that are there', () => {
    const gone = requirements.flatMap(({ id, evidence = [] }) =>
      evidence.filter((entry) => !isThere(entry)).map((entry) => `${id}: ${entry}`),
    );
    expect(gone).toEqual([]);
  });

  it('would notice a test that was renamed, a file that is gone, and an empty claim', () => {
    expect(isThere('tools/asvs/asvs.test.ts › names files and tests that are there')).toBe(true);
    expect(isThere('tools/asvs/asvs.test.ts › MOST_WORDS')).toBe(false);
    expect(isThere('tools/asvs/asvs.test.ts › no such test')).toBe(false);
    expect(isThere('tools/asvs/gone.ts')).toBe(false);
    expect(isProven({ id: 'V1.1.1', words: 'x', status: 'met' })).toBe(false);
    expect(isProven({ id: 'V1.1.1', words: 'x', status: 'not-met', reason: 'No.' })).toBe(false);
  });

  it('is printed in docs/asvs.md as it is', () => {
    expect(readFileSync(join(ROOT, 'docs/asvs.md'), 'utf8')).toBe(renderDocument(requirements));
  });
});
