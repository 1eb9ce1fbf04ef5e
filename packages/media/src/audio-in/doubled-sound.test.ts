import { beforeAll, describe, expect, it, vi } from 'vitest';
import { wireSamplesToMs } from '../core/audio-format.ts';
import { ManualClock } from '../core/manual-clock.ts';
import { speakWithFlite } from '../visemes/flite-speech.fixture.ts';
import { DoubledSound } from './doubled-sound.ts';

/** By the first one is recognised what comes. */
const SENTENCES = [
  'Hello there',
  'What is your name?',
  'Could you tell me the way to the station please',
  'I want to leave now.',
];
/** Buffer of a browser's recorder, and the pieces into which published clients cut it. */
const BUFFER = 8192;
const PIECE = 1536;

/** A piece, and where in the talk it begins. */
type Sent = { readonly atMs: number; readonly from: number; readonly pcm: Int16Array };

/** Where each begins in the talk. */
let sentences: readonly Heard[] = [];
/** Three seconds of a quiet room, then each sentence and a pause. */
let talk = new Int16Array(0);

beforeAll(async () => {
  const spoken = await Promise.all(SENTENCES.map((words) => speakWithFlite(words, 'slt')));
  talk = Int16Array.from({ length: 72_000 }, (_, index) => 30 * Math.sin(index * index));
  sentences = spoken.map(({ pcm24k }) => {
    const from = talk.length;
    talk = Int16Array.from([...talk, ...pcm24k, ...new Int16Array(14_400)]);
    return { from, pcm: pcm24k };
  });
});

/** What a recorder sends that was opened so many samples after the other, perhaps half a sample beside it. */
function recorded(from: number, isBeside = false): Sent[] {
  const heard = isBeside ? talk.map((sample, index) => (sample + (talk[index + 1] ?? 0)) / 2) : talk;
  const sent: Sent[] = [];
  for (let at = from; at + BUFFER <= heard.length; at += BUFFER) {
    const atMs = wireSamplesToMs(at + BUFFER);
    for (let cut = 0; cut < BUFFER; cut += PIECE) {
      const from = at + cut;
      sent.push({ atMs, from, pcm: heard.slice(from, Math.min(from + PIECE, at + BUFFER)) });
    }
  }
  return sent;
}

/** A file that is sent so many times as fast as it plays. */
function pushed(pcm: Int16Array, times: number, piece: number): Sent[] {
  return Array.from({ length: Math.ceil(pcm.length / piece) }, (_, index) => {
    const from = index * piece;
    return { atMs: wireSamplesToMs(from + piece) / times, from, pcm: pcm.slice(from, from + piece) };
  });
}

function heardWhole(sent: readonly Sent[]): Heard[] {
  return sent.map(({ from, pcm }) => ({ from, pcm }));
}

type Heard = { readonly from: number; readonly pcm: Int16Array };

function hear(...recorders: Sent[][]) {
  const clock = new ManualClock();
  const recognised = vi.fn();
  const sound = new DoubledSound(clock, recognised);
  const heard = inTime(recorders).map(({ atMs, from, pcm }): Heard => {
    clock.advance(atMs - clock.nowMs());
    const fresh = sound.filter(pcm);
    return { from: from + pcm.length - fresh.length, pcm: fresh };
  });
  return { heard, times: recognised.mock.calls.length };
}

function inTime(recorders: Sent[][]): Sent[] {
  return recorders.flat().sort((one, other) => one.atMs - other.atMs);
}

/** Of each sentence the share that was heard once, neither left out nor again. */
function sharesHeardOnce(heard: readonly Heard[]): number[] {
  const times = new Uint8Array(talk.length);
  for (const { from, pcm } of heard) for (let at = 0; at < pcm.length; at += 1) times[from + at]! += 1;
  return sentences.map(({ from, pcm }) => {
    const own = times.subarray(from, from + pcm.length);
    return own.filter((count) => count === 1).length / own.length;
  });
}

/** What waves of sound do over time. */
const sustained = (second: number) => ({ loudness: 1, second });
const trembling = (second: number) => ({ loudness: 1, second: second + 0.001 * Math.sin(2 * Math.PI * 5 * second) });
const ringing = (second: number) => ({ loudness: second % 0.6 < 0.4 ? 1 : 0, second });

describe('sound that comes more than once', () => {
  it.each([
    ['two recorders', [0, 3771], [false, false]],
    ['two that are half a buffer apart', [0, 4096], [false, false]],
    ['two, half a sample beside one another', [0, 1500], [false, true]],
    ['three', [0, 2000, 5003], [false, true, false]],
    ['four', [0, 1000, 3000, 7000], [false, false, false, false]],
  ])('is heard once: %s', (_name, starts, besides) => {
    const { heard, times } = hear(...starts.map((start, index) => recorded(start, besides[index])));
    expect(times).toBe(1);
    for (const share of sharesHeardOnce(heard).slice(1)) expect(share).toBeGreaterThan(0.75);
  });

  it('is untouched where it comes once, at its own pace or as a file three times as fast', () => {
    const whole = heardWhole(recorded(0));
    expect(hear(recorded(0))).toEqual({ heard: whole, times: 0 });
    const hurried = recorded(0).map((sent) => ({ ...sent, atMs: sent.atMs / 3 }));
    expect(hear(hurried)).toEqual({ heard: whole, times: 0 });
  });

  it.each([
    ['in its pieces', PIECE],
    ['in pieces of 20 ms', 480],
    ['in pieces of 40 ms', 960],
  ])('is untouched where a file of any voice is pushed several times as fast, %s', async (_name, piece) => {
    const words = 'Why are you all so slow? Oh no, mama, I will not wait any more.';
    for (const voice of ['rms', 'slt', 'kal16'] as const) {
      const { pcm24k } = await speakWithFlite(words, voice);
      for (const times of [1.5, 2, 5]) {
        const sent = pushed(pcm24k, times, piece);
        expect([voice, times, hear(sent)]).toEqual([voice, times, { heard: heardWhole(sent), times: 0 }]);
      }
    }
  });

  it.each([
    ['a tone of 440 Hz', [440], sustained],
    ['one that trembles', [440], trembling],
    ['a ring tone', [400, 450], ringing],
    ['a key of a telephone', [697, 1209], sustained],
    ['a long vowel', [150, 300, 450, 600, 750, 900, 1050], sustained],
    ['one that is sung', [220, 440, 660, 880, 1100], trembling],
  ])('is untouched where %s is pushed several times as fast', (_name, frequencies, at) => {
    const pcm = Int16Array.from({ length: 72_000 }, (_, index) => {
      const { loudness, second } = at(index / 24_000);
      const waves = frequencies.map((frequency) => Math.sin(2 * Math.PI * frequency * second));
      return (loudness * 8000 * waves.reduce((sum, wave) => sum + wave, 0)) / frequencies.length;
    });
    for (const times of [2, 5]) {
      for (const piece of [480, 960, PIECE]) {
        const sent = pushed(pcm, times, piece);
        expect([times, piece, hear(sent)]).toEqual([times, piece, { heard: heardWhole(sent), times: 0 }]);
      }
    }
  });

  it('would be heard twice without', () => {
    expect(Math.max(...sharesHeardOnce(inTime([recorded(0), recorded(3771)])))).toBe(0);
  });
});
