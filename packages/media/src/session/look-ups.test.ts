import { expect, test } from 'vitest';
import { ManualClock } from '../core/manual-clock.ts';
import type { Passage } from '../core/passages.ts';
import type { VoiceEvent, VoiceInput } from '../core/voice-port.ts';
import { LookUps } from './look-ups.ts';
import { NotedVoice } from './noted-voice.ts';

const PASSAGE: Passage = { source: 'handbook.pdf', page: 2, part: 5, text: 'Breakfast is from seven to ten.' };
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('an answer waits a tenth of a second for what is known, and goes without where nothing comes', async () => {
  const clock = new ManualClock();
  const asked: string[] = [];
  const lookUps = new LookUps(clock, ({ lookUpId, text }) => asked.push(`${lookUpId} ${text}`));
  const [first, second] = [lookUps.find('When is breakfast?'), lookUps.find('And the sauna?')];
  expect(asked).toEqual(['look-up_1 When is breakfast?', 'look-up_2 And the sauna?']);
  lookUps.settle('look-up_1', [PASSAGE]);
  expect(await first).toEqual([PASSAGE]);
  clock.advance(100);
  expect(await second).toEqual([]);
  lookUps.settle('look-up_2', [PASSAGE]);
  const left = lookUps.find('Is it late?');
  lookUps.end();
  expect(await left).toEqual([]);
  expect(await lookUps.find(' ')).toEqual([]);
});

/** A voice that thinks elsewhere, and what it was sent. */
function openNoted() {
  const sent: VoiceInput[] = [];
  const told: VoiceEvent[] = [];
  const answers: ((passages: readonly Passage[]) => void)[] = [];
  const voice = new NotedVoice(
    { send: (input) => void sent.push(input), close: async () => {} },
    () => new Promise((resolve) => answers.push(resolve)),
    (event) => told.push(event),
  );
  return { voice, sent, told, answers, types: () => sent.map(({ type }) => type) };
}

test('a voice that takes notes has one before it answers typed words, and what comes meanwhile stays behind it', async () => {
  const { voice, sent, told, answers, types } = openNoted();
  voice.send({ type: 'text', itemId: 't', text: 'When is breakfast?' });
  voice.send({ type: 'respond', turnId: 'r' });
  voice.send({ type: 'audio', pcm: new Int16Array(2) });
  voice.send({ type: 'cancel', turnId: 'r', playedMs: 0, heardText: '' });
  expect(types()).toEqual(['text', 'audio']);
  answers[0]?.([PASSAGE]);
  await settled();
  expect(types()).toEqual(['text', 'audio', 'history', 'respond', 'cancel']);
  expect(sent[2]).toMatchObject({
    items: [{ role: 'system', text: expect.stringContaining('[handbook.pdf, page 2]') }],
  });
  expect(told).toEqual([
    { type: 'turn-sources', turnId: 'r', sources: [{ source: 'handbook.pdf', page: 2, part: 5 }] },
  ]);
});

test('where nothing was typed, or nothing is found, it answers as ever', async () => {
  const { voice, told, answers, types } = openNoted();
  voice.send({ type: 'respond', turnId: 'r1' });
  expect(types()).toEqual(['respond']);
  voice.send({ type: 'text', itemId: 't', text: 'Hello.' });
  voice.send({ type: 'respond', turnId: 'r2' });
  answers[0]?.([]);
  await settled();
  expect(types()).toEqual(['respond', 'text', 'respond']);
  voice.send({ type: 'text', itemId: 't', text: 'Bye.' });
  voice.send({ type: 'respond', turnId: 'r3' });
  await voice.close();
  answers[1]?.([PASSAGE]);
  await settled();
  expect([types().length, told]).toEqual([4, []]);
});
