import {
  buildAudioDone,
  buildEnd,
  buildHeartbeat,
  buildSessionCreated,
  buildSessionUpdated,
  buildSuccess,
  buildToolCallDone,
  buildTranscriptDelta,
  buildTranscriptDone,
} from '@visavis/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bringUp, connected, iceServers, makeCall, type ScriptedWorld, settle } from './testing.ts';

/** Milliseconds by which the page's clock has jumped. */
let jumpedMs = 0;

beforeEach(() => {
  vi.useFakeTimers();
  jumpedMs = 0;
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + jumpedMs);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** The server lives for so long. */
async function beat(world: ScriptedWorld, durationMs: number): Promise<void> {
  for (let timeMs = 0; timeMs < durationMs; timeMs += 4_000) {
    world.socket.receive(buildHeartbeat(4_000));
    await vi.advanceTimersByTimeAsync(4_000);
  }
}

const licenseOf = (world: ScriptedWorld) => new URL(world.socket.url).searchParams.get('license');

describe('a connection that dies without a word', () => {
  it('is noticed by heartbeats that do not come, and built again in the place of the old one', async () => {
    const { call, world } = await connected();
    world.socket.receive(buildSessionCreated('s1', { reconnectKey: 'secret' }));
    const records = vi.fn();
    call.on('wire', records);
    await beat(world, 40_000);
    expect(call.snapshot.state).toBe('connected');
    expect(records).not.toHaveBeenCalled();
    const dead = world.socket;
    await vi.advanceTimersByTimeAsync(9_000);
    expect(call.snapshot.state).toBe('reconnecting');
    expect(dead.closedWith).toBe(1000);
    await vi.advanceTimersByTimeAsync(500);
    expect(new URL(world.socket.url).searchParams.get('replaces')).toBe('s1');
    await bringUp(world);
    expect(call.snapshot.state).toBe('connected');
  });

  it('is not suspected where the server sends no heartbeats, and any message is a sign of life', async () => {
    const plain = await connected();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(plain.call.snapshot.state).toBe('connected');
    const { call, world } = await connected();
    await beat(world, 4_000);
    for (let round = 0; round < 10; round += 1) {
      world.socket.receive(buildTranscriptDelta('r1', 'and '));
      await vi.advanceTimersByTimeAsync(10_000);
    }
    expect(call.snapshot.state).toBe('connected');
  });

  it('is noticed sooner when the page is back or the machine has slept, and a living one goes on', async () => {
    const { call, world } = await connected();
    await beat(world, 4_000);
    jumpedMs += 3_600_000;
    await vi.advanceTimersByTimeAsync(500);
    expect(call.snapshot.state).toBe('connected');
    await beat(world, 20_000);
    expect(call.snapshot.state).toBe('connected');
    jumpedMs += 3_600_000;
    await vi.advanceTimersByTimeAsync(7_000);
    expect(call.snapshot.state).toBe('reconnecting');
    await vi.advanceTimersByTimeAsync(500);
    await bringUp(world);
    await beat(world, 4_000);
    world.socket.receive(buildHeartbeat(4_000));
    world.returnToPage();
    await vi.advanceTimersByTimeAsync(6_600);
    expect(call.snapshot.state).toBe('reconnecting');
  });
});

describe('a call that is being built', () => {
  it('waits for a server that lives and is busy with its first face, but not for media that fail to come', async () => {
    const { call, world } = makeCall();
    call.connect();
    world.socket.open();
    world.socket.receive(buildSuccess('s1', iceServers));
    await beat(world, 52_000);
    expect(call.snapshot.state).toBe('connecting');
    world.socket.receive(buildSessionUpdated('s1'));
    await beat(world, 16_000);
    expect(call.snapshot.state).toBe('connecting');
    await beat(world, 4_000);
    expect(call.snapshot.endReason).toBe('media-timeout');
  });
});

describe('a call that is lost', () => {
  it('is tried at once when the browser is online again, and with patience of its own', async () => {
    const { call, world } = await connected();
    world.socket.drop(1006);
    while (world.sockets.length < 6) {
      await vi.advanceTimersByTimeAsync(500);
      if (world.socket.readyState === 0 && world.sockets.length > 1) world.socket.drop(1006);
    }
    await vi.advanceTimersByTimeAsync(1_200);
    expect(world.sockets).toHaveLength(6);
    world.returnToPage();
    expect(world.sockets).toHaveLength(7);
    // An attempt that hangs since before the network came back is begun anew; one that has just begun is not.
    world.returnToPage();
    expect(world.sockets).toHaveLength(7);
    await vi.advanceTimersByTimeAsync(1_500);
    world.returnToPage();
    expect(world.sockets).toHaveLength(8);
    await bringUp(world);
    expect(call.snapshot.state).toBe('connected');
    world.returnToPage();
    expect(world.sockets).toHaveLength(8);
    call.hangUp();
    expect(world.pageReturns.size).toBe(0);
  });

  it('does not lose its patience while the machine sleeps', async () => {
    const { call, world } = await connected();
    world.socket.drop(1006);
    await vi.advanceTimersByTimeAsync(500);
    jumpedMs += 3_600_000;
    world.socket.drop(1006);
    expect(call.snapshot.state).toBe('reconnecting');
    await vi.advanceTimersByTimeAsync(2_000);
    await bringUp(world);
    expect(call.snapshot.state).toBe('connected');
  });

  it('comes back to captions and tools of its own, though the new session counts from the beginning', async () => {
    const ask = { turnId: 'r1', callId: 'c1', name: 'add', argumentsJson: '{}', outputIndex: 0 };
    const answers: ((value: string) => void)[] = [];
    const onToolCall = () => new Promise<string>((resolve) => void answers.push(resolve));
    const { call, world } = await connected({ onToolCall });
    const say = (text: string) => {
      world.socket.receive(buildTranscriptDelta('reply_1', text));
      world.socket.receive(buildTranscriptDone('reply_1', text));
      world.socket.receive(buildAudioDone('reply_1', { interrupted: false, playedMs: 1, heardText: text }));
    };
    say('Before.');
    world.socket.receive(buildToolCallDone(ask));
    world.socket.drop(1006);
    await vi.advanceTimersByTimeAsync(500);
    await bringUp(world);
    say('After.');
    expect(call.snapshot.captions.map(({ text }) => text)).toEqual(['Before.', 'After.']);
    world.socket.receive(buildToolCallDone(ask));
    expect(answers).toHaveLength(2);
    const before = world.socket.sent.length;
    answers[1]?.('new');
    await settle();
    answers[0]?.('old');
    await settle();
    const sent = world.socket.sent.slice(before).map(({ item, type }) => (item as { output?: string })?.output ?? type);
    expect(sent).toEqual(['new', 'response.create']);
  });
});

describe('a token that has expired', () => {
  const tokens = () => {
    let count = 0;
    return vi.fn(async () => {
      count += 1;
      return `fresh-${count}`;
    });
  };

  /** Whoever asks waits until one is given. */
  const slowTokens = () => {
    const waiting: ((token: string) => void)[] = [];
    const getToken = vi.fn(() => new Promise<string>((resolve) => void waiting.push(resolve)));
    return { getToken, give: (token: string) => waiting.shift()?.(token) };
  };
  /** The page has come back while a token in place of the refused one was being asked for. */
  const triedAgainWhileAsked = async () => {
    const { getToken, give } = slowTokens();
    const { call, world } = await connected({ license: 'stale', getToken });
    world.socket.drop(1006);
    await vi.advanceTimersByTimeAsync(500);
    world.socket.open();
    world.socket.receive(buildEnd('expired-token'));
    await vi.advanceTimersByTimeAsync(1_500);
    world.returnToPage();
    return { getToken, give, call, world };
  };

  it('is replaced when the call is being built again', async () => {
    const getToken = tokens();
    const { call, world } = await connected({ license: 'stale', getToken });
    expect(getToken).not.toHaveBeenCalled();
    world.socket.drop(1006);
    await vi.advanceTimersByTimeAsync(500);
    expect(licenseOf(world)).toBe('stale');
    world.socket.open();
    world.socket.receive(buildEnd('expired-token'));
    expect(call.snapshot.state).toBe('reconnecting');
    await settle();
    expect(licenseOf(world)).toBe('fresh-1');
    await bringUp(world);
    expect(call.snapshot.state).toBe('connected');
    await vi.advanceTimersByTimeAsync(30_000);
    // The next loss begins with the token that worked last, and may ask again.
    world.socket.drop(1006);
    await vi.advanceTimersByTimeAsync(500);
    expect(licenseOf(world)).toBe('fresh-1');
    world.socket.open();
    world.socket.drop(4401, 'Token expired');
    await settle();
    expect(licenseOf(world)).toBe('fresh-2');
  });

  it('is replaced at the first start, which begins without one too', async () => {
    const { call, world } = makeCall({ license: 'stale', getToken: tokens() });
    call.connect();
    world.socket.open();
    world.socket.receive(buildEnd('invalid-licence'));
    await settle();
    expect(licenseOf(world)).toBe('fresh-1');
    await bringUp(world);
    expect(call.snapshot.state).toBe('connected');

    const second = makeCall({ license: '', getToken: tokens() });
    second.call.connect();
    expect(second.world.sockets).toHaveLength(0);
    await settle();
    expect(licenseOf(second.world)).toBe('fresh-1');
  });

  it('ends the call when a fresh one is refused as well, and when another thing is wrong', async () => {
    const { call, world } = makeCall({ license: 'stale', getToken: tokens() });
    call.connect();
    for (let round = 0; round < 2; round += 1) {
      world.socket.open();
      world.socket.receive(buildEnd('expired-token'));
      await settle();
    }
    expect(world.sockets).toHaveLength(2);
    expect(call.snapshot).toMatchObject({ state: 'ended', endReason: 'refused' });

    const getToken = tokens();
    const other = makeCall({ license: 'good', getToken });
    other.call.connect();
    other.world.socket.open();
    other.world.socket.receive(buildEnd('origin-not-allowed'));
    expect(other.call.snapshot.endReason).toBe('refused');
    expect(getToken).not.toHaveBeenCalled();
  });

  it('is asked for again while the page has none to give, and ends a first start with a reason', async () => {
    const getToken = vi.fn().mockRejectedValueOnce(new Error('shop is closed')).mockResolvedValue('fresh');
    const first = makeCall({ license: 'stale', getToken });
    first.call.connect();
    first.world.socket.open();
    first.world.socket.receive(buildEnd('expired-token'));
    await settle();
    expect(first.call.snapshot.problem).toMatchObject({ code: 'token-unavailable', detail: 'shop is closed' });

    getToken.mockRejectedValueOnce(new Error('shop is closed'));
    const { call, world } = await connected({ license: 'stale', getToken });
    world.socket.drop(1006);
    await vi.advanceTimersByTimeAsync(500);
    world.socket.open();
    world.socket.receive(buildEnd('expired-token'));
    await settle();
    expect(call.snapshot.state).toBe('reconnecting');
    await vi.advanceTimersByTimeAsync(2_000);
    world.socket.open();
    world.socket.receive(buildEnd('expired-token'));
    await settle();
    expect(licenseOf(world)).toBe('fresh');
  });

  it('is not asked for twice when the fresh one comes while the old one is tried again', async () => {
    const { getToken, give, call, world } = await triedAgainWhileAsked();
    expect(licenseOf(world)).toBe('stale');
    world.socket.open();
    give('fresh');
    await settle();
    world.socket.receive(buildEnd('expired-token'));
    expect(licenseOf(world)).toBe('fresh');
    await bringUp(world);
    expect(call.snapshot.state).toBe('connected');
    expect(getToken).toHaveBeenCalledTimes(1);
  });

  it('is replaced also when it came late, to a call that was back without it', async () => {
    const { give, call, world } = await triedAgainWhileAsked();
    await bringUp(world);
    give('late');
    await settle();
    await vi.advanceTimersByTimeAsync(3_600_000);
    world.socket.drop(1006);
    await vi.advanceTimersByTimeAsync(500);
    expect(licenseOf(world)).toBe('late');
    world.socket.open();
    world.socket.receive(buildEnd('expired-token'));
    give('fresh');
    await settle();
    expect(licenseOf(world)).toBe('fresh');
    expect(call.snapshot.state).toBe('reconnecting');
  });

  it('starts no call that was hung up meanwhile, and is not waited for without end', async () => {
    let give: (token: string) => void = () => undefined;
    const getToken = () =>
      new Promise<string>((resolve) => {
        give = resolve;
      });
    const { call, world } = makeCall({ getToken, license: '' });
    call.connect();
    call.hangUp();
    give('late');
    await settle();
    expect(world.sockets).toHaveLength(0);

    const patient = makeCall({ getToken, license: '' });
    patient.call.connect();
    await vi.advanceTimersByTimeAsync(15_000);
    expect(patient.call.snapshot.endReason).toBe('token-unavailable');
    give('late');
    await settle();
    expect(patient.world.sockets).toHaveLength(0);
  });
});
