import { afterEach, expect, it, vi } from 'vitest';
import { openBrowserMicrophone } from './microphone.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const never = new Promise<never>(() => {});
const node = () => ({ connect() {}, disconnect() {}, port: { onmessage: null }, onaudioprocess: null });

/** A browser whose sound waits for a gesture, and whose recorder is `module`. */
function browser(module: Promise<void>) {
  const track = Object.assign(new EventTarget(), {
    stop: vi.fn(),
    muted: false,
    readyState: 'live',
    enabled: true,
    label: 'Built-in',
    getSettings: () => ({ deviceId: 'built-in' }),
  });
  const stream = { getTracks: () => [track], getAudioTracks: () => [track] };
  const used: string[] = [];
  class Context extends EventTarget {
    readonly sampleRate = 24_000;
    readonly state = 'suspended';
    readonly destination = {};
    readonly audioWorklet = { addModule: () => module };
    resume = () => never;
    close = async () => {};
    createMediaStreamSource = node;
    createScriptProcessor = () => {
      used.push('processor');
      return node();
    };
  }
  vi.stubGlobal('isSecureContext', true);
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia: async () => stream } });
  vi.stubGlobal('AudioContext', Context);
  vi.stubGlobal(
    'AudioWorkletNode',
    class {
      constructor() {
        used.push('worklet');
        Object.assign(this, node());
      }
    },
  );
  return { track, used };
}

it.each([
  ['worklet', Promise.resolve()],
  ['processor', never],
])('opens, by %s, where sound waits for a gesture, and says that none comes', async (way, module) => {
  vi.useFakeTimers();
  const { track, used } = browser(module);
  const onStalled = vi.fn();
  const opening = openBrowserMicrophone({ onChunk() {}, onStalled, onLost() {} }, { workletUrl: '/recorder.js' });
  await vi.advanceTimersByTimeAsync(10_000);
  const handle = await opening;
  expect(used).toEqual([way]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(onStalled).toHaveBeenCalledWith(true);
  handle.close();
  expect(track.stop).toHaveBeenCalled();
});
