import { expect, it } from 'vitest';
import { silentLogger } from '../../../core/logger.ts';
import { ManualClock } from '../../../core/manual-clock.ts';
import type { VoiceEvent } from '../../../core/voice-port.ts';
import type { MouthRequest } from '../mouth/mouth-messages.ts';
import type { SpokenClause } from '../mouth/spoken-clause.ts';
import { neuralSpeaker } from './neural-speaker.ts';

const CONFIG = { voice: 'marin', language: 'en' };
const SENTENCE = 'The quick brown fox jumps over it.';
const never = new AbortController().signal;

/** A neural mouth that takes `workMs` for each second of sound, one second a clause; and a plain one that takes nothing. */
function bench(workMs: number) {
  const clock = new ManualClock();
  const state = { workMs, error: null as Error | null };
  const spokenBy: string[] = [];
  const events: VoiceEvent[] = [];
  const clause = (): SpokenClause => ({ pcm: new Int16Array(24_000), phones: [] });
  const neural = {
    speak: (_: MouthRequest, signal: AbortSignal) =>
      new Promise<SpokenClause>((resolve, reject) => {
        if (state.error !== null || signal.aborted) return reject(state.error ?? new Error('Cancelled.'));
        const cancel = clock.schedule(state.workMs, () => {
          spokenBy.push('neural');
          resolve(clause());
        });
        signal.addEventListener('abort', () => {
          cancel();
          reject(new Error('Cancelled.'));
        });
      }),
  };
  const plain = {
    speaksOtherLanguages: true,
    speak: ({ language }: MouthRequest) => {
      spokenBy.push(`plain ${language}`);
      return Promise.resolve(clause());
    },
  };
  const speaker = neuralSpeaker({ neural, plain, clock, logger: silentLogger });
  let talk = speaker.openTalk(() => {});
  const settle = async (work: Promise<void>): Promise<void> => {
    let isDone = false;
    void work.catch(() => {}).then(() => (isDone = true));
    for (let k = 0; k < 400 && !isDone; k++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (!isDone) clock.advance(50);
    }
    await work;
  };
  const say = async (text: string, config = CONFIG, signal = never): Promise<string[]> => {
    spokenBy.length = 0;
    const turn = talk.beginTurn('t', (event) => events.push(event));
    await settle(turn.speak(text, config, signal));
    return [...spokenBy];
  };
  const foresee = async (text: string): Promise<void> => {
    talk.prepare?.(text, CONFIG);
    for (let k = 0; k < 60; k++) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(50);
    }
  };
  const failures = () => events.filter(({ type }) => type === 'failed');
  return { clock, state, say, foresee, failures, spokenBy, newTalk: () => (talk = speaker.openTalk(() => {})) };
}

it('speaks neurally where it is fast enough, in its phones and clauses', async () => {
  const { say, failures } = bench(300);
  expect(await say(`${SENTENCE} ${SENTENCE} ${SENTENCE}`)).toEqual(['neural', 'neural', 'neural']);
  expect(failures()).toEqual([]);
});

it('has the plain mouth speak the rest of a reply when a clause would come too late, and says so once in a talk', async () => {
  const { say, failures, newTalk } = bench(2500);
  expect(await say(`${SENTENCE} ${SENTENCE}`)).toEqual(['plain en', 'plain en']);
  expect(await say(SENTENCE)).toEqual(['plain en']);
  expect(failures()).toMatchObject([{ endsReply: false, message: expect.stringContaining('too slow') }]);
  newTalk();
  await say(SENTENCE);
  expect(failures()).toHaveLength(2);
});

it('does not try again what it knows to be too slow, but after a while', async () => {
  const { say, state, clock } = bench(2500);
  await say(SENTENCE);
  state.workMs = 100;
  expect(await say(SENTENCE)).toEqual(['plain en']);
  clock.advance(300_000);
  expect(await say(SENTENCE)).toEqual(['neural']);
});

it('falls behind in the middle of a reply only when the sound would run dry', async () => {
  const { say, state } = bench(900);
  const saying = say(`${SENTENCE} ${SENTENCE} ${SENTENCE} ${SENTENCE}`);
  expect((await saying).every((by) => by === 'neural')).toBe(true);
  state.workMs = 1500;
  const spoken = await say(`${SENTENCE} ${SENTENCE} ${SENTENCE} ${SENTENCE}`);
  expect(spoken[0]).toBe('neural');
  expect(spoken.at(-1)).toBe('plain en');
  expect(spoken.join(' ')).not.toContain('plain en neural');
});

it('leaves other languages to the plain mouth, without a word', async () => {
  const { say, failures } = bench(300);
  expect(await say('Guten Morgen, wie geht es Ihnen?', { voice: 'marin', language: 'de' })).toEqual(['plain de']);
  expect(failures()).toEqual([]);
});

it('speaks on when the model fails, and stops when it is cancelled', async () => {
  const { say, state } = bench(300);
  state.error = new Error('The neural mouth was lost.');
  expect(await say(SENTENCE)).toEqual(['plain en']);
  state.error = null;
  await expect(say(SENTENCE, CONFIG, AbortSignal.abort())).rejects.toThrow('Cancelled');
});

it('has an answer ready in the neural voice, whatever became of the reply before', async () => {
  const { say, state, clock, foresee, spokenBy, failures } = bench(300);
  expect(await say(SENTENCE)).toEqual(['neural']);
  // Its sound is over for long: what is foreseen is no late clause of it.
  clock.advance(60_000);
  state.workMs = 900;
  spokenBy.length = 0;
  await foresee(`${SENTENCE} ${SENTENCE}`);
  expect(spokenBy).toEqual(['neural']);
  expect(await say(`${SENTENCE} ${SENTENCE}`)).toEqual(['neural']);
  expect(failures()).toEqual([]);
});

it('a preparation that comes to nothing has nothing spoken plainly and tells nobody; the reply tries again', async () => {
  const { say, state, foresee, spokenBy, failures } = bench(300);
  await say(SENTENCE);
  state.error = new Error('The neural mouth was lost.');
  spokenBy.length = 0;
  await foresee(SENTENCE);
  expect(spokenBy).toEqual([]);
  expect(failures()).toEqual([]);
  state.error = null;
  expect(await say(SENTENCE)).toEqual(['neural']);
});

it('a mouth that was late because its model was still being loaded speaks soon, and not only after minutes', async () => {
  const { say, state, clock } = bench(20_000);
  expect(await say(SENTENCE)).toEqual(['plain en']);
  clock.advance(15_000);
  state.workMs = 300;
  expect(await say(SENTENCE)).toEqual(['neural']);
  expect(await say(SENTENCE)).toEqual(['neural']);
});

it('a mouth that never was in time is tried more and more seldom', async () => {
  const { say, state, clock } = bench(20_000);
  await say(SENTENCE);
  clock.advance(15_000);
  expect(await say(SENTENCE)).toEqual(['plain en']);
  state.workMs = 300;
  clock.advance(15_000);
  expect(await say(SENTENCE)).toEqual(['plain en']);
  clock.advance(15_000);
  expect(await say(SENTENCE)).toEqual(['neural']);
});
