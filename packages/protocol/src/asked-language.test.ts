import { expect, it } from 'vitest';
import { askedLanguage } from './asked-language.ts';

/** A flood takes a few milliseconds. */
const FLOOD_LIMIT_MS = 150;
const TRIES = 5;

it.each([
  ['You are a gentle psychological counselor. Please respond in zh-CN. Please greet with "Hello."', 'zh-CN'],
  ['Please respond in es', 'es'],
  ['Reply to the user in German.', 'de'],
  ['Always answer in fluent Brazilian Portuguese.', 'pt-BR'],
  ['Respond only in Simplified Chinese', 'zh-CN'],
  ['Respond in zh_TW.', 'zh-TW'],
  ['You are Ada. Speak Japanese.', 'ja'],
  ['Antworte immer auf Deutsch.', 'de'],
  ['Responde siempre en español.', 'es'],
  ['Réponds toujours en français.', 'fr'],
  ['Rispondi in italiano.', 'it'],
  ['你是客服。请用中文回答。', 'zh'],
  ['请使用简体中文与用户交流', 'zh-CN'],
  ['必ず日本語で答えてください。', 'ja'],
  ['Never be rude.\nYou must speak French', 'fr'],
  ['Answer in clear English and be brief.', 'en'],
  ['You are a teacher, always answer in Spanish please.', 'es'],
  ['Reply in en-GB.', 'en-GB'],
  ['Respond in German at all times', 'de'],
])('is read in instructions: %s', (instructions, tag) => {
  expect(askedLanguage(instructions)).toBe(tag);
});

it.each([
  [''],
  ['You are Ada, a guide in Berlin.'],
  ['You speak Spanish, French and German.'],
  ['If the user writes in French, answer in French.'],
  ['Never answer in German.'],
  ['Answer in one sentence.'],
  ['Respond in it.'],
  ['Reply in no more than three words.'],
  ['She was born in German-speaking Tyrol.'],
  ['Answer in the language of the user.'],
  ['Users will speak in German.'],
  ['The user may speak in French.'],
  ['Talk to users who write in Spanish.'],
  ['Help users practise: they speak in Spanish and you correct them.'],
  ['You teach people to speak in French.'],
  ['Ask the user to speak in French and correct them.'],
  ['Answer emails written in English.'],
  ['The answer is in Italian cuisine.'],
  ['Answers in German courts are binding.'],
  ['Answer in Italian cuisine terms.'],
  ['Write in a style common in English pubs.'],
  ['You can answer in French or in German.'],
  ['Answer in French or German.'],
  ['Speak French and German.'],
  ['Antworte auf keinen Fall auf Englisch.'],
  ['Answer in hi-tech terms.'],
  ['Speak in hi-fi.'],
  ['Speak slowly.'],
  ['Talk in a friendly way.'],
  ['Respond in 2 sentences.'],
  ['You are a French teacher.'],
  ['用户说英语。'],
  ['学生用英语说话时纠正他们。'],
  ['你教学生用英语交流。'],
  ['不要用英文回答。'],
  ['如果用户说英文，请用英文回答。'],
])('is not read where none is asked for: %s', (instructions) => {
  expect(askedLanguage(instructions)).toBeNull();
});

it.each(['respond in ', 'speak ', '用中', 'answer in zh-', 'a', '. '])(
  'takes no longer for instructions full of “%s” than their length allows',
  (pump) => {
    const text = pump.repeat(100_000);
    const timesMs = Array.from({ length: TRIES }, () => {
      const startedAtMs = performance.now();
      askedLanguage(text);
      return performance.now() - startedAtMs;
    });
    expect(Math.min(...timesMs)).toBeLessThan(FLOOD_LIMIT_MS);
  },
);
