import { setImmediate as nextEventLoopTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { DEFAULT_TURN_DETECTION, type TurnDetectionSettings } from '../core/voice-port.ts';
import type { SpeechModel } from './speech-model.ts';
import { TurnDetector, type TurnDetectorEvent } from './turn-detector.ts';

/** Takes a frame's mean for the probability of speech: a constant of 29,491 is 0.9. */
const meanModel: SpeechModel = {
  createStream: () => ({
    probability: async (frame) => frame.reduce((sum, sample) => sum + sample, 0) / frame.length,
    reset() {},
  }),
};

/** Takes everything for speech, as the model does when others talk. */
const gullible: SpeechModel = { createStream: () => ({ probability: async () => 0.95, reset() {} }) };

const FRAME = 768;

/** Frames of a constant that is this share of full scale. */
function frames(count: number, probability: number): Int16Array {
  return new Int16Array(count * FRAME).fill(Math.round(probability * 32_768));
}

const open: TurnDetector[] = [];
afterEach(() => {
  for (const detector of open.splice(0)) detector.close();
});

function build(settings: Partial<TurnDetectionSettings> = {}, model = meanModel) {
  const events: TurnDetectorEvent[] = [];
  const detector = new TurnDetector({
    model,
    settings: { ...DEFAULT_TURN_DETECTION, ...settings },
    listener: (event) => events.push(event),
  });
  open.push(detector);
  const settle = async () => {
    for (let quiet = 0, judged = -1; quiet < 4; quiet++) {
      if (judged !== detector.counters.framesJudged) quiet = 0;
      judged = detector.counters.framesJudged;
      await nextEventLoopTurn();
    }
  };
  const feed = async (pcm: Int16Array) => {
    detector.push(pcm);
    await settle();
  };
  const marks = () => events.filter((event) => event.type !== 'speech-audio');
  const heardMs = () =>
    events.reduce((sum, event) => sum + (event.type === 'speech-audio' ? event.pcm.length / 24 : 0), 0);
  return { detector, events, feed, settle, marks, heardMs };
}

describe('a turn', () => {
  it('starts with its padding, gives its sound without a gap, and stops after the silence', async () => {
    const { feed, events, marks, heardMs } = build({ prefixPaddingMs: 320, silenceDurationMs: 512 });
    await feed(frames(40, 0));
    await feed(frames(30, 0.9));
    await feed(frames(30, 0));
    // The change of level is spread over the frame boundary by the resampler: one frame either way.
    const [started, stopped] = marks();
    expect(started).toMatchObject({ type: 'speech-started' });
    const startMs = started?.type === 'speech-started' ? started.audioStartMs : 0;
    expect(startMs).toBeCloseTo(40 * 32 - 320, -1.6);
    if (stopped?.type !== 'speech-stopped') throw new Error('The turn did not stop.');
    expect(stopped.audioEndMs).toBeGreaterThanOrEqual(70 * 32 + 480);
    expect(stopped.audioEndMs).toBeLessThanOrEqual(70 * 32 + 576);
    expect(stopped.speechMs).toBeGreaterThanOrEqual(28 * 32);
    expect(stopped.speechMs).toBeLessThanOrEqual(31 * 32);
    expect(heardMs()).toBeCloseTo(stopped.audioEndMs - startMs, 6);
    expect(events[0]).toBe(started);
    expect(events.at(-1)).toBe(stopped);
  });

  it('tells with its sound how much silence that ends with', async () => {
    const { feed, events } = build({ silenceDurationMs: 512 });
    await feed(frames(30, 0.9));
    await feed(frames(9, 0));
    await feed(frames(20, 0.9));
    await feed(frames(30, 0));
    const silences = events.flatMap((event) => (event.type === 'speech-audio' ? [event.silenceMs] : []));
    const pauses = silences.filter((silenceMs, index) => silenceMs > 0 && (silences[index + 1] ?? 0) === 0);
    expect(silences[0]).toBe(0);
    // One frame either way: the resampler spreads the change of level.
    expect(pauses[0]).toBeCloseTo(9 * 32, -1.9);
    expect(pauses[1]).toBe(512);
    expect(pauses).toHaveLength(2);
  });

  it('never reaches back before the first sample, nor into the turn before', async () => {
    const { feed, marks } = build({ prefixPaddingMs: 2_000, silenceDurationMs: 96 });
    await feed(frames(10, 0.9));
    await feed(frames(6, 0));
    await feed(frames(10, 0.9));
    await feed(frames(6, 0));
    const all = marks();
    expect(all.map(({ type }) => type)).toEqual([
      'speech-started',
      'speech-stopped',
      'speech-started',
      'speech-stopped',
    ]);
    const [first, firstEnd, second] = all;
    expect(first).toMatchObject({ audioStartMs: 0 });
    expect((second as { audioStartMs: number }).audioStartMs).toBe((firstEnd as { audioEndMs: number }).audioEndMs);
  });

  it('does not start on a single frame, nor end on a short pause', async () => {
    const { feed, marks } = build({ silenceDurationMs: 500 });
    await feed(frames(20, 0));
    await feed(frames(1, 0.9));
    await feed(frames(20, 0));
    expect(marks()).toEqual([]);
    await feed(frames(10, 0.9));
    await feed(frames(12, 0));
    await feed(frames(5, 0.9));
    expect(marks().length).toBe(1);
  });

  it('goes on while the probability lies between silence and the threshold', async () => {
    const { feed, marks } = build({ threshold: 0.5, silenceDurationMs: 200 });
    await feed(frames(10, 0.9));
    await feed(frames(100, 0.42));
    expect(marks().length).toBe(1);
    await feed(frames(10, 0.1));
    expect(marks().length).toBe(2);
  });

  it('is over after a minute at the latest, and what goes on is a new one without a gap', async () => {
    const { detector, settle, marks } = build({}, gullible);
    for (let word = 0; word < 100; word++) {
      detector.push(frames(12, 0.3));
      detector.push(frames(8, 0.01));
      await settle();
    }
    const all = marks();
    expect(all.map(({ type }) => type)).toEqual(['speech-started', 'speech-stopped', 'speech-started']);
    expect(Math.abs((all[1] as { audioEndMs: number }).audioEndMs - 60_000)).toBeLessThan(100);
    expect((all[2] as { audioStartMs: number }).audioStartMs).toBe((all[1] as { audioEndMs: number }).audioEndMs);
  });

  it('stops on commit, after the sound pushed before it', async () => {
    const { detector, settle, marks } = build();
    detector.commit();
    detector.push(frames(50, 0.9));
    detector.commit();
    detector.push(frames(2, 0));
    await settle();
    const all = marks();
    expect(all.map(({ type }) => type)).toEqual(['speech-started', 'speech-stopped']);
    expect((all[1] as { audioEndMs: number }).audioEndMs).toBeGreaterThanOrEqual(49 * 32);
    expect((all[1] as { audioEndMs: number }).audioEndMs).toBeLessThanOrEqual(50 * 32);
  });

  it('follows settings changed in mid-turn', async () => {
    const { detector, feed, marks } = build({ silenceDurationMs: 3_000 });
    await feed(frames(10, 0.9));
    await feed(frames(20, 0));
    expect(marks().length).toBe(1);
    detector.configure({ silenceDurationMs: 100 });
    await feed(frames(1, 0));
    expect(marks().length).toBe(2);
  });
});

describe('among other voices', () => {
  it('ends the turn when the level falls to the background, though the model still hears speech', async () => {
    const { feed, marks } = build({ silenceDurationMs: 480 }, gullible);
    await feed(frames(200, 0.02));
    const before = marks().length;
    for (let word = 0; word < 3; word++) {
      await feed(frames(15, 0.3));
      await feed(frames(8, 0.02));
    }
    expect(marks().length).toBe(before + 1);
    expect(marks().at(-1)?.type).toBe('speech-started');
    await feed(frames(60, 0.02));
    expect(marks().length).toBe(before + 2);
    expect(marks().at(-1)?.type).toBe('speech-stopped');
  });
});

describe('while the avatar speaks', () => {
  it('takes longer speech to start', async () => {
    const { detector, feed, marks } = build();
    detector.setAvatarSpeaking(true);
    await feed(frames(20, 0.001));
    await feed(frames(5, 0.9));
    await feed(frames(20, 0.001));
    expect(marks()).toEqual([]);
    await feed(frames(12, 0.9));
    expect(marks().length).toBe(1);
  });

  it('is not interrupted by what is much fainter than the user usually is', async () => {
    const { detector, feed, marks } = build(
      { threshold: 0.1 },
      {
        createStream: () => ({
          probability: async (frame) => (Math.abs(frame[100] ?? 0) > 0.01 ? 0.9 : 0),
          reset() {},
        }),
      },
    );
    await feed(frames(20, 0));
    await feed(frames(40, 0.5));
    await feed(frames(20, 0));
    expect(marks().length).toBe(2);
    detector.setAvatarSpeaking(true);
    await feed(frames(60, 0.08));
    expect(marks().length).toBe(2);
    await feed(frames(20, 0));
    await feed(frames(20, 0.5));
    expect(marks().length).toBe(3);
  });

  it('stays careful for a moment after its end, and no longer', async () => {
    const { detector, feed, marks } = build();
    detector.setAvatarSpeaking(true);
    await feed(frames(10, 0));
    detector.setAvatarSpeaking(false);
    await feed(frames(4, 0.9));
    await feed(frames(10, 0));
    expect(marks()).toEqual([]);
    await feed(frames(4, 0.9));
    expect(marks().length).toBe(1);
  });
});

describe('reset, close and trouble', () => {
  it('forgets an open turn without a word, and times go on counting', async () => {
    const { detector, feed, marks } = build({ prefixPaddingMs: 0 });
    await feed(frames(20, 0.9));
    detector.reset();
    await feed(frames(20, 0));
    expect(marks().length).toBe(1);
    await feed(frames(20, 0.9));
    const last = marks().at(-1);
    expect(last?.type === 'speech-started' && last.audioStartMs).toBeCloseTo(40 * 32, -1.9);
  });

  it('takes any rubbish for what it is', async () => {
    const { detector, feed, events } = build();
    await feed(new Int16Array(0));
    await feed(Int16Array.of(1));
    await feed(new Int16Array(5_000).fill(-32_768));
    expect(events).toEqual([]);
    expect(detector.counters.framesJudged).toBe(6);
  });

  it('counts frames on which the model fails as silence', async () => {
    const { detector, feed, marks } = build(
      {},
      { createStream: () => ({ probability: () => Promise.reject(new Error('no')), reset() {} }) },
    );
    await feed(frames(10, 0.9));
    expect(marks()).toEqual([]);
    expect(detector.counters.modelFailures).toBeGreaterThanOrEqual(9);
  });

  it('does not ask the model about silence outside a turn', async () => {
    const { detector, feed, marks } = build();
    await feed(frames(20, 0));
    expect(detector.counters.framesInaudible).toBe(detector.counters.framesJudged);
    await feed(frames(10, 0.9));
    const inaudible = detector.counters.framesInaudible;
    await feed(frames(10, 0));
    expect(detector.counters.framesInaudible).toBe(inaudible);
    expect(marks().length).toBe(1);
  });

  it('bounds what waits, drops the oldest and keeps the times right', async () => {
    const { detector, settle, marks } = build({ prefixPaddingMs: 0 });
    detector.push(frames(3_000, 0));
    detector.push(frames(20, 0.9));
    await settle();
    expect(detector.counters.framesDropped).toBeGreaterThan(1_000);
    const [started] = marks();
    expect(started?.type === 'speech-started' && started.audioStartMs).toBeCloseTo(3_000 * 32, -1.9);
  });

  it('lets the event loop breathe during a burst', async () => {
    const { detector, settle } = build();
    detector.push(frames(800, 0));
    await nextEventLoopTurn();
    expect(detector.counters.framesJudged).toBeLessThan(100);
    await settle();
    expect(detector.counters.framesJudged).toBeGreaterThan(790);
  });

  it('says nothing once closed, whatever was under way', async () => {
    const { detector, settle, events } = build();
    detector.push(frames(50, 0.9));
    detector.close();
    detector.close();
    detector.push(frames(50, 0.9));
    detector.commit();
    await settle();
    expect(events).toEqual([]);
  });
});
