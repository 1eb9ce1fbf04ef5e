import { describe, expect, it } from 'vitest';
import { hasJustAsked, isAgreement } from './short-words.ts';

const inEnglish = (words: string): [string, string][] => words.split('|').map((one) => [one, 'en']);

describe('words of agreement', () => {
  it.each<[string, string]>([
    ...inEnglish('Okay|okay okay|Uh-huh.|mm-hm|Mhm, right.|Yeah, I see|Got it|Sure, of course!|…|hmm'),
    ['Ja, genau.', 'de-DE'],
    ['Alles klar', 'de'],
    ['D’accord', 'fr'],
    ['Sí, claro', 'es-MX'],
    ['Va bene', 'it'],
    ['はい、はい', 'ja'],
    ['そうですね', 'en'],
    ['好的好的', 'zh-CN'],
    ['嗯', 'zh'],
    ['네 알겠습니다', 'ko'],
    ['да, понятно', 'ru'],
    ['tamam', 'tr'],
    ['okay', 'ja'],
    ['ठीक है', 'hi'],
    ['نعم', 'ar'],
    ['tak, jasne', 'pl'],
    ['ครับครับ', 'th'],
  ])('“%s” in %s lets the avatar go on', (words, language) => {
    expect(isAgreement(words, language)).toBe(true);
  });

  it.each<[string, string]>([
    ...inEnglish("Stop|wait|No|okay stop|Okay, wait a second|yes but why|hold on|that's all|Really?"),
    ['Nein', 'de'],
    ['Stopp', 'de'],
    ['Warte mal', 'de'],
    ['ja aber', 'de'],
    ['Halt', 'de'],
    ['attends', 'fr'],
    ['non', 'fr'],
    ['para', 'es'],
    ['no', 'es'],
    ['espera', 'es'],
    ['basta', 'it'],
    ['待って', 'ja'],
    ['いいえ', 'ja'],
    ['やめて', 'ja'],
    ['等一下', 'zh'],
    ['不', 'zh'],
    ['不好', 'zh'],
    ['停', 'zh'],
    ['잠깐만', 'ko'],
    ['아니요', 'ko'],
    ['нет', 'ru'],
    ['стоп', 'ru'],
    ['no', 'pl'],
    ['hayır', 'tr'],
    ['dur', 'tr'],
    ['لا', 'ar'],
    ['yes yes yes yes '.repeat(10), 'en'],
  ])('“%s” in %s does not', (words, language) => {
    expect(isAgreement(words, language)).toBe(false);
  });
});

describe('a question', () => {
  const turn = (text: string, audioMs = 4000) => ({
    id: 't',
    audioMs,
    generating: false,
    spans: [{ text, audioStartMs: 0 }],
  });

  it('that was just asked makes an agreement its answer', () => {
    expect(hasJustAsked(turn('We have rooms with a view of the sea. Shall I book one?'), 3200)).toBe(true);
    expect(hasJustAsked(turn('Shall I book one? It has a view of the sea, and breakfast.'), 400)).toBe(true);
  });

  it('that lies behind or far ahead does not', () => {
    expect(hasJustAsked(turn('Shall I go on? Then listen: the boats leave at nine, and at four.'), 2500)).toBe(false);
    expect(hasJustAsked(turn('We have rooms with a view of the sea. Shall I book one?'), 1000)).toBe(false);
  });
});
