import { setImmediate as nextEventLoopTurn } from 'node:timers/promises';
import { EAGERNESS_SILENCE_MS } from '@visavis/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { DEFAULT_TURN_DETECTION, type TurnDetectionSettings } from '../core/voice-port.ts';
import type { SpeechModel } from './speech-model.ts';
import { TurnDetector } from './turn-detector.ts';
import { type TurnEndModel, TurnEndWatch } from './turn-end-watch.ts';

const loudIsSpeech: SpeechModel = {
  createStream: () => ({
    probability: async (frame) => (frame.some((sample) => Math.abs(sample) > 0.1) ? 0.9 : 0),
    reset() {},
  }),
};
const FRAME = 768;
const open: TurnDetector[] = [];
afterEach(() => {
  for (const detector of open.splice(0)) detector.close();
});

type Question = { samples: Float32Array; signal: AbortSignal; answer(probability: number): void; fail(): void };

function build(settings: Partial<TurnDetectionSettings> = {}, answers?: (index: number) => number) {
  const questions: Question[] = [];
  const stopsMs: number[] = [];
  const turnEndModel: TurnEndModel = {
    probability: (samples, signal) =>
      new Promise((resolve, reject) => {
        questions.push({ samples, signal, answer: resolve, fail: () => reject(new Error('ill')) });
        if (answers !== undefined) resolve(answers(questions.length));
      }),
  };
  let fedMs = 0;
  const detector = new TurnDetector({
    model: loudIsSpeech,
    turnEndModel,
    settings: { ...DEFAULT_TURN_DETECTION, ...settings },
    listener: ({ type }) => {
      if (type === 'speech-stopped') stopsMs.push(fedMs);
    },
  });
  open.push(detector);
  const feed = async (count: number, level: number): Promise<void> => {
    for (let k = 0; k < count; k++) {
      const judged = detector.counters.framesJudged;
      fedMs += 32;
      detector.push(new Int16Array(FRAME).fill(Math.round(level * 32_768)));
      // The first frame of all waits for the margin behind it.
      if (fedMs > 32) while (detector.counters.framesJudged === judged) await nextEventLoopTurn();
      await nextEventLoopTurn();
    }
  };
  const speak = (count: number): Promise<void> => feed(count, 0.5);
  const pause = (count: number): Promise<void> => feed(count, 0);
  return { detector, questions, stopsMs, speak, pause, fedMs: () => fedMs };
}

describe('a turn with a model of its end', () => {
  it('ends 200 ms after a finished sentence', async () => {
    const { speak, pause, stopsMs, fedMs } = build({}, () => 0.9);
    await speak(20);
    const endMs = fedMs();
    await pause(20);
    expect(stopsMs).toHaveLength(1);
    expect((stopsMs[0] ?? 0) - endMs).toBeGreaterThanOrEqual(200);
    expect((stopsMs[0] ?? 0) - endMs).toBeLessThanOrEqual(300);
  });

  it.each([
    ['high', 0.6, 200],
    ['high', 0.4, 1000],
    ['auto', 0.6, 2000],
    ['auto', 0.8, 200],
    ['medium', 0.8, 200],
    ['low', 0.8, 4000],
    ['low', 0.9, 400],
  ] as const)(
    'of eagerness %s that sounds finished by %d ends after %d ms',
    async (eagerness, probability, afterMs) => {
      const { speak, pause, stopsMs, fedMs } = build(
        { endsBy: 'sense', eagerness, silenceDurationMs: EAGERNESS_SILENCE_MS[eagerness] },
        () => probability,
      );
      await speak(20);
      const endMs = fedMs();
      await pause(Math.ceil(afterMs / 32) + 6);
      expect(stopsMs).toHaveLength(1);
      expect((stopsMs[0] ?? 0) - endMs).toBeGreaterThanOrEqual(afterMs);
      expect((stopsMs[0] ?? 0) - endMs).toBeLessThanOrEqual(afterMs + 100);
    },
  );

  it('keeps no eagerness from before silence alone was chosen', async () => {
    const { speak, pause, stopsMs, fedMs } = build({ endsBy: 'silence', eagerness: 'low' }, () => 0.9);
    await speak(20);
    const endMs = fedMs();
    await pause(25);
    expect((stopsMs[0] ?? 0) - endMs).toBeGreaterThanOrEqual(500);
    expect((stopsMs[0] ?? 0) - endMs).toBeLessThanOrEqual(600);
  });

  it('waits two seconds for the rest of an unfinished one, and asks anew in the next pause', async () => {
    const { speak, pause, stopsMs, questions, fedMs } = build({}, (index) => (index === 1 ? 0.1 : 0.9));
    await speak(20);
    await pause(50);
    expect(stopsMs).toEqual([]);
    await speak(10);
    await pause(20);
    expect(stopsMs).toHaveLength(1);
    expect(questions).toHaveLength(2);

    const patient = build({}, () => 0.1);
    await patient.speak(20);
    const endMs = patient.fedMs();
    await patient.pause(80);
    expect((patient.stopsMs[0] ?? 0) - endMs).toBeGreaterThanOrEqual(2000);
    expect((patient.stopsMs[0] ?? 0) - endMs).toBeLessThanOrEqual(2120);
    expect(fedMs()).toBeGreaterThan(0);
  });

  it('ends by silence while the model has not answered, and when it fails', async () => {
    const { detector, speak, pause, stopsMs, questions } = build();
    await speak(20);
    await pause(14);
    expect(stopsMs).toEqual([]);
    await pause(6);
    expect(stopsMs).toHaveLength(1);
    expect(questions[0]?.signal.aborted).toBe(true);

    await speak(20);
    await pause(6);
    questions[1]?.fail();
    await pause(14);
    expect(stopsMs).toHaveLength(2);
    expect(detector.counters).toMatchObject({ pausesJudged: 2, pauseFailures: 1 });
  });

  it('takes no answer for a pause that is over', async () => {
    const { speak, pause, stopsMs, questions } = build();
    await speak(20);
    await pause(6);
    await speak(10);
    expect(questions[0]?.signal.aborted).toBe(true);
    await pause(6);
    questions[0]?.answer(0.9);
    await pause(4);
    expect(stopsMs).toEqual([]);
  });

  it('shows the model the turn with its padding, and never more than eight seconds', async () => {
    const { speak, pause, questions } = build({}, () => 0.1);
    await pause(20);
    await speak(20);
    await pause(6);
    const shown = (questions[0]?.samples.length ?? 0) / 16;
    expect(shown).toBeGreaterThan(20 * 32 + 300);
    expect(shown).toBeLessThan(20 * 32 + 300 + 300);

    const shownSamples: number[] = [];
    const model: TurnEndModel = {
      probability: async ({ length }) => {
        shownSamples.push(length);
        return 0.9;
      },
    };
    const watch = new TurnEndWatch(model, { pausesJudged: 0, pauseFailures: 0 });
    for (let k = 0; k < 300; k++) watch.hear(new Float32Array(512), 0);
    watch.hear(new Float32Array(512), 96);
    expect(shownSamples).toEqual([8 * 16_000]);
  });

  it('follows the settings: silence alone, a shorter silence, a longer one', async () => {
    const bySilence = build({ endsBy: 'silence' }, () => 0.9);
    await bySilence.speak(20);
    await bySilence.pause(14);
    expect(bySilence.stopsMs).toEqual([]);
    expect(bySilence.questions).toEqual([]);

    const quick = build({ endsBy: 'sense', silenceDurationMs: 96 }, () => 0.9);
    await quick.speak(20);
    await quick.pause(5);
    expect(quick.stopsMs).toHaveLength(1);

    const slow = build({ silenceDurationMs: 3000 }, () => 0.1);
    await slow.speak(20);
    await slow.pause(80);
    expect(slow.stopsMs).toEqual([]);
  });

  it('forgets a question with its turn', async () => {
    for (const forget of ['reset', 'close'] as const) {
      const { detector, speak, pause, questions } = build();
      await speak(20);
      await pause(6);
      expect(questions[0]?.signal.aborted).toBe(false);
      detector[forget]();
      expect(questions[0]?.signal.aborted).toBe(true);
    }
  });
});
