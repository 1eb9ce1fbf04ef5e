import { expect, it } from 'vitest';
import { voiceRows } from './voice-rows.ts';

const voice = (name: string, gender: 'female' | 'male' | 'neutral') => ({
  voice: name.toLowerCase(),
  name,
  gender,
  language: 'en-US',
});
const voices = [voice('Toby', 'male'), voice('Alloy', 'neutral'), voice('Ruth', 'female'), voice('Clara', 'female')];

it('lists voices by gender and name, with the chosen one marked', () => {
  const rows = voiceRows({ voices }, 'ruth');
  expect(rows.map(({ described }) => described?.name)).toEqual(['Clara', 'Ruth', 'Toby', 'Alloy']);
  expect(rows.filter(({ isChosen }) => isChosen).map((row) => row.voice)).toEqual(['ruth']);
});

it('keeps a chosen voice that nobody describes, and chooses none for nobody', () => {
  expect(voiceRows({ voices }, 'somebody')[0]).toEqual({ voice: 'somebody', described: null, isChosen: true });
  expect(voiceRows({ voices }, '').some(({ isChosen }) => isChosen)).toBe(false);
});

it('has the usual voice among them where none need be chosen, also after another one was', () => {
  expect(voiceRows({ voices }, 'ruth', true)[0]).toEqual({ voice: '', described: null, isChosen: false });
  expect(voiceRows({ voices }, 'somebody', true).map((row) => row.voice)).toEqual([
    '',
    'somebody',
    'clara',
    'ruth',
    'toby',
    'alloy',
  ]);
  expect(voiceRows({ voices }, '', true).filter(({ isChosen }) => isChosen)).toHaveLength(1);
});
