import { describe, expect, it } from 'vitest';
import { handlerCall, modelAnswer, tryTool } from './trial.ts';

const tool = {
  name: 'book_table',
  parameters: {
    type: 'object',
    properties: {
      day: { type: 'string', enum: ['Friday', 'Saturday'] },
      guests: { type: 'integer' },
      price: { type: 'number' },
      outside: { type: 'boolean' },
      dishes: { type: 'array', items: { type: 'string' } },
      note: { type: 'string' },
    },
    required: ['day', 'guests'],
  },
};

describe('a test call of a tool', () => {
  it('sends each value by its type, and nothing for what is left empty', () => {
    const typed = { day: 'Friday', guests: '4', price: '9.5', outside: 'false', dishes: '["soup"]', note: '' };
    const trial = tryTool(tool, typed);
    expect(trial.faults).toEqual([]);
    expect(trial.arguments).toEqual({ day: 'Friday', guests: 4, price: 9.5, outside: false, dishes: ['soup'] });
    expect(JSON.parse(handlerCall(tool, trial.arguments))).toEqual({
      callId: 'call_1',
      name: 'book_table',
      arguments: trial.arguments,
    });
  });

  it('says what a model would not send', () => {
    expect(tryTool(tool, { day: 'Monday', price: 'much', dishes: 'soup' }).faults).toEqual([
      { name: 'day', kind: 'choice' },
      { name: 'guests', kind: 'missing' },
      { name: 'price', kind: 'number' },
      { name: 'dishes', kind: 'json' },
    ]);
    expect(tryTool(tool, { day: 'Friday', guests: '2.5' }).faults).toEqual([{ name: 'guests', kind: 'integer' }]);
    expect(tryTool({ name: 'bare' }, {})).toEqual({ arguments: {}, faults: [] });
  });

  it('gives the model the answer as a page would', () => {
    expect(modelAnswer('Table 4', false)).toBe('Table 4');
    expect(modelAnswer('no table left', true)).toBe('{"error":"no table left"}');
  });
});
