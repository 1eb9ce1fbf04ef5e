import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../core/manual-clock.ts';
import { findEspeak } from './mouth/espeak-engine.ts';
import { VoiceSampler } from './voice-sampler.ts';

const logger = { debug() {}, info() {}, warn() {}, error() {} };
const sample = { text: 'Good morning.', voice: 'marin', language: 'en' };
const never = new AbortController().signal;

/** Ports that keep this process alive: each worker has one. */
const openPorts = () => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;

describe('samples of voices', () => {
  let sampler: VoiceSampler;
  afterEach(() => sampler.close());

  it('are spoken in a worker that leaves when nobody asks for a minute, and comes back', async () => {
    const clock = new ManualClock();
    sampler = new VoiceSampler(logger, clock);
    const before = openPorts();
    const first = await sampler.speak(sample, never);
    expect(openPorts()).toBe(before + 1);
    clock.advance(59_000);
    expect(openPorts()).toBe(before + 1);
    clock.advance(1_000);
    await expect.poll(openPorts, { timeout: 10_000 }).toBe(before);
    expect(await sampler.speak(sample, never)).toEqual(first);
  });

  it('tell when each of their phones is said, clause after clause', async () => {
    sampler = new VoiceSampler(logger);
    const spoken = await sampler.speak({ ...sample, text: 'Good morning, Bob. Have a pie.' }, never);
    if (spoken.kind !== 'spoken') throw new Error('Nothing was said.');
    const { phones, wav } = spoken;
    expect(phones.map(({ symbol }) => symbol).join(' ')).toMatch(/g uh d .*m ao r n .*pau.* b aa b .*pau.* p ay/);
    const durationMs = (wav.byteLength - 44) / 48;
    expect(phones.every(({ startMs, endMs }) => startMs < endMs && endMs <= durationMs + 1)).toBe(true);
    expect(phones.every(({ startMs }, index) => index === 0 || startMs >= (phones[index - 1]?.endMs ?? 0) - 0.01)).toBe(
      true,
    );
  });

  it('can be given up, and closing twice is closing once', async () => {
    sampler = new VoiceSampler(logger);
    await expect(sampler.speak(sample, AbortSignal.abort())).rejects.toThrow();
    await sampler.close();
    await sampler.close();
    expect((await sampler.speak(sample, never)).kind).toBe('spoken');
  });

  it.skipIf(findEspeak() !== null)('name the language that no engine here can speak', async () => {
    sampler = new VoiceSampler(logger);
    const chinese = { text: '您好！', voice: 'marin', language: 'zh-CN' };
    expect(await sampler.speak(chinese, never)).toEqual({ kind: 'unspeakable', language: 'zh' });
  });
});
