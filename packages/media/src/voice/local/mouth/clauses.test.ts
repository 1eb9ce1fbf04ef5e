import { describe, expect, it } from 'vitest';
import { asciiText, readableText, splitIntoClauses, spokenText } from './clauses.ts';

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

  it('does not stop after abbreviations and initials', () => {
    expect(textsOf('Dr. Smith met Mr. J. Doe.')).toEqual(['Dr. Smith met Mr. J. Doe.']);
  });

  it('pauses longer after sentences than after commas, and little at the end', () => {
    const [first, second, third] = splitIntoClauses(
      'This is a first sentence. And this here is a second one, which is long enough to be cut into two pieces at its comma.',
    );
    expect(first!.pauseMs).toBeGreaterThan(second!.pauseMs);
    expect(second!.pauseMs).toBeGreaterThan(third!.pauseMs);
  });

  it('finds nothing to say in marks and pictures', () => {
    expect(textsOf(' … 🎉 *** — !')).toEqual([]);
    expect(textsOf('')).toEqual([]);
  });
});

describe('readableText', () => {
  it('leaves out Markdown and emoji', () => {
    expect(readableText('# Title\n\n- **One** 🎉\n- [Two](https://x.org)\n`three`')).toBe('Title. One. Two. three');
  });
});

describe('spokenText', () => {
  it('spells names and symbols as they sound', () => {
    expect(spokenText('OpenAI & Visavis: 5% off at https://www.example.org/a?b')).toBe(
      'open A I and veezavee: 5 percent off at example dot org',
    );
  });
});

describe('asciiText', () => {
  it('keeps letters and drops what the engine cannot read', () => {
    expect(asciiText('Café “Zoë” costs 5 € 日本')).toBe('Cafe Zoe costs 5 euros');
  });
});
