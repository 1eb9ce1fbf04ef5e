import { expect, it } from 'vitest';
import { languageOf, primaryLanguage } from './languages.ts';

it.each([
  ['Hello, how are you?', 'en-US', 'en'],
  ['Hello, how are you?', 'de-DE', 'en'],
  ['Guten Tag, wie geht es Ihnen heute Abend?', 'de-DE', 'de'],
  ['Was will er in Berlin?', 'de-DE', 'de'],
  ['¿Dónde está la biblioteca?', 'es', 'es'],
  ['你好，很高兴认识你。', 'en-US', 'zh'],
  ['日本語を話します', 'en', 'ja'],
  ['東京', 'ja-JP', 'ja'],
  ['안녕하세요', '', 'ko'],
  ['Добрый день', 'en', 'ru'],
  ['Добрий день', 'uk-UA', 'uk'],
  ['Hello my name is 王 and that is it', 'en', 'en'],
  ['Hello world', 'zh-CN', 'en'],
])('"%s" with %s configured is %s', (text, tag, language) => {
  expect(languageOf(text, tag)).toBe(language);
});

it('reads the primary subtag', () => {
  expect(['pt-BR', 'ZH_cn', '', 'nonsense'].map(primaryLanguage)).toEqual(['pt', 'zh', 'en', 'en']);
});
