import {
  buildAudioDone,
  buildEnd,
  buildSessionCreated,
  buildSuccess,
  buildTranscriptDelta,
  buildTranscriptDone,
  buildUserTranscript,
  ERROR_CODES,
  endEvent,
} from '@visavis/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { callProblem } from './call-problem.ts';
import { bringUp, connected, iceServers, makeCall, offer, ScriptedWorld, settle } from './testing.ts';
import { VisavisCall } from './visavis-call.ts';

const chunk = { pcm: new Int16Array(960), level: 0.2 };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('ending', () => {
  it.each(ERROR_CODES)('explains %s', async (code) => {
    const { call, world } = await connected({ reconnectAttempts: 0 });
    world.socket.receive(buildEnd(code));
    expect(call.snapshot.state).toBe('ended');
    expect(call.snapshot.problem?.title).toMatch(/\.$/);
    // Callers cannot look into the list of avatars that the server speaks of.
    const advice = code === 'avatar-not-found' ? callProblem('avatar-unknown').advice : buildEnd(code).message;
    expect(call.snapshot.problem?.advice).toBe(advice);
    expect(call.snapshot.problem?.retryable).toBe(buildEnd(code).data.retryable);
    expect(world.microphones[0]?.closed).toBe(true);
    expect(world.peer.closed).toBe(true);
  });

  it('hangs up once', async () => {
    const { call, world } = await connected();
    const changes = vi.fn();
    call.hangUp();
    call.on('change', changes);
    call.hangUp();
    world.socket.drop(1006);
    expect(call.snapshot).toMatchObject({ state: 'ended', endReason: 'hung-up', problem: null });
    expect(world.socket.closedWith).toBe(1000);
    expect(changes).not.toHaveBeenCalled();
  });

  it('says when the server cannot be reached, refuses, or does not answer', () => {
    const first = makeCall();
    first.call.connect();
    first.world.socket.drop(1006);
    expect(first.call.snapshot.endReason).toBe('server-unreachable');

    const second = makeCall();
    second.call.connect();
    second.world.socket.open();
    second.world.socket.drop(4402, 'Insufficient points');
    expect(second.call.snapshot.endReason).toBe('insufficient-balance');

    const third = makeCall();
    third.call.connect();
    vi.advanceTimersByTime(15_000);
    expect(third.call.snapshot.endReason).toBe('server-unreachable');
  });

  it('says when the media do not come through', async () => {
    const first = makeCall();
    first.call.connect();
    first.world.socket.open();
    first.world.socket.receive(buildSuccess('s1', iceServers));
    vi.advanceTimersByTime(20_000);
    expect(first.call.snapshot.endReason).toBe('media-timeout');

    const second = makeCall();
    second.call.connect();
    second.world.socket.open();
    second.world.socket.receive(buildSuccess('s1', iceServers));
    second.world.socket.receive(offer);
    await settle();
    second.world.peer.become('failed');
    expect(second.call.snapshot.endReason).toBe('media-failed');
  });

  it('says when there is no WebRTC', () => {
    const world = new ScriptedWorld();
    const call = new VisavisCall(
      { host: 'wss://example.test', license: 'k', avatarId: 'a' },
      { ...world.environment, createPeer: null },
    );
    call.connect();
    expect(call.snapshot.endReason).toBe('media-unsupported');
    expect(world.sockets).toHaveLength(0);
  });
});

describe('reconnecting', () => {
  it('goes on with the talk so far as history', async () => {
    const { call, world } = await connected();
    world.socket.receive(buildUserTranscript('i1', 'Hi'));
    world.socket.receive(buildTranscriptDelta('r1', 'Hello'));
    world.socket.receive(buildTranscriptDone('r1', 'Hello'));
    world.socket.receive(buildAudioDone('r1', { interrupted: false, playedMs: 1, heardText: 'Hello' }));
    world.socket.drop(1006);
    expect(call.snapshot).toMatchObject({ state: 'reconnecting', ready: false });
    await vi.advanceTimersByTimeAsync(500);
    await bringUp(world);
    expect(world.sockets).toHaveLength(2);
    const items = world.socket.sent.filter(({ type }) => type === 'conversation.item.create');
    expect(items.map(({ item }) => (item as { role: string }).role)).toEqual(['user', 'assistant']);
    expect(call.snapshot.state).toBe('connected');
    expect(world.microphones).toHaveLength(1);
    world.microphones[0]?.listener.onChunk(chunk);
    expect(world.socket.sent.at(-1)?.type).toBe('realtime.input_audio_buffer.append');
  });

  it.each(['server-closing', 'worker-lost', 'slow-client'] as const)('goes on after %s', async (code) => {
    const { call, world } = await connected();
    const { closeCode, closeReason } = endEvent(code);
    // Told by an event, or by the close frame alone.
    const ends = [() => world.socket.receive(buildEnd(code)), () => world.socket.drop(closeCode, closeReason)];
    for (const end of ends) {
      end();
      expect(call.snapshot.state).toBe('reconnecting');
      await vi.advanceTimersByTimeAsync(500);
      // The server may be closing still.
      world.socket.open();
      end();
      await vi.advanceTimersByTimeAsync(2_000);
      await bringUp(world);
      expect(call.snapshot.state).toBe('connected');
      await vi.advanceTimersByTimeAsync(30_000);
    }
  });

  it('gives up a call that is lost whenever it is back, and has full patience again with one that lasted', async () => {
    const { call, world } = await connected();
    /** The worker crashes with every connection; returns the number of connections in this time. */
    const crash = async (durationMs: number) => {
      const before = world.sockets.length;
      world.socket.receive(buildEnd('worker-lost'));
      for (let timeMs = 0; timeMs < durationMs && call.snapshot.state === 'reconnecting'; timeMs += 100) {
        await vi.advanceTimersByTimeAsync(100);
        if (world.socket.readyState !== 0) continue;
        await bringUp(world);
        expect(call.snapshot.state).toBe('connected');
        world.socket.receive(buildEnd('worker-lost'));
      }
      return world.sockets.length - before;
    };
    expect(await crash(55_000)).toBeLessThan(20);
    while (world.socket.readyState !== 0) await vi.advanceTimersByTimeAsync(100);
    await bringUp(world);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(call.snapshot.state).toBe('connected');
    expect(await crash(55_000)).toBeLessThan(20);
    expect(call.snapshot.state).toBe('reconnecting');
    await crash(15_000);
    expect(call.snapshot.endReason).toBe('server-error');
  });

  it('counts attempts on while the call does not last', async () => {
    const { call, world } = await connected({ reconnectAttempts: 2 });
    for (const delayMs of [500, 2_000]) {
      world.socket.drop(1006);
      await vi.advanceTimersByTimeAsync(delayMs);
      await bringUp(world);
      expect(call.snapshot.state).toBe('connected');
      await vi.advanceTimersByTimeAsync(10_000);
    }
    world.socket.drop(1006);
    expect(call.snapshot.endReason).toBe('connection-lost');
  });

  it('gives up after the last attempt', async () => {
    const { call, world } = await connected({ reconnectAttempts: 2 });
    world.socket.drop(1006);
    await vi.advanceTimersByTimeAsync(500);
    world.socket.drop(1006);
    await vi.advanceTimersByTimeAsync(2_000);
    world.socket.drop(1006);
    expect(world.sockets).toHaveLength(3);
    expect(call.snapshot.endReason).toBe('server-unreachable');
  });

  it('goes on for at least a minute, ever more slowly, and says so', async () => {
    const { call, world } = await connected();
    world.socket.drop(1006);
    const startedAtMs = performance.now();
    let count = world.sockets.length;
    let lastedMs = 0;
    while (call.snapshot.state === 'reconnecting') {
      await vi.advanceTimersByTimeAsync(100);
      if (world.sockets.length > count) {
        count = world.sockets.length;
        lastedMs = performance.now() - startedAtMs;
        world.socket.drop(1006);
      }
    }
    expect(lastedMs).toBeGreaterThanOrEqual(60_000);
    expect(lastedMs).toBeLessThan(70_000);
    expect(count).toBeLessThan(20);
    expect(call.snapshot.endReason).toBe('server-unreachable');
  });

  it('comes back after an outage of 14 s in which packets vanish without a word', async () => {
    const { call, world } = await connected();
    world.peer.become('failed');
    await vi.advanceTimersByTimeAsync(14_000);
    expect(call.snapshot.state).toBe('reconnecting');
    const triedBefore = world.sockets.length;
    while (world.sockets.length === triedBefore) await vi.advanceTimersByTimeAsync(500);
    await bringUp(world);
    expect(call.snapshot.state).toBe('connected');
  });

  it('names the session that it goes on for, and is not put off by its own ghost', async () => {
    const { call, world } = await connected();
    world.socket.receive(buildSessionCreated('s1', { reconnectKey: 'secret' }));
    world.socket.drop(1006);
    await vi.advanceTimersByTimeAsync(500);
    const query = new URL(world.socket.url).searchParams;
    expect([query.get('replaces'), query.get('reconnectKey')]).toEqual(['s1', 'secret']);
    world.socket.open();
    world.socket.receive(buildEnd('connection-limit'));
    expect(call.snapshot.state).toBe('reconnecting');
    await vi.advanceTimersByTimeAsync(2_000);
    world.socket.open();
    world.socket.receive(buildEnd('invalid-licence'));
    expect(call.snapshot.endReason).toBe('refused');
  });

  it('waits for a connection that stutters', async () => {
    const { call, world } = await connected();
    world.peer.become('disconnected');
    expect(call.snapshot.state).toBe('reconnecting');
    world.peer.become('connected');
    expect(call.snapshot.state).toBe('connected');
    vi.advanceTimersByTime(60_000);
    expect(call.snapshot.state).toBe('connected');
    expect(world.sockets).toHaveLength(1);
  });
});

it('keeps its own advice when a server of another make refuses', async () => {
  const { call, world } = await connected();
  world.socket.receiveText('{"type":"conversation.connected.fail","data":{"message":"license bad"}}');
  expect(call.snapshot.problem).toEqual(callProblem('refused', { detail: 'license bad' }));
});
