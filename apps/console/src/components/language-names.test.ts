import { expect, it, vi } from 'vitest';
import { languageChoices, languageName, OFFERED_LANGUAGES } from './language-names.ts';

it.each([
  ['en-US', 'en', 'English (United States)'],
  ['de', 'zh-CN', '德语'],
  ['zh-CN', 'en', 'Chinese (China)'],
  ['no tag', 'en', 'no tag'],
  ['qq-ZZ', 'en', 'qq-ZZ'],
])('the language %s is called in %s: %s', (tag, shownIn, name) => {
  expect(languageName(tag, shownIn)).toBe(name);
});

it('every language that is offered has a name in both languages of the console', () => {
  for (const tag of OFFERED_LANGUAGES) {
    for (const shownIn of ['en', 'zh-CN']) expect(languageName(tag, shownIn), tag).not.toBe(tag);
  }
});

it('offers what is chosen and a tag that is typed, and no word that is searched for', () => {
  const values = (chosen: string, typed: string) => languageChoices(chosen, typed, 'en').map(({ value }) => value);
  expect(values('is', '')).toContain('is');
  expect(values('en', 'is-IS')).toContain('is-IS');
  expect(values('en', 'EN-us')).toHaveLength(OFFERED_LANGUAGES.length);
  for (const word of ['German', 'deutsch', 'x', '', 'a b']) {
    expect(values('en', word), word).toHaveLength(OFFERED_LANGUAGES.length);
  }
  expect(languageChoices('en', '', 'en').find(({ value }) => value === 'de-AT')?.label).toBe(
    'German (Austria) (de-AT)',
  );
});

it('makes the names of a language once, however many are asked for', () => {
  const made = vi.spyOn(Intl, 'DisplayNames');
  for (const tag of OFFERED_LANGUAGES) languageName(tag, 'fr');
  languageChoices('en', 'is-IS', 'fr');
  // Those in which a typed tag is judged are in English, and made before.
  expect(made.mock.calls.filter(([shownIn]) => String(shownIn) === 'fr')).toHaveLength(1);
  made.mockRestore();
});
