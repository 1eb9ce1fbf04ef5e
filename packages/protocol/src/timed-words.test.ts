import { describe, expect, it } from 'vitest';
import { timeWords, wordsUntil } from './timed-words.ts';

const told = [
  { text: 'The ', startMs: 0 },
  { text: 'lighthouse ', startMs: 180 },
  { text: 'is open.', startMs: 900 },
];

describe('when words sound', () => {
  it('is as the voice tells, word by word, up to the next one', () => {
    const words = timeWords(told, 1_800);
    expect(words.map(({ text }) => text)).toEqual(['The', 'lighthouse', 'is', 'open']);
    expect(words.map(({ startMs }) => startMs).slice(0, 3)).toEqual([0, 180, 900]);
    expect(words[1]?.endMs).toBeLessThanOrEqual(900);
    expect(words[3]?.startMs).toBeGreaterThan(900);
    expect(words[3]?.endMs).toBeLessThanOrEqual(1_800);
  });

  it('says what of it is reckoned', () => {
    expect(timeWords(told, 1_800).map(({ estimated }) => estimated)).toEqual([false, false, false, true]);
    expect(timeWords([{ text: 'It is noon.', startMs: null }], 900).every(({ estimated }) => estimated)).toBe(true);
  });

  it('is shared by length where the voice tells nothing, over all of the sound', () => {
    const letters = [...'It is noon.'].map((text) => ({ text, startMs: null }));
    const words = timeWords(letters, 1_100);
    expect(words).toMatchObject([
      { text: 'It', from: 0, startMs: 0, endMs: 200 },
      { text: 'is', from: 3, startMs: 300, endMs: 500 },
      { text: 'noon', from: 6, startMs: 600, endMs: 1_000 },
    ]);
    // Where the length of the sound is not known yet, by a usual pace.
    expect(timeWords(letters, null).at(-1)?.startMs).toBeLessThan(600);
  });

  it('never runs backwards, and gives every word some of the sound', () => {
    const pieces = [
      { text: 'The ', startMs: 0 },
      { text: 'lighthouse', startMs: 500 },
      // The mark that its voice tells with the word before, and a word that is told too early.
      { text: '. ', startMs: 500 },
      { text: 'Come ', startMs: 400 },
      { text: 'in.', startMs: 1_500 },
    ];
    const words = timeWords(pieces, 2_000);
    expect(words.map(({ text }) => text)).toEqual(['The', 'lighthouse', 'Come', 'in']);
    for (const [index, { startMs, endMs }] of words.entries()) {
      expect(endMs).toBeGreaterThan(startMs);
      expect(startMs).toBeGreaterThanOrEqual(words[index - 1]?.endMs ?? 0);
    }
    expect(words.map(({ estimated }) => estimated)).toEqual([false, false, true, false]);
  });

  it('is known for texts of any length', () => {
    expect(timeWords([{ text: 'a '.repeat(200_000), startMs: 0 }], null)).toHaveLength(200_000);
  });

  it('gives text without a time to what was told before it', () => {
    const words = timeWords([...told, { text: ' Come', startMs: null }, { text: ' in.', startMs: null }], 2_400);
    expect(words.slice(2).map(({ text }) => text)).toEqual(['is', 'open', 'Come', 'in']);
    expect(words.slice(2).map(({ startMs }) => startMs)).toEqual(
      words
        .slice(2)
        .map(({ startMs }) => startMs)
        .toSorted((a, b) => a - b),
    );
  });

  it('goes forward where times go back or beyond the sound', () => {
    const words = timeWords(
      [
        { text: 'One ', startMs: 900 },
        { text: 'two ', startMs: 400 },
        { text: 'three', startMs: 700 },
      ],
      500,
    );
    for (const { startMs, endMs } of words) expect(endMs).toBeGreaterThanOrEqual(startMs);
  });

  it('finds words where the writing has no blanks', () => {
    const words = timeWords([{ text: '灯塔每天开放。', startMs: 0 }], 2_000);
    expect(words.map(({ text }) => text).join('')).toBe('灯塔每天开放');
    expect(words.length).toBeGreaterThan(2);
  });

  it('is nothing for a text without words', () => {
    expect(timeWords([], 100)).toEqual([]);
    expect(timeWords([{ text: ' … ', startMs: 0 }], 100)).toEqual([]);
  });

  it('ends where the sound was cut', () => {
    const cut = wordsUntil(timeWords(told, 1_800), 500);
    expect(cut.map(({ text, endMs }) => [text, endMs])).toEqual([
      ['The', expect.any(Number)],
      ['lighthouse', 500],
    ]);
  });
});
