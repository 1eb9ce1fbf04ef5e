import { describe, expect, it } from 'vitest';
import { AnswerPieces } from './answer-pieces.ts';

const piece = (text: string, sequence: number | null = null, answerId = 'a') => ({ text, sequence, answerId });

describe('an answer in pieces', () => {
  it('is spoken sentence by sentence, and its rest at the end', () => {
    const pieces = new AnswerPieces();
    expect(pieces.add(piece('Hello'))).toBeNull();
    expect(pieces.add(piece(' there. How '))).toBe('Hello there.');
    expect(pieces.add(piece('are you'))).toBeNull();
    expect(pieces.isOpen).toBe(true);
    expect(pieces.finish({ text: 'Hello there. How are you', answerId: 'a' })).toBe('How are you');
    expect(pieces.isOpen).toBe(false);
  });

  it('keeps numbers and abbreviations of a sentence together', () => {
    const pieces = new AnswerPieces();
    expect(pieces.add(piece('It costs 3.50 euros'))).toBeNull();
    expect(pieces.finish()).toBe('It costs 3.50 euros');
  });

  it('ends sentences of languages that write no spaces', () => {
    expect(new AnswerPieces().add(piece('你好。今天'))).toBe('你好。');
  });

  it('counts a piece once that comes twice', () => {
    const pieces = new AnswerPieces();
    pieces.add(piece('One ', 1));
    pieces.add(piece('One ', 1));
    pieces.add(piece('two', 2));
    expect(pieces.finish()).toBe('One two');
  });

  it('takes the whole where no piece came', () => {
    expect(new AnswerPieces().finish({ text: 'All at once.', answerId: 'a' })).toBe('All at once.');
  });

  it('speaks what is left of an answer when the next one begins', () => {
    const pieces = new AnswerPieces();
    pieces.add(piece('Not finished', 1, 'a'));
    expect(pieces.add(piece('Next', 1, 'b'))).toBe('Not finished');
    expect(pieces.finish({ text: '', answerId: 'b' })).toBe('Next');
  });

  it('does not wait for the end of an endless sentence', () => {
    const spoken = new AnswerPieces().add(piece('word '.repeat(80)));
    expect(spoken).toMatch(/^(word )+word$/);
  });
});
