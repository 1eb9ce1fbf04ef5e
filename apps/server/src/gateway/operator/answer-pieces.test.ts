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

  it('goes on after a part of it was spoken for want of an end, and is spoken once whatever its end says again', () => {
    const pieces = new AnswerPieces();
    const whole = { text: 'Hello there. How are you', answerId: 'a' };
    pieces.add(piece('Hello there', 1));
    expect([pieces.flush(), pieces.isOpen]).toEqual(['Hello there', false]);
    expect(pieces.add(piece('Hello there', 1))).toBeNull();
    expect(pieces.add(piece('. How are you', 2))).toBe('.');
    expect(pieces.finish(whole)).toBe('How are you');
    expect([pieces.finish(whole), pieces.add(piece('. How are you', 2)), pieces.finish()]).toEqual([null, null, null]);
    expect(pieces.finish({ text: 'Next one.', answerId: 'b' })).toBe('Next one.');
    expect(pieces.finish({ text: 'Next one.', answerId: 'b' })).toBeNull();
    expect(pieces.finish({ text: 'And one without a name.', answerId: '' })).toBe('And one without a name.');
  });

  it('is ended by whoever names no answer', () => {
    const pieces = new AnswerPieces();
    pieces.add(piece('Good morning', 1));
    expect(pieces.finish({ text: 'Good morning', answerId: '' })).toBe('Good morning');
  });

  it('counts what adds something', () => {
    const pieces = new AnswerPieces();
    for (const text of ['One', 'One', '']) pieces.add(piece(text, 1));
    pieces.add(piece('', 2));
    expect(pieces.counted).toBe(1);
  });

  it('does not wait for the end of an endless sentence', () => {
    const spoken = new AnswerPieces().add(piece('word '.repeat(80)));
    expect(spoken).toMatch(/^(word )+word$/);
  });
});
