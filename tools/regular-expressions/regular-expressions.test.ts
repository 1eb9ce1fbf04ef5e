import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type Expression, findExpressions, productionFiles } from './find-expressions.ts';
import { findSuperLinear, textOf } from './growth.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { literals, built } = findExpressions(ROOT, productionFiles(ROOT));

/** Expressions of several places are timed once. */
const places = Map.groupBy(literals, ({ pattern, flags }) => `/${pattern}/${flags}`);

describe('every regular expression that is shipped', () => {
  test('is found in the code', () => {
    expect(literals.length).toBeGreaterThan(200);
  });

  test('stands in the code as it is: none is built while the program runs', () => {
    expect(built.map(({ file, line }) => `${file}:${line}`)).toEqual([]);
  });

  test('takes time in proportion to the text, whatever the text', () => {
    const slow = [...places.values()].flatMap((same) => {
      const [{ pattern, flags }] = same as [Expression];
      const found = findSuperLinear(pattern, flags);
      if (found === null) return [];
      const { attack, shortMs, longMs } = found;
      const where = same.map(({ file, line }) => `${file}:${line}`).join(', ');
      const times = `${shortMs.toFixed(1)} ms, ${longMs.toFixed(1)} ms for a text four times as long`;
      return [`${where}  /${pattern}/${flags}  on ${JSON.stringify(textOf(attack, 24).slice(0, 60))}: ${times}`];
    });
    expect(slow).toEqual([]);
  }, 240_000);
});

describe('the attack', () => {
  test.each([
    ['\\s+$', ''],
    ['[.!?]+x', ''],
    ['!?\\[([^\\]]*)\\]\\([^)]*\\)', 'g'],
    ['\\b(?:tell|know)\\b.*\\bjokes?\\b', 'i'],
    ['^(?:a|aa)+$', ''],
    ['(?:ab)*(?:ab)*c', ''],
    ['^.*\\b(?:in|for)\\s+([^,.?!]+?)(?:\\s+(?:please|now))*[.?!]*$', 'i'],
    ['<[^>]*>', 'g'],
    ['\\bonly\\b(?!.*\\bexactly\\b)', 'i'],
  ])('finds the weakness of /%s/%s', (pattern, flags) => {
    expect(findSuperLinear(pattern, flags)).not.toBeNull();
  });

  test.each([
    ['\\bmy name\\b', 'gi'],
    ['^\\d{1,16}$', ''],
    ['[\\p{L}\\p{N}]+', 'gu'],
    ['\\s+', 'g'],
  ])('finds none in /%s/%s', (pattern, flags) => {
    expect(findSuperLinear(pattern, flags)).toBeNull();
  });
});
