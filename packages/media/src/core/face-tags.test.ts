import { describe, expect, it } from 'vitest';
import { NOTHING_READ, type ReadPiece, readTags, takeTags } from './face-tags.ts';

/** What is left of a text that comes letter by letter, and what the face shows. */
function readByLetters(text: string): { words: string; shows: string[] } {
  let reading = NOTHING_READ;
  const pieces: ReadPiece[] = [];
  for (const letter of text) {
    const step = readTags(reading, letter);
    reading = step.reading;
    pieces.push(...step.pieces);
  }
  pieces.push(...readTags(reading, '', true).pieces);
  return {
    words: pieces.map((piece) => ('words' in piece ? piece.words : '')).join(''),
    shows: pieces.flatMap((piece) => ('shows' in piece ? [piece.shows.expression] : [])),
  };
}

describe('directions in a text', () => {
  it.each([
    ['[smile] Good morning.', 'Good morning.', ['smile']],
    ['I am [sad] sorry. [nod]', 'I am sorry. ', ['concerned', 'nod']],
    ['[surprised][smile] Really?', 'Really?', ['surprised', 'smile']],
    ['Well [laughs softly] then [clears throat] go.', 'Well [laughs softly] then go.', []],
    ['No [whisper] face [Smiling] here', 'No face here', ['smile']],
    ['[neutral]', '', ['neutral']],
  ])('are taken out of %j, with the blank that each leaves behind', (text, words, shows) => {
    expect(readByLetters(text)).toEqual({ words, shows });
    const whole = takeTags(text);
    expect([whole.words, whole.tags.map(({ expression }) => expression)]).toEqual([words, shows]);
  });

  it.each([
    'see [1] and [2]',
    'a[nod] is an index',
    '[happy](https://x.org) is a link',
    '[sad]: not one',
    '\\[smile] so',
    '[TODO] and [sic]',
    'an open [smile',
    'list[',
    '[[smile',
    'x [unknown thing] y',
    '![smile] picture',
  ])('signs that are none stay: %s', (text) => {
    expect(readByLetters(text)).toEqual({ words: text, shows: [] });
    expect(takeTags(text)).toEqual({ words: text, tags: [] });
  });

  it('stand after so many letters and digits, those of markup apart', () => {
    expect(takeTags('Hi 5 <break time="1s"/>you. [smile] There.').tags).toMatchObject([{ afterLetters: 6 }]);
  });

  it('are held back for no longer than a direction is long, and a flood of brackets takes no long time', () => {
    expect(readTags(NOTHING_READ, `[${'a'.repeat(50)}`).reading.held).toBe('');
    const startedAtMs = performance.now();
    takeTags('[smile '.repeat(20_000));
    takeTags('['.repeat(100_000));
    expect(takeTags('[nod]'.repeat(5_000)).tags).toHaveLength(100);
    expect(performance.now() - startedAtMs).toBeLessThan(2_000);
  });
});
