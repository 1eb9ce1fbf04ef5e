import { expect, it } from 'vitest';
import { isFitForEnglish, languageOf, primaryLanguage, tagOfLanguage, writtenLanguage } from './languages.ts';

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

it.each([
  ['你好，很高兴认识你。', 'en', 'zh'],
  ['你好，很高兴认识你。', 'zh-CN', 'zh-CN'],
  ['はい、もちろんです。', 'zh-CN', 'ja'],
  ['Hola, ¿cómo estás? Yo soy Ada.', 'en', 'es'],
  ['Bonjour, je suis Ada. Comment allez-vous ?', 'en-US', 'fr'],
  ['Guten Tag, wie geht es Ihnen heute?', 'en', 'de'],
  ['Buongiorno, come posso aiutarla? Sono Ada.', 'en', 'it'],
  ['Olá, eu sou a Ada. Como você está?', 'en', 'pt'],
  ['Hello, how are you today?', 'zh-CN', 'en'],
  ['Hello, how are you today?', 'de', 'en'],
  ['OK!', 'es-MX', 'es-MX'],
  ['No.', 'de-AT', 'de-AT'],
  ['I was in Berlin, and the die was cast.', 'en-GB', 'en-GB'],
  ['Madrid, Barcelona, Sevilla.', 'es', 'es'],
  ['', 'fr', 'fr'],
  ['42', 'ja-JP', 'ja-JP'],
])('"%s" where %s is expected is written in %s', (text, tag, language) => {
  expect(writtenLanguage(text, tag)).toBe(language);
});

it.each([
  'No, no, no.',
  'As soon as possible.',
  'As long as we do no harm.',
  'No one does as well as we do.',
  'Do not worry, no.',
  'So, as I said, no.',
  'As always, no.',
  'Los Angeles, El Paso, Las Vegas, San Jose.',
  'Me, me, me!',
  'Er, met me.',
  '“Je suis ici” means I am here.',
  'In French: je ne sais pas.',
  'Sure, done.',
])('plain English stays English: %s', (text) => {
  expect(writtenLanguage(text, 'en-US')).toBe('en-US');
});

it.each([
  ['Jeg kan ikke se dig nu, men vi kan tale om det', 'da'],
  ['Kan vi se på det? Du er god.', 'nb'],
  ['Har du en en om', 'sv'],
])('words of a language that is not known by them are taken for no other one: %s', (text, tag) => {
  expect(writtenLanguage(text, tag)).toBe(tag);
});

it.each([
  ['OK.', 'de', true],
  ['Okay, 42.', 'de', true],
  ['Thanks!', 'de', true],
  ['Sure, no problem.', 'de', true],
  ['Guten Morgen.', 'de', false],
  ['Guten Tag, wie geht es Ihnen heute?', 'de', false],
  ['Buenos días.', 'es', false],
  ['你好。', 'zh-CN', false],
])('whether a mouth for English may say “%s” of a talk in %s: %s', (text, tag, isFit) => {
  expect(isFitForEnglish(text, tag)).toBe(isFit);
});

it('takes no word of a service for a language that is none', () => {
  expect(['German', 'de', 'pt-br'].map(tagOfLanguage)).toEqual(['de', 'de', 'pt-br']);
  expect(['und', 'mul', 'zz', 'nul', 'unknown', '', null].map(tagOfLanguage)).toEqual(Array(7).fill(null));
});
