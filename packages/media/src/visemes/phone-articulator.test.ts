import { describe, expect, test } from 'vitest';
import { ARTICULATION_CHANNELS, type Articulation, type PhoneTiming } from '../core/articulation.ts';
import { PhoneArticulator } from './phone-articulator.ts';
import { phoneShape } from './phone-targets.ts';

/** `"pau 200 m 60 aa 150"` to timings that follow each other. */
function phones(line: string): PhoneTiming[] {
  const words = line.split(' ');
  const result: PhoneTiming[] = [];
  let startMs = 0;
  for (let index = 0; index < words.length; index += 2) {
    const endMs = startMs + Number(words[index + 1]);
    result.push({ symbol: words[index] ?? '', startMs, endMs });
    startMs = endMs;
  }
  return result;
}

function articulate(timings: readonly PhoneTiming[]): Articulation[] {
  const articulator = new PhoneArticulator();
  articulator.append(timings);
  const frame = new Float32Array(ARTICULATION_CHANNELS.length);
  return Array.from({ length: Math.ceil((timings.at(-1)?.endMs ?? 0) / 10) }, (_, index) => {
    articulator.writeFrame(index, frame, 0);
    return Object.fromEntries(ARTICULATION_CHANNELS.map((name, channel) => [name, frame[channel]])) as Articulation;
  });
}

const SENTENCE = phones(
  'pau 200 dh 40 ax 50 m 60 ae 130 n 60 b 70 ih 60 l 60 t 70 dh 30 ax 40 b 60 ow 170 t 60 f 80 ao 110 r 70 y 60 uw 180 s 90 p 80 iy 110 ch 100 pau 300',
);

describe('articulation from phones', () => {
  test.each(['p', 'b', 'm'])('a 60 ms %s between open vowels is fully closed with the jaw up', (symbol) => {
    const frames = articulate(phones(`pau 100 aa 140 ${symbol} 60 aa 140 pau 100`));
    expect(frames[24]?.closure).toBe(1);
    expect(frames[25]?.closure).toBe(1);
    expect(frames[26]?.closure).toBe(1);
    expect(frames[26]?.jaw).toBeLessThan(0.5);
    expect(frames[17]?.closure).toBe(0);
    expect(frames[36]?.closure).toBe(0);
  });

  test('a stop opens with its burst, a nasal stays shut to its end', () => {
    expect(articulate(phones('aa 100 p 120 aa 100'))[21]?.closure).toBeLessThan(0.3);
    expect(articulate(phones('aa 100 m 120 aa 100'))[21]?.closure).toBe(1);
  });

  test('the lips round ahead of uw and the preceding consonant is already rounded', () => {
    const frames = articulate(phones('iy 150 t 80 uw 200 pau 200'));
    const peak = Math.max(...frames.map((frame) => frame.round));
    expect(peak).toBeGreaterThan(0.75);
    expect(frames[22]?.round).toBeGreaterThan(peak / 2);
    expect(frames[19]?.round).toBeGreaterThan(frames[16]?.round ?? 1);
    expect(frames[5]?.round).toBeLessThan(0.1);
  });

  test('vowels differ: aa opens, iy spreads, uw rounds', () => {
    const [aa, iy, uw] = ['aa', 'iy', 'uw'].map((vowel) => articulate(phones(`pau 100 ${vowel} 200 pau 100`))[20]);
    expect(aa?.jaw).toBeGreaterThan(0.85);
    expect(iy?.jaw).toBeLessThan(0.3);
    expect(iy?.wide).toBeGreaterThan(0.8);
    expect(uw?.round).toBeGreaterThan(0.8);
    expect(uw?.wide).toBeLessThan(0.1);
  });

  test('the other gestures have their channels', () => {
    expect(articulate(phones('aa 100 f 80 aa 100'))[13]?.labiodental).toBe(1);
    expect(articulate(phones('aa 100 s 80 aa 100'))[13]?.sibilant).toBe(1);
    expect(articulate(phones('aa 100 th 80 aa 100'))[13]?.tongue).toBe(1);
  });

  test('pauses are rest, away from the speech beside them', () => {
    const frames = articulate(phones('pau 300 aa 200 pau 400'));
    for (const index of [0, 10, 20, 60, 75, 89]) {
      for (const name of ARTICULATION_CHANNELS) expect(frames[index]?.[name]).toBe(0);
    }
    expect(frames[40]?.jaw).toBeGreaterThan(0.8);
  });

  test('frames change smoothly; only gestures are quick', () => {
    const frames = articulate(SENTENCE);
    for (let index = 1; index < frames.length; index++) {
      for (const name of ['jaw', 'wide', 'round'] as const) {
        const step = Math.abs((frames[index]?.[name] ?? 0) - (frames[index - 1]?.[name] ?? 0));
        expect(step).toBeLessThan(0.2);
      }
      for (const name of ARTICULATION_CHANNELS) {
        const value = frames[index]?.[name] ?? -1;
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
        expect(Math.abs(value - (frames[index - 1]?.[name] ?? 0))).toBeLessThan(0.5);
      }
    }
  });

  test('batches of phones give the frames of one batch where nothing comes later', () => {
    const whole = new PhoneArticulator();
    whole.append(SENTENCE);
    const batched = new PhoneArticulator();
    for (const phone of SENTENCE) batched.append([phone]);
    const expected = new Float32Array(ARTICULATION_CHANNELS.length);
    const actual = new Float32Array(ARTICULATION_CHANNELS.length);
    for (let index = 0; index < 200; index++) {
      whole.writeFrame(index, expected, 0);
      batched.writeFrame(index, actual, 0);
      expect(actual).toEqual(expected);
      expect(batched.covers(index)).toBe(whole.covers(index));
    }
  });

  test('a symbol nobody knows looks like a schwa', () => {
    expect(phoneShape('!x')).toBe(phoneShape('@@'));
    expect(phoneShape('!x').parts[0]?.target).toEqual(phoneShape('ax').parts[0]?.target);
  });
});
