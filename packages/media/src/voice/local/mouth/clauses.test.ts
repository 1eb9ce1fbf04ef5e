import { describe, expect, it } from 'vitest';
import { asciiText, splitIntoClauses } from './clauses.ts';

const textsOf = (text: string): string[] => splitIntoClauses(text).map((clause) => clause.text);

describe('splitIntoClauses', () => {
  it('keeps every word, in order', () => {
    const text =
      'Hello there, my friend; welcome. This sentence is rather long, so that it may be cut, and goes on and on until it ends. Bye!';
    expect(textsOf(text).join(' ')).toBe(text);
  });

  it('makes the first clause short and later ones longer', () => {
    const clauses = textsOf(
      'With the local voice, sound starts at once, and it goes on for a while. With the local voice, sound starts at once, and that is it.',
    );
    expect(clauses[0]!.length).toBeLessThanOrEqual(45);
    expect(clauses.at(-1)).toBe('With the local voice, sound starts at once, and that is it.');
  });

  it('cuts text without any marks so that no clause is longer than the engine is given', () => {
    const clauses = textsOf('word '.repeat(100));
    expect(clauses.length).toBeGreaterThan(3);
    for (const clause of clauses) expect(clause.length).toBeLessThanOrEqual(160);
    expect(textsOf('字'.repeat(1000)).every((clause) => clause.length <= 160)).toBe(true);
  });

  it('cuts no character in two', () => {
    const text = `a${'𝒳'.repeat(300)}`;
    expect(textsOf(text).every((clause) => clause.isWellFormed())).toBe(true);
    expect(textsOf(text).join('')).toBe(text);
  });

  it('does not stop after abbreviations and initials', () => {
    expect(textsOf('Dr. Smith met Mr. J. Doe.')).toEqual(['Dr. Smith met Mr. J. Doe.']);
    expect(textsOf('1. First')).toEqual(['1. First']);
    expect(splitIntoClauses('Wir kommen am 3. Mai.', 'de').map(({ text }) => text)).toEqual(['Wir kommen am 3. Mai.']);
  });

  it('pauses longer after sentences than after commas, and little at the end', () => {
    const [first, second, third] = splitIntoClauses(
      'This is a first sentence. And this here is a second one, which is long enough to be cut into two pieces at its comma.',
    );
    expect(first!.pauseMs).toBeGreaterThan(second!.pauseMs);
    expect(second!.pauseMs).toBeGreaterThan(third!.pauseMs);
  });

  it('stops as long as a break of SSML says', () => {
    const [first] = splitIntoClauses('<speak>One.<break time="1.5s"/> Two.</speak>');
    expect(first).toMatchObject({ text: 'One.', pauseMs: 1500 });
  });

  it('shows what nobody speaks beside what is spoken', () => {
    expect(splitIntoClauses('Well done! 🎉').map(({ text, spoken }) => [text, spoken])).toEqual([
      ['Well done! 🎉', 'Well done!'],
    ]);
    expect(splitIntoClauses('👍')).toMatchObject([{ text: '👍', spoken: '' }]);
    expect(textsOf('')).toEqual([]);
    expect(textsOf('***')).toEqual([]);
  });

  it('gives words that are spoken longer than written a stretch of their own', () => {
    const [clause] = splitIntoClauses('It costs $1,250,000 today.');
    expect(clause!.spans.map(({ text }) => text)).toEqual(['It costs ', '$1,250,000', ' today.']);
    const [, price, today] = clause!.spans;
    expect(price!.spokenBefore).toBeLessThan(0.25);
    expect(today!.spokenBefore).toBeGreaterThan(0.75);
    expect(splitIntoClauses('Nothing special here.')[0]!.spans).toHaveLength(1);
  });
});

describe('asciiText', () => {
  it('keeps letters and drops what the engine cannot read', () => {
    expect(asciiText('Café “Zoë” costs 5 euros 日本')).toBe('Cafe Zoe costs 5 euros');
  });
});
