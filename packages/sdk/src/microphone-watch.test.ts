import { buildProblem, buildSpeechStarted, buildSpeechStopped } from '@visavis/protocol';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { callProblem } from './call-problem.ts';
import { viewOf } from './element/avatar-view.ts';
import { wordsFor } from './element/avatar-words.ts';
import { MicrophoneWatch } from './microphone-watch.ts';
import { connected, settle } from './testing.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

class ScriptedContext extends EventTarget {
  state: AudioContextState = 'running';
  canResume = true;

  async resume(): Promise<void> {
    if (!this.canResume) throw new DOMException('not allowed', 'NotAllowedError');
    this.become('running');
  }

  become(state: AudioContextState): void {
    if (this.state === state) return;
    this.state = state;
    this.dispatchEvent(new Event('statechange'));
  }
}

class ScriptedTrack extends EventTarget {
  muted = false;

  become(muted: boolean): void {
    this.muted = muted;
    this.dispatchEvent(new Event(muted ? 'mute' : 'unmute'));
  }
}

function watched() {
  const [context, track] = [new ScriptedContext(), new ScriptedTrack()];
  const told: (boolean | 'dead')[] = [];
  const parts = {
    context,
    track,
    onStalled: (stalled: boolean) => told.push(stalled),
    onDead: () => told.push('dead'),
  };
  const watch = new MicrophoneWatch(parts as unknown as ConstructorParameters<typeof MicrophoneWatch>[0]);
  const hear = async (durationMs: number) => {
    for (let timeMs = 0; timeMs < durationMs; timeMs += 40) {
      watch.noteChunk();
      await vi.advanceTimersByTimeAsync(40);
    }
  };
  return { context, track, told, watch, hear };
}

it('resumes a context that was suspended, without a word where that helps at once', async () => {
  const { context, told, hear } = watched();
  await hear(1000);
  context.become('suspended');
  await hear(3000);
  expect(context.state).toBe('running');
  expect(told).toEqual([]);
});

it('says that no sound comes while a context may not run, and resumes it as soon as it may', async () => {
  const { context, told, hear } = watched();
  context.canResume = false;
  context.become('suspended');
  await vi.advanceTimersByTimeAsync(20_000);
  expect(told).toEqual([true]);
  context.canResume = true;
  await vi.advanceTimersByTimeAsync(500);
  expect(context.state).toBe('running');
  await hear(1000);
  expect(told).toEqual([true, false]);
});

it('says that a track is muted and that it is not any more', async () => {
  const { track, told, hear } = watched();
  await hear(500);
  track.become(true);
  expect(told).toEqual([true]);
  await hear(10_000);
  track.become(false);
  await hear(100);
  expect(told).toEqual([true, false]);
});

it('gives up a device that gives nothing though all says that it runs, and one that ended', async () => {
  const silent = watched();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(silent.told).toEqual([true, 'dead']);
  const ended = watched();
  ended.track.dispatchEvent(new Event('ended'));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(ended.told).toEqual(['dead']);
});

it('a call with a microphone without sound does not say that it listens, and tells when it is back', async () => {
  const { call, world } = await connected();
  const status = () => {
    const attributes = { label: 'Iris', poster: '', captions: true, typing: true } as never;
    const nothing = { preparing: false, fault: null, standing: null, card: 'unsure' } as const;
    return viewOf({ ...nothing, attributes, snapshot: call.snapshot }, wordsFor('en')).status;
  };
  expect(status()).toBe('Listening');
  world.microphones[0]?.listener.onStalled(true);
  expect(status()).toBe('No sound from the microphone');
  expect(call.snapshot.notice?.code).toBe('microphone-silent');
  world.microphones[0]?.listener.onStalled(false);
  expect(status()).toBe('Listening');
  expect(call.snapshot.notice).toBeNull();
});

it('opens a lost microphone again by itself, and when a device comes', async () => {
  const devices = new EventTarget();
  vi.stubGlobal('navigator', { mediaDevices: devices });
  const { call, world } = await connected();
  world.microphones[0]?.listener.onLost(callProblem('microphone-lost'));
  expect(call.snapshot).toMatchObject({ notice: { code: 'microphone-lost' }, microphone: { state: 'off' } });
  await vi.advanceTimersByTimeAsync(250);
  await settle();
  expect(call.snapshot).toMatchObject({ notice: null, microphone: { state: 'on' } });

  const open = world.openMicrophone;
  world.openMicrophone = async () => {
    throw new DOMException('gone', 'NotFoundError');
  };
  world.microphones[1]?.listener.onLost(callProblem('microphone-lost'));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(call.snapshot).toMatchObject({ notice: { code: 'microphone-lost' }, microphone: { state: 'off' } });
  world.openMicrophone = open;
  devices.dispatchEvent(new Event('devicechange'));
  await vi.advanceTimersByTimeAsync(250);
  expect(call.snapshot).toMatchObject({ notice: null, microphone: { state: 'on' } });

  world.microphones[2]?.listener.onLost(callProblem('microphone-lost'));
  call.stopMicrophone();
  devices.dispatchEvent(new Event('devicechange'));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(world.microphones).toHaveLength(3);
});

it('opens a microphone that was not there at the start when one is plugged in', async () => {
  const devices = new EventTarget();
  vi.stubGlobal('navigator', { mediaDevices: devices });
  const { call, world } = await connected({ microphone: 'manual' });
  const open = world.openMicrophone;
  world.openMicrophone = async () => {
    throw new DOMException('none', 'NotFoundError');
  };
  await call.startMicrophone();
  expect(call.snapshot.notice?.code).toBe('microphone-missing');
  await vi.advanceTimersByTimeAsync(60_000);
  world.openMicrophone = open;
  devices.dispatchEvent(new Event('devicechange'));
  await vi.advanceTimersByTimeAsync(250);
  expect(call.snapshot).toMatchObject({ notice: null, microphone: { state: 'on' } });
});

it('says that a microphone was forbidden in mid-call, and answers whoever asks for a lost one', async () => {
  const { call, world } = await connected();
  const failWith = (name: string) => {
    world.openMicrophone = async () => {
      throw new DOMException('no', name);
    };
  };
  failWith('NotFoundError');
  world.microphones[0]?.listener.onLost(callProblem('microphone-lost'));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(call.snapshot.notice?.code).toBe('microphone-lost');
  await call.startMicrophone();
  expect(call.snapshot.notice?.code).toBe('microphone-missing');

  const revoked = await connected();
  failWith('NotAllowedError');
  revoked.world.openMicrophone = world.openMicrophone;
  revoked.world.microphones[0]?.listener.onLost(callProblem('microphone-lost'));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(revoked.call.snapshot.notice?.code).toBe('microphone-denied');
});

it('lets a context run again from a gesture, where the browser wants one', async () => {
  const page = new EventTarget();
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
  const { context, watch } = watched();
  context.canResume = false;
  context.become('suspended');
  context.canResume = true;
  page.dispatchEvent(new Event('pointerup'));
  await settle();
  expect(context.state).toBe('running');
  watch.close();
  context.become('suspended');
  page.dispatchEvent(new Event('pointerup'));
  await settle();
  expect(context.state).toBe('suspended');
});

it('does not claim to listen to words whose sound was cut off', async () => {
  const { call, world } = await connected();
  const status = () => {
    const attributes = { label: 'Iris', poster: '', captions: true, typing: true } as never;
    const nothing = { preparing: false, fault: null, standing: null, card: 'unsure' } as const;
    return viewOf({ ...nothing, attributes, snapshot: call.snapshot }, wordsFor('en')).status;
  };
  world.socket.receive(buildSpeechStarted('i1', 0));
  expect(status()).toBe('Listening to you');
  world.microphones[0]?.listener.onStalled(true);
  expect(status()).toBe('No sound from the microphone');
  world.socket.receive(buildSpeechStopped('i1', 500));
  expect(status()).toBe('Thinking…');
});

it('opens a silent microphone anew for a person who wants it on', async () => {
  const { call, world } = await connected();
  world.microphones[0]?.listener.onStalled(true);
  expect(await call.startMicrophone()).toBe(true);
  expect(world.microphones.map(({ closed }) => closed)).toEqual([true, false]);
  expect(call.snapshot).toMatchObject({ notice: null, microphone: { state: 'on', stalled: false } });
  expect(await call.startMicrophone()).toBe(true);
  expect(world.microphones).toHaveLength(2);
});

it('does not open a device without end that opens but stays silent', async () => {
  const { call, world } = await connected();
  const lose = async () => {
    world.microphones.at(-1)?.listener.onLost(callProblem('microphone-lost'));
    await vi.advanceTimersByTimeAsync(10_000);
  };
  for (let round = 0; round < 10 && call.snapshot.microphone.state === 'on'; round += 1) await lose();
  expect(world.microphones).toHaveLength(4);
  expect(call.snapshot).toMatchObject({ notice: { code: 'microphone-lost' }, microphone: { state: 'off' } });
  expect(await call.startMicrophone()).toBe(true);
  world.microphones.at(-1)?.listener.onChunk({ pcm: new Int16Array(960), level: 0.1 });
  await lose();
  expect(call.snapshot).toMatchObject({ notice: null, microphone: { state: 'on' } });
});

it('takes no other trouble away when the microphone is back', async () => {
  const { call, world } = await connected();
  world.microphones[0]?.listener.onStalled(true);
  world.socket.receive(buildProblem('voice-failed', 'The voice failed.'));
  world.microphones[0]?.listener.onStalled(false);
  expect(call.snapshot.notice?.code).toBe('server-trouble');
});
