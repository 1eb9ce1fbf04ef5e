import { expect, it } from 'vitest';
import type { SessionEvent } from './session-events.ts';
import { Talk } from './testing/talk.ts';

type Told = Extract<SessionEvent, { type: 'reply-words' }>;

function told(talk: Talk): Told[] {
  return talk.effects.flatMap((effect) =>
    effect.type === 'emit' && effect.event.type === 'reply-words' ? [effect.event] : [],
  );
}

function begun(): { readonly talk: Talk; readonly turnId: string } {
  const talk = new Talk();
  talk.command({ type: 'user-text', text: 'Hi', reply: true }, 0);
  return { talk, turnId: talk.currentTurnId() };
}

it('tells when words sound once the sound of a reply is made, in all of its length', () => {
  const { talk, turnId } = begun();
  talk.put({ type: 'voice', event: { type: 'text-delta', turnId, text: '[smile] Good morn' }, atMs: 10 });
  talk.put({ type: 'voice', event: { type: 'text-delta', turnId, text: 'ing.' }, atMs: 10 });
  talk.put({ type: 'voice-audio', turnId, pcm: new Int16Array(0), durationMs: 1300, atMs: 20 });
  expect(told(talk)).toEqual([]);
  talk.put({ type: 'voice', event: { type: 'turn-done', turnId }, atMs: 30 });
  expect(told(talk)).toEqual([
    {
      type: 'reply-words',
      turnId,
      words: [
        { text: 'Good', startMs: expect.any(Number), endMs: expect.any(Number), estimated: true },
        { text: 'morning', startMs: expect.any(Number), endMs: expect.any(Number), estimated: true },
      ],
    },
  ]);
  const [good, morning] = told(talk)[0]?.words ?? [];
  expect(good?.endMs).toBeLessThanOrEqual(morning?.startMs ?? 0);
  expect(morning?.endMs).toBeGreaterThan(1_100);
  expect(morning?.endMs).toBeLessThanOrEqual(1_300);
});

it('tells a long reply in several', () => {
  const { talk, turnId } = begun();
  talk.speak(turnId, 'again '.repeat(1_200), 400_000);
  expect(told(talk).map(({ words }) => words.length)).toEqual([500, 500, 200]);
  const starts = told(talk).flatMap(({ words }) => words.map(({ startMs }) => startMs));
  expect(starts).toEqual(starts.toSorted((a, b) => a - b));
});

it('tells nothing of a reply without sound, or one that was interrupted while it was made', () => {
  const silent = begun();
  const { turnId } = silent;
  silent.talk.put({ type: 'voice', event: { type: 'text-delta', turnId, text: 'Hm.' }, atMs: 10 });
  silent.talk.put({ type: 'voice', event: { type: 'turn-done', turnId }, atMs: 30 });
  const cut = begun();
  cut.talk.put({ type: 'voice', event: { type: 'text-delta', turnId: cut.turnId, text: 'Once upon' }, atMs: 10 });
  cut.talk.put({ type: 'voice-audio', turnId: cut.turnId, pcm: new Int16Array(0), durationMs: 900, atMs: 20 });
  cut.talk.command({ type: 'interrupt' });
  cut.talk.put({ type: 'voice', event: { type: 'turn-done', turnId: cut.turnId }, atMs: 30 });
  expect([told(silent.talk), told(cut.talk)]).toEqual([[], []]);
});

it('takes no reckoned time for a told one: what follows a direction shares the sound with the words before it', () => {
  const { talk, turnId } = begun();
  const tell = (text: string, audioStartMs: number): void => {
    talk.put({ type: 'voice', event: { type: 'text-delta', turnId, text, audioStartMs }, atMs: 10 });
  };
  tell('Hello there my dear friends [smile] how are you today? ', 0);
  tell('I am well.', 1_800);
  talk.put({ type: 'voice-audio', turnId, pcm: new Int16Array(0), durationMs: 2_600, atMs: 20 });
  talk.put({ type: 'voice', event: { type: 'turn-done', turnId }, atMs: 30 });
  const words = told(talk).flatMap((event) => event.words);
  expect(words.filter(({ estimated }) => !estimated).map(({ text }) => text)).toEqual(['Hello', 'I']);
  const how = words.find(({ text }) => text === 'how');
  expect(how?.startMs).toBeGreaterThan(800);
  expect(how?.startMs).toBeLessThan(1_200);
  for (const { startMs, endMs } of words) expect(endMs).toBeGreaterThan(startMs);
});
