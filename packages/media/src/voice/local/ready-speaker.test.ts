import { expect, it } from 'vitest';
import type { MouthRequest } from './mouth/mouth-messages.ts';
import { profileOf } from './mouth/voice-profiles.ts';
import { ReadySpeaker } from './ready-speaker.ts';

const request = (text: string): MouthRequest => ({
  text,
  voice: 'marin',
  profile: profileOf('marin'),
  language: 'en',
  pauses: { leadMs: 15, trailMs: 100 },
});

function speakerOf() {
  const asked: { text: string; signal: AbortSignal }[] = [];
  const speaker = new ReadySpeaker({
    speaksOtherLanguages: false,
    speak: ({ text }, signal) => {
      asked.push({ text, signal });
      if (text === 'fails') return Promise.reject(new Error('no voice'));
      return Promise.resolve({ pcm: Int16Array.of(text.length), phones: [] });
    },
  });
  return { asked, speaker, signal: new AbortController().signal };
}

it('gives a prepared clause without asking again, once', async () => {
  const { asked, speaker, signal } = speakerOf();
  speaker.prepare(request('Yes.'));
  speaker.prepare(request('Yes.'));
  expect((await speaker.speak(request('Yes.'), signal)).pcm[0]).toBe(4);
  expect(asked).toHaveLength(1);
  await speaker.speak(request('Yes.'), signal);
  expect(asked).toHaveLength(2);
});

it('gives up what was prepared for something else', async () => {
  const { asked, speaker, signal } = speakerOf();
  speaker.prepare(request('Yes.'));
  expect((await speaker.speak(request('Well, no.'), signal)).pcm[0]).toBe(9);
  expect(asked[0]?.signal.aborted).toBe(true);
  speaker.prepare(request('Yes.'));
  speaker.forget();
  expect(asked[2]?.signal.aborted).toBe(true);
});

it('tells of a failure whoever takes the clause', async () => {
  const { speaker, signal } = speakerOf();
  speaker.prepare(request('fails'));
  await expect(speaker.speak(request('fails'), signal)).rejects.toThrow('no voice');
});

it('tries again for whoever takes a clause that failed while nobody waited for it', async () => {
  let isIll = true;
  const speaker = new ReadySpeaker({
    speaksOtherLanguages: false,
    speak: async () => {
      if (isIll) throw new Error('The speech worker was lost.');
      return { pcm: Int16Array.of(7), phones: [] };
    },
  });
  speaker.prepare(request('Yes.'));
  await Promise.resolve();
  isIll = false;
  expect((await speaker.speak(request('Yes.'), new AbortController().signal)).pcm[0]).toBe(7);
});
