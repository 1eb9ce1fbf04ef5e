import { expect, it } from 'vitest';
import type { Hearing } from './ears.ts';
import { joinPhrases, PhrasedHearing } from './phrased-hearing.ts';

/** Hearings whose words are the samples they were fed, and whether they were discarded. */
function phrasesOf() {
  const made: { fed: number[]; isFinished: boolean; isDiscarded: boolean }[] = [];
  const listen = (): Hearing => {
    const phrase = { fed: [] as number[], isFinished: false, isDiscarded: false };
    made.push(phrase);
    return {
      feed: (pcm) => void phrase.fed.push(...pcm),
      finish: () => {
        phrase.isFinished = true;
        return Promise.resolve(phrase.fed.length === 0 ? '' : `Heard ${phrase.fed.join(' ')}`);
      },
      discard: () => {
        phrase.isDiscarded = true;
      },
    };
  };
  return { made, hearing: new PhrasedHearing(listen) };
}

const frame = (name: number): Int16Array => Int16Array.of(name);

it('makes the words out in the silence before the turn ends', async () => {
  const { made, hearing } = phrasesOf();
  hearing.feed(frame(1), 0);
  hearing.feed(frame(2), 224);
  expect(made[0]?.isFinished).toBe(false);
  hearing.feed(frame(3), 256);
  expect(made[0]?.isFinished).toBe(true);
  hearing.feed(frame(4), 288);
  expect(await hearing.finish()).toBe('Heard 1 2 3');
  expect(made).toHaveLength(1);
});

it('hears a user who goes on after a pause, with the beginning of the word', async () => {
  const { made, hearing } = phrasesOf();
  hearing.feed(frame(1), 0);
  for (let index = 2; index <= 30; index += 1) hearing.feed(frame(index), 256 + index * 32);
  hearing.feed(frame(31), 0);
  hearing.feed(frame(32), 0);
  expect(made[1]?.fed).toEqual([24, 25, 26, 27, 28, 29, 30, 31, 32]);
  expect(await hearing.finish()).toBe('Heard 1 2 heard 24 25 26 27 28 29 30 31 32');
});

it('goes on without an end where silence is not looked for', async () => {
  const { made, hearing } = phrasesOf();
  for (let index = 0; index < 100; index += 1) hearing.feed(frame(index), 0);
  await hearing.finish();
  expect(made).toHaveLength(1);
});

it('gives all phrases up when the turn is void', () => {
  const { made, hearing } = phrasesOf();
  hearing.feed(frame(1), 300);
  hearing.feed(frame(2), 0);
  hearing.discard();
  expect(made.map(({ isDiscarded }) => isDiscarded)).toEqual([true, true]);
});

it('writes phrases as one text', () => {
  expect(joinPhrases(['Well', '', 'The door is open', "I'll go", 'In a moment'])).toBe(
    "Well the door is open I'll go in a moment",
  );
});
