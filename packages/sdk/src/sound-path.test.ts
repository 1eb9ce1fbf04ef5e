import { afterEach, describe, expect, it, vi } from 'vitest';
import { callProblem, microphoneProblem, problemCodes } from './call-problem.ts';
import type { MicrophoneListener } from './microphone.ts';
import { MicrophoneControl } from './microphone-control.ts';
import { MicrophoneGate } from './microphone-gate.ts';
import { PcmChunker } from './pcm-chunker.ts';
import { Resampler } from './resampler.ts';
import { createBrowserSoundMeter, SoundWaiter } from './sound-meter.ts';
import { settle } from './testing.ts';

function sine(frequencyHz: number, rateHz: number, samples: number): Float32Array {
  return Float32Array.from({ length: samples }, (_, index) => Math.sin((2 * Math.PI * frequencyHz * index) / rateHz));
}

function level(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}

function resample(input: Float32Array, fromHz: number, toHz: number, blockSamples: number): Float32Array {
  const resampler = new Resampler(fromHz, toHz);
  const output: number[] = [];
  for (let offset = 0; offset < input.length; offset += blockSamples) {
    output.push(...resampler.push(input.subarray(offset, offset + blockSamples)));
  }
  return Float32Array.from(output);
}

describe('Resampler', () => {
  it.each([48_000, 44_100, 16_000])('keeps speech frequencies from %d Hz', (rateHz) => {
    const output = resample(sine(1000, rateHz, rateHz), rateHz, 24_000, 480);
    expect(output.length).toBeGreaterThan(23_900);
    expect(output.length).toBeLessThanOrEqual(24_000);
    expect(level(output.subarray(500))).toBeCloseTo(Math.SQRT1_2, 2);
  });

  it('removes what 24 kHz cannot carry', () => {
    const output = resample(sine(18_000, 48_000, 48_000), 48_000, 24_000, 480);
    expect(level(output.subarray(500))).toBeLessThan(0.01);
  });

  it('gives the same samples whatever the block length', () => {
    const input = sine(440, 44_100, 4410);
    const whole = resample(input, 44_100, 24_000, 4410);
    const pieces = resample(input, 44_100, 24_000, 128);
    expect(pieces.length).toBe(whole.length);
    for (const [index, sample] of pieces.entries()) expect(sample).toBeCloseTo(whole[index] ?? 9, 5);
  });
});

describe('PcmChunker', () => {
  it('cuts chunks of one length, limits and measures them', () => {
    const chunks: { samples: number; first: number; level: number }[] = [];
    const chunker = new PcmChunker({
      inputRateHz: 24_000,
      outputRateHz: 24_000,
      chunkDurationMs: 40,
      onChunk: ({ pcm, level: chunkLevel }) =>
        chunks.push({ samples: pcm.length, first: pcm[0] ?? 0, level: chunkLevel }),
    });
    chunker.push(new Float32Array(1000).fill(2));
    chunker.push(new Float32Array(919).fill(0));
    expect(chunks).toEqual([{ samples: 960, first: 32_767, level: 1 }]);
    chunker.push(new Float32Array(1));
    expect(chunks).toHaveLength(2);
  });
});

describe('MicrophoneGate', () => {
  it('follows mute with a pause long enough to end the turn', () => {
    const gate = new MicrophoneGate();
    expect(gate.pass()).toBe('sound');
    gate.setMuted(true);
    const verdicts = Array.from({ length: 60 }, () => gate.pass());
    expect(verdicts.filter((verdict) => verdict === 'silence').length * 40).toBeGreaterThanOrEqual(1000);
    expect(verdicts.at(-1)).toBe('nothing');
    gate.setMuted(false);
    expect(gate.pass()).toBe('sound');
  });

  it('sends nothing before push-to-talk is first pressed, and lingers after it is let go', () => {
    const gate = new MicrophoneGate();
    gate.setPushToTalk(true);
    expect(gate.pass()).toBe('nothing');
    gate.setPressed(true);
    expect(gate.pass()).toBe('sound');
    gate.setPressed(false);
    expect([gate.pass(), gate.pass()]).toEqual(['sound', 'sound']);
    expect(Array.from({ length: 10 }, () => gate.pass()).at(-1)).toBe('silence');
  });
});

describe('MicrophoneControl', () => {
  function makeControl() {
    const listeners: MicrophoneListener[] = [];
    const close = vi.fn();
    const heard = { onStatus: vi.fn(), onProblem: vi.fn(), onSound: vi.fn(), onLevel: vi.fn() };
    const open = vi.fn(async (listener: MicrophoneListener) => {
      listeners.push(listener);
      return { device: { deviceId: '', label: '' }, close };
    });
    return { control: new MicrophoneControl(open, {}, heard), listeners, close, heard, open };
  }

  it('opens one device for two starts', async () => {
    const { control, open } = makeControl();
    const first = control.start();
    const second = control.start();
    expect(control.status.state).toBe('opening');
    expect(await Promise.all([first, second])).toEqual([true, true]);
    expect(open).toHaveBeenCalledOnce();
    expect(control.status.state).toBe('on');
  });

  it('sends sound only while push-to-talk is held', async () => {
    const { control, listeners, heard } = makeControl();
    control.setPushToTalk(true);
    await control.start();
    const chunk = { pcm: new Int16Array(960).fill(5), level: 0.3 };
    listeners[0]?.onChunk(chunk);
    expect(heard.onSound).not.toHaveBeenCalled();
    expect(heard.onLevel).toHaveBeenLastCalledWith(0);
    control.setPressed(true);
    listeners[0]?.onChunk(chunk);
    expect(heard.onSound).toHaveBeenLastCalledWith(chunk.pcm);
    expect(heard.onLevel).toHaveBeenLastCalledWith(0.3);
  });

  it('reports a lost device and can start again', async () => {
    const { control, listeners, heard, open } = makeControl();
    await control.start();
    listeners[0]?.onLost(callProblem('microphone-lost'));
    expect(control.status.state).toBe('off');
    expect(heard.onProblem).toHaveBeenCalledWith(expect.objectContaining({ code: 'microphone-lost' }));
    await control.start();
    expect(open).toHaveBeenCalledTimes(2);
  });

  it('closes a device that opens after stop', async () => {
    const { control, close } = makeControl();
    const started = control.start();
    control.stop();
    expect(await started).toBe(false);
    await settle();
    expect(close).toHaveBeenCalledOnce();
    expect(control.status.state).toBe('off');
  });
});

describe('SoundWaiter', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('waits for silence, then for sound', () => {
    vi.useFakeTimers();
    const levels = [0.2, 0.2, 0, 0, 0.1];
    let nowMs = 0;
    const waiter = new SoundWaiter(
      () => {
        nowMs += 20;
        return levels.shift() ?? 0;
      },
      () => nowMs,
    );
    const onSound = vi.fn();
    waiter.start(onSound);
    vi.advanceTimersByTime(1000);
    expect(onSound).toHaveBeenCalledExactlyOnceWith(80);
  });
});

describe('the meter of the voice', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('asks a browser that has suspended it once, not at each reading, and again at a step of the person', () => {
    const context = {
      state: 'suspended',
      onstatechange: null as (() => void) | null,
      resume: vi.fn(async () => undefined),
      createAnalyser: () => ({ fftSize: 0, getFloatTimeDomainData: (samples: Float32Array) => samples.fill(0.5) }),
      createMediaStreamSource: () => ({ connect: () => undefined }),
      close: async () => undefined,
    };
    vi.stubGlobal('AudioContext', function AudioContext() {
      return context;
    });
    const meter = createBrowserSoundMeter({ getAudioTracks: () => [{}] } as unknown as MediaStream);
    for (let reading = 0; reading < 50; reading += 1) expect(meter?.level()).toBe(0.5);
    expect(context.resume).toHaveBeenCalledTimes(1);
    meter?.listen();
    expect(context.resume).toHaveBeenCalledTimes(2);
    context.state = 'running';
    context.onstatechange?.();
    expect(context.resume).toHaveBeenCalledTimes(2);
    context.state = 'suspended';
    context.onstatechange?.();
    expect(context.resume).toHaveBeenCalledTimes(3);
    meter?.close();
    expect(context.onstatechange).toBeNull();
  });
});

describe('problems', () => {
  it.each([
    ['NotAllowedError', 'microphone-denied'],
    ['NotFoundError', 'microphone-missing'],
    ['NotReadableError', 'microphone-busy'],
    ['TypeError', 'microphone-unsupported'],
  ])('names %s', (name, code) => {
    expect(microphoneProblem(Object.assign(new Error('x'), { name })).code).toBe(code);
  });

  it.each(problemCodes)('explains %s in sentences', (code) => {
    const { title, advice } = callProblem(code);
    expect(title).toMatch(/^[A-Z].+\.$/);
    expect(advice).toMatch(/^[A-Z].+\.$/);
  });
});
