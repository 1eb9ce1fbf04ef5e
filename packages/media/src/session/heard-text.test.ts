import { describe, expect, it } from 'vitest';
import { heardText } from './heard-text.ts';

describe('what a listener got of an interrupted reply', () => {
  const timed = [
    { text: 'One two three. ', audioStartMs: 0 },
    { text: 'Four five six. ', audioStartMs: 1000 },
    { text: 'Seven.', audioStartMs: 2000 },
  ];

  it('is everything once the sound was played to its end', () => {
    expect(heardText(timed, 3000, 3000)).toBe('One two three. Four five six. Seven.');
  });

  it('is nothing when not a sample was played', () => {
    expect(heardText(timed, 0, 3000)).toBe('');
  });

  it('ends at a whole word inside the clause that was cut', () => {
    expect(heardText(timed, 1500, 3000)).toBe('One two three. Four');
  });

  it('falls back to the share of the sound when the voice gives no times', () => {
    const untimed = [{ text: 'alpha beta gamma delta', audioStartMs: null }];
    expect(heardText(untimed, 500, 1000)).toBe('alpha beta');
  });

  it('ends at a whole word where the writing has no blanks', () => {
    const chinese = [
      { text: '灯塔每天开放。', audioStartMs: 0 },
      { text: '晚上九点关门。', audioStartMs: 2000 },
    ];
    expect(heardText(chinese, 1100, 4000)).toBe('灯塔每天');
    expect(heardText(chinese, 3200, 4000)).toBe('灯塔每天开放。晚上九点');
    expect(heardText([{ text: '灯台は毎日開いています。', audioStartMs: null }], 420, 1000)).toBe('灯台は毎日');
  });
});
