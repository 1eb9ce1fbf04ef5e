import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../core/clock.ts';
import { silentLogger } from '../core/logger.ts';
import type { VoiceProvider } from '../core/voice-port.ts';
import { RecordedTalk } from './conformance.ts';
import { createLocalVoice, type LocalVoice } from './local/local-voice.ts';
import { openThinker } from './openai-compatible/language-models.ts';
import { speechSpeaker } from './openai-compatible/speech.ts';
import { ScriptedCompletionsServer } from './openai-compatible/testing/scripted-completions-server.ts';
import { ScriptedSoundServer } from './openai-compatible/testing/scripted-sound-server.ts';
import { transcribingRecogniser } from './openai-compatible/transcription.ts';

let mind: ScriptedCompletionsServer;
let sound: ScriptedSoundServer;
let local: LocalVoice;
let provider: VoiceProvider;
beforeAll(async () => {
  [mind, sound] = await Promise.all([ScriptedCompletionsServer.start(), ScriptedSoundServer.start()]);
  local = await createLocalVoice({ logger: silentLogger, clock: systemClock });
  const voices = 'zh=zf_xiaobei, es=ef_dora fr=ff_siwis ja=jf_alpha';
  provider = local.withParts('cascade', {
    thinker: openThinker({ url: mind.url, model: 'small', sees: false }, systemClock),
    recogniser: transcribingRecogniser({ url: sound.url, model: 'whisper-1' }, silentLogger),
    speaker: speechSpeaker({ url: sound.url, model: 'kokoro', voice: 'af_heart', voices }, () => false),
  });
});
afterAll(async () => {
  await local.close();
  await Promise.all([mind.close(), sound.close()]);
});
beforeEach(() => {
  mind.requests.length = 0;
  sound.heard.length = 0;
  sound.hints.length = 0;
  sound.spoken.length = 0;
  sound.language = '';
});

const SPEECH = Int16Array.from({ length: 24_000 }, (_, index) => 8000 * Math.sin(index / 10));

/** Says a second of something and waits for the answer. */
async function ask(talk: RecordedTalk): Promise<string> {
  talk.send({ type: 'user-turn-started', itemId: 'item-1' }, { type: 'audio', pcm: SPEECH, silenceMs: 0 });
  talk.send({ type: 'user-turn-stopped', itemId: 'item-1' });
  await talk.until(() => talk.of('turn-done').length === 1);
  return talk.of('turn-done')[0]?.turnId ?? '';
}

test.for([
  ['en-US', 'en', 'English', 'af_heart', 'What is your name?', ['I am Ada, your guide. ', 'What would you like?']],
  ['zh-CN', 'zh', 'Chinese', 'zf_xiaobei', '你叫什么名字？', ['我叫小美。很高', '兴认识你！今天想', '去哪里？']],
  ['es', 'es', 'Spanish', 'ef_dora', '¿Cómo te llamas?', ['¡Hola! Yo soy Ada, ', 'su guía. ¿Qué quiere hacer hoy?']],
  [
    'fr-FR',
    'fr',
    'French',
    'ff_siwis',
    'Comment vous appelez-vous ?',
    ['Je suis Ada, votre guide. ', 'Où voulez-vous aller ?'],
  ],
  ['de', 'de', 'German', 'af_heart', 'Wie heißen Sie?', ['Ich bin Ada, Ihre Führerin. ', 'Wohin möchten Sie heute?']],
  [
    'ja-JP',
    'ja',
    'Japanese',
    'jf_alpha',
    'お名前は何ですか？',
    ['私はエイダです。よろ', 'しくお願いします！今日はどちらへ？'],
  ],
] as const)('in %s the ears expect it, the mind is told, and its voice speaks the words as they are', async (given) => {
  const [tag, hint, name, voice, said, answer] = given;
  sound.transcript = said;
  mind.answer = () => answer;
  const talk = await RecordedTalk.open(provider, { language: tag });
  const turnId = await ask(talk);
  expect(talk.textOf(turnId)).toBe(answer.join(''));
  expect(new Set(sound.hints)).toEqual(new Set([hint]));
  expect(String(mind.requests.at(-1)?.messages[0]?.content)).toContain(name);
  expect(mind.requests.at(-1)?.messages.at(-1)?.content).toBe(said);
  const spoken = sound.spoken.map(({ input }) => input);
  expect(spoken.join('').replace(/\s/g, '')).toBe(answer.join('').replace(/\s/g, ''));
  // Nothing is cut but behind a sentence.
  for (const piece of spoken) expect(piece).toMatch(/[.?!。！？]$/u);
  expect(new Set(sound.spoken.map((asked) => asked.voice))).toEqual(new Set([voice]));
  expect(new Set(talk.of('text-delta').map(({ language }) => language))).toEqual(new Set([tag]));
});

test('an avatar whose owner chose no language hears any, and answers in the voice of what the answer is in', async () => {
  sound.transcript = '¿Dónde está la biblioteca?';
  sound.language = 'spanish';
  mind.answer = () => ['Sí. ', 'La biblioteca está aquí, muy cerca de usted.'];
  const talk = await RecordedTalk.open(provider, { language: 'en' });
  const turnId = await ask(talk);
  expect(sound.hints).toEqual([null]);
  expect(String(mind.requests.at(-1)?.messages[0]?.content)).toContain('The user was heard to speak Spanish.');
  expect(talk.textOf(turnId)).toBe('Sí. La biblioteca está aquí, muy cerca de usted.');
  expect(new Set(sound.spoken.map(({ voice }) => voice))).toEqual(new Set(['ef_dora']));
});

test('texts that are to be said are spoken in the language that they are in', async () => {
  const talk = await RecordedTalk.open(provider, { language: 'zh-CN' });
  for (const [index, text] of ['你好。', 'Hello, how are you today?', 'Buenos días, ¿cómo está usted?'].entries()) {
    talk.send({ type: 'say', turnId: `turn-${index}`, text });
    await talk.untilDone(`turn-${index}`);
  }
  expect(sound.spoken.map(({ voice }) => voice)).toEqual(['zf_xiaobei', 'af_heart', 'ef_dora']);
  expect(talk.of('text-delta').map(({ language }) => language)).toEqual(['zh-CN', 'en', 'es']);
});
