import { afterEach, describe, expect, it, vi } from 'vitest';
import { GuardedSpeech, type SpeechModelState } from './guarded-speech.ts';
import type { SpeechModel } from './speech-model.ts';

const FRAME = new Float32Array(512);

/** A model that does on each ask what `answers` says, by turns of `reopen`. */
function build(answer: (opened: number) => Promise<number>, options: { canReopen?: () => boolean } = {}) {
  let opened = 0;
  const model: SpeechModel = {
    createStream: () => ({ probability: () => answer(opened), reset() {} }),
    reopen: async () => {
      opened += 1;
      if (options.canReopen?.() === false) throw new Error('cannot open');
    },
  };
  const states: SpeechModelState[] = [];
  let failures = 0;
  const speech = new GuardedSpeech(model, (state) => states.push(state));
  const ask = (): Promise<number | null> =>
    speech.probability(FRAME, () => {
      failures += 1;
    });
  return { ask, states, failures: () => failures, opened: () => opened };
}

afterEach(() => void vi.useRealTimers());

describe('a speech model', () => {
  it('that fails once is opened again, loses no frame, and nobody is troubled', async () => {
    const { ask, states, failures } = build(async (opened) => {
      if (opened === 0) throw new Error('dead');
      return 0.7;
    });
    expect(await ask()).toBe(0.7);
    expect(failures()).toBe(1);
    expect(states).toEqual([]);
  });

  it('that stays dead is told of once, tried again after rests that grow, and told of when it is back', async () => {
    let isDead = true;
    const { ask, states, opened } = build(
      async () => {
        if (isDead) throw new Error('dead');
        return 0.7;
      },
      { canReopen: () => !isDead },
    );
    const attemptsAt: number[] = [];
    for (let frame = 0; frame < 1000; frame += 1) {
      const before = opened();
      expect(await ask()).toBeNull();
      if (opened() > before) attemptsAt.push(frame);
    }
    expect(states).toEqual([{ isWorking: false, reason: 'cannot open' }]);
    // After 1, 2, 4 and 8 s of sound, then every 15 s.
    expect(attemptsAt).toEqual([0, 32, 95, 220, 470, 939]);
    isDead = false;
    let answer: number | null = null;
    for (let frame = 0; frame < 500 && answer === null; frame += 1) answer = await ask();
    expect(answer).toBe(0.7);
    expect(states.at(-1)).toEqual({ isWorking: true });
    expect(states).toHaveLength(2);
  });

  it('that hangs is dead too', async () => {
    vi.useFakeTimers();
    const { ask, states } = build(() => new Promise<number>(() => {}));
    const asked = ask();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await asked).toBeNull();
    expect(states).toMatchObject([{ isWorking: false, reason: expect.stringContaining('no answer') }]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('that gives %d is dead too', async (wrong) => {
    const { ask, states } = build(async () => wrong);
    expect(await ask()).toBeNull();
    expect(states).toMatchObject([{ isWorking: false }]);
  });
});
