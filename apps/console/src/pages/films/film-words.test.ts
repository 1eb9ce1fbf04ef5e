import '../../testing/browser-stand-in.ts';
import { FILM_PROBLEMS, filled } from '@visavis/protocol';
import { expect, test } from 'vitest';
import { en } from '../../i18n/en/films.ts';
import { failureOf } from '../../i18n/films-texts.ts';
import { valuesIn } from '../../i18n/values-in.ts';
import { zh } from '../../i18n/zh/films.ts';
import { sampleAvatar } from '../../testing/samples.ts';
import { steadyLink } from './film-links.ts';
import { beginningOf, titleOf } from './film-words.ts';

test('a film is called by what is said in it, else by who says something', () => {
  const text = { kind: 'text', url: null, text: 'Welcome!', voice: 'onyx', language: '' } as const;
  const file = { kind: 'url', url: 'https://x.example/s.mp3', text: null, voice: null, language: null } as const;
  const nora = { kind: 'avatar', url: null, avatarId: 'a1' } as const;
  const clip = { kind: 'video', url: 'https://x.example/c.mp4', avatarId: null } as const;
  expect(titleOf({ picture: nora, sound: text }, [sampleAvatar], en)).toBe('“Welcome!”');
  expect(titleOf({ picture: nora, sound: file }, [sampleAvatar], en)).toBe('Nora with a sound file');
  expect(titleOf({ picture: nora, sound: file }, [], en)).toBe('Deleted avatar with a sound file');
  expect(titleOf({ picture: clip, sound: file }, [], en)).toBe('A clip with a sound file');
});

test('a long text gives its first words', () => {
  expect(beginningOf(' Two\n words ')).toBe('Two words');
  const long = beginningOf('word '.repeat(50));
  expect([long.endsWith('word…'), long.length <= 81]).toEqual([true, true]);
  expect(beginningOf('x'.repeat(200))).toHaveLength(81);
});

test('a player keeps its link while it is good, also where each answer has a new one', () => {
  const first = steadyLink('f1', 'https://x.example/films/f1.mp4?expires=1', 0);
  expect(first).toBe('/films/f1.mp4?expires=1');
  expect(steadyLink('f1', 'https://x.example/films/f1.mp4?expires=2', 60_000)).toBe(first);
  expect(steadyLink('f1', 'https://x.example/films/f1.mp4?expires=3', 6 * 3_600_000)).toContain('expires=3');
});

test('why there is no film is told in the language of the page, with what the server put into its sentence', () => {
  const failed = (code: keyof typeof FILM_PROBLEMS, values: Record<string, string | number>) => ({
    failure: { code, message: filled(FILM_PROBLEMS[code], values) },
  });
  const answered = failed('url-answered', { what: 'audio', status: 404 });
  expect(failureOf(answered, en)).toBe(answered.failure.message);
  expect(failureOf(answered, zh)).toBe('音频网址返回了 404。请检查后重新下单。');
  const dear = failed('too-few-points', { seconds: 9, price: 2, left: 1.5 });
  expect(failureOf(dear, zh)).toMatch(/9 秒.*2 点.*1\.5 点/);
  const other = { failure: { code: 'odd', message: 'Odd.' } };
  expect([failureOf(other, zh), failureOf({ failure: null }, zh)]).toEqual(['Odd.', '']);
});

test('what fills the gaps of a sentence is read from it, and nothing from another', () => {
  expect(valuesIn('The {a} of {b}.', 'The end of all.')).toEqual({ a: 'end', b: 'all' });
  expect(valuesIn('Plain.', 'Plain.')).toEqual({});
  for (const other of ['The end', 'An end of all.', 'The end of all', '']) {
    expect([other, valuesIn('The {a} of {b}.', other)]).toEqual([other, null]);
  }
});
