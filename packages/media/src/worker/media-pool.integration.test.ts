import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { mutateText, seededRandom } from '@visavis/protocol/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AUDIO_FRAME_MS } from '../core/audio-format.ts';
import { silentLogger } from '../core/logger.ts';
import { DEFAULT_TURN_DETECTION } from '../core/voice-port.ts';
import type { SessionCommand, SessionConfig, SessionEvent } from '../session/session-events.ts';
import { WORDS_THAT_BLOCK, WORDS_THAT_THROW } from '../voice/scripted/script.ts';
import { ReceivingClient } from '../webrtc/testing/receiving-client.ts';
import { waitUntil } from '../webrtc/testing/wait-until.ts';
import { MediaPool, type PooledCall } from './media-pool.ts';
import type { WorkerLoss } from './media-worker-process.ts';

const CANDIDATE = 'candidate:1 1 UDP 2114977791 127.0.0.1 40000 typ host';
const AVATARS = path.resolve(import.meta.dirname, '../../../../avatars');
/** The packet of silence is 36 bytes long; sound takes more. */
const SPEECH_PACKET_BYTES = 44;
const CLEARS = 3;
/** 200 ms of sound. */
const FRAMES_TO_STOP = 10;

const openCalls = new Set<TestCall>();

class TestCall {
  readonly events: SessionEvent[] = [];
  readonly client: ReceivingClient;
  readonly call: PooledCall;
  readonly sessionId: string;

  constructor(pool: MediaPool, overrides: Partial<SessionConfig> = {}) {
    this.client = new ReceivingClient();
    const config = configOf(overrides);
    this.sessionId = config.sessionId;
    const call = pool.open(config, (event) => this.#receive(event));
    if (call === null) throw new Error('The pool is full.');
    this.call = call;
    openCalls.add(this);
  }

  #receive(event: SessionEvent): void {
    this.events.push(event);
    if (event.type === 'ready') this.call.send({ type: 'begin' });
    if (event.type !== 'local-description') return;
    this.client.answer(event.description.sdp).then(
      (description) => this.call.send({ type: 'remote-description', description }),
      () => {},
    );
  }

  has(type: SessionEvent['type']): boolean {
    return this.events.some((event) => event.type === type);
  }

  event<Type extends SessionEvent['type']>(type: Type): Extract<SessionEvent, { type: Type }> {
    const found = this.events.find((event) => event.type === type);
    if (found === undefined)
      throw new Error(`No ${type}; events: ${this.events.map((event) => event.type).join(', ')}`);
    return found as Extract<SessionEvent, { type: Type }>;
  }

  /** Frames with sound among the packets from this one on. */
  soundFrames(from: number): number {
    return this.client.audioPackets.slice(from).filter(({ payload }) => payload.length > SPEECH_PACKET_BYTES).length;
  }

  async close(): Promise<void> {
    openCalls.delete(this);
    this.call.send({ type: 'close', reason: 'test-over' });
    await waitUntil(() => this.has('closed'));
    await this.client.close();
  }
}

function configOf(overrides: Partial<SessionConfig>): SessionConfig {
  return {
    sessionId: `session-${Math.round(performance.now() * 1000)}`,
    avatar: { id: 'iris', name: 'Iris', bundlePath: path.join(AVATARS, 'iris') },
    provider: 'local',
    model: 'gpt-realtime',
    voice: 'marin',
    language: 'en',
    prompt: 'You are a helper.',
    firstMessage: '',
    tools: [],
    turnDetection: DEFAULT_TURN_DETECTION,
    audioBack: false,
    widthPx: 256,
    heightPx: 256,
    iceServers: [],
    ...overrides,
  };
}

/** A hum whose last tenth of a second is a higher tone: the last word. */
function speechLike(durationMs: number): Uint8Array {
  const samples = new Int16Array((durationMs * 24_000) / 1000);
  const lastWordAt = samples.length - 2400;
  for (let index = 0; index < samples.length; index += 1) {
    const frequencyHz = index < lastWordAt ? 180 : 600;
    samples[index] = Math.round(8000 * Math.sin((2 * Math.PI * frequencyHz * index) / 24_000));
  }
  return new Uint8Array(samples.buffer);
}

describe('media workers', () => {
  let cachePath: string;
  let pool: MediaPool;
  const losses: WorkerLoss[] = [];

  beforeAll(async () => {
    cachePath = await mkdtemp(path.join(tmpdir(), 'visavis-pool-'));
    pool = new MediaPool({
      workerCount: 2,
      maxCallsPerWorker: 2,
      logger: silentLogger,
      onWorkerLost: (loss) => losses.push(loss),
      worker: {
        cachePath,
        logLevel: 'error',
        warmBundlePaths: [],
        widthPx: 256,
        heightPx: 256,
        publicAddresses: [],
        allowScriptedVoice: true,
      },
    });
    await pool.whenReady();
    await waitUntil(() => pool.stats().workers.every((worker) => worker.ready), 60_000);
  });

  afterEach(async () => {
    for (const call of openCalls) await call.close();
  });

  afterAll(async () => {
    await pool?.close();
    await rm(cachePath, { recursive: true, force: true });
  });

  it('carry a call to a second WebRTC stack: picture while listening, voice when asked', async () => {
    const call = new TestCall(pool, { firstMessage: 'Hello, good to see you.' });
    await waitUntil(() => call.client.videoPackets.length > 50, 60_000);
    await waitUntil(() => call.has('reply-done'), 30_000);
    expect(call.event('reply-text-done').text).toContain('good to see you');
    expect(call.event('reply-done')).toMatchObject({ interrupted: false, heardText: 'Hello, good to see you.' });
    expect(call.soundFrames(0) * AUDIO_FRAME_MS).toBeGreaterThan(0.5 * call.event('reply-done').playedMs);
  });

  it('play half a minute of sound pushed at once in full, with its last word, in transparency [19.transparency.needs] [19.transparency.traps] [22.10]', async () => {
    const call = new TestCall(pool, { provider: 'transparency', audioBack: true });
    await waitUntil(() => call.client.videoPackets.length > 0, 60_000);
    const pushed = speechLike(30_000);
    for (let start = 0; start < pushed.length; start += 3072) {
      call.call.send({ type: 'user-audio', bytes: pushed.slice(start, start + 3072) });
    }
    call.call.send({ type: 'user-audio-commit' });
    await waitUntil(() => call.has('reply-done'), 50_000);
    const done = call.event('reply-done');
    expect(done.interrupted).toBe(false);
    expect(done.playedMs).toBeGreaterThanOrEqual(29_990);
    const back = Buffer.concat(call.events.flatMap((event) => (event.type === 'reply-audio' ? [event.bytes] : [])));
    expect(back.subarray(-4800).equals(Buffer.from(pushed.subarray(-4800)))).toBe(true);
  });

  it('stop the mouth within 200 ms of the clear in transparency [19.transparency.traps] [22.10]', async () => {
    const call = new TestCall(pool, { provider: 'transparency' });
    await waitUntil(() => call.client.videoPackets.length > 0, 60_000);
    const framesBehindClear: number[] = [];
    for (let round = 0; round < CLEARS; round += 1) {
      call.events.length = 0;
      const before = call.client.audioPackets.length;
      call.call.send({ type: 'user-audio', bytes: speechLike(10_000) });
      await waitUntil(() => call.soundFrames(before) > 20);
      const atClear = call.client.audioPackets.length;
      call.call.send({ type: 'user-audio-clear' });
      // Told of at once: nobody has called this tool. The clear has counted by then.
      call.call.send({ type: 'tool-result', callId: 'behind-the-clear', output: '', reply: false });
      await waitUntil(() => call.has('failed'));
      const types = call.events.map(({ type }) => type);
      const { interrupted, playedMs } = call.event('reply-done');
      expect(types.indexOf('reply-done')).toBeLessThan(types.indexOf('failed'));
      expect(interrupted).toBe(true);
      expect(playedMs).toBeLessThan(9000);
      const behind = call.client.audioPackets.length;
      await waitUntil(() => call.client.audioPackets.length > behind + 5 * FRAMES_TO_STOP);
      // On the sound's own time line, which no slow machine stretches: what was sent in all, and what of it before the clear counted.
      expect(call.soundFrames(before) - playedMs / AUDIO_FRAME_MS).toBeLessThanOrEqual(FRAMES_TO_STOP);
      framesBehindClear.push(call.soundFrames(atClear));
    }
    // The clear's own way is part of it. A machine that is busy elsewhere may be late once, not each time.
    expect(Math.min(...framesBehindClear)).toBeLessThanOrEqual(FRAMES_TO_STOP);
  });

  it('take a full burst again after a clear', async () => {
    const call = new TestCall(pool, { provider: 'transparency', audioBack: true });
    await waitUntil(() => call.client.videoPackets.length > 0, 60_000);
    call.call.send({ type: 'user-audio', bytes: speechLike(50_000) });
    await waitUntil(() => call.has('reply-started'));
    call.call.send({ type: 'user-audio', bytes: new Uint8Array(1) });
    call.call.send({ type: 'user-audio-clear' });
    await waitUntil(() => call.has('reply-done'));
    const seen = call.events.length;
    const second = speechLike(30_000);
    call.call.send({ type: 'user-audio', bytes: second });
    call.call.send({ type: 'user-audio-commit' });
    const soundOf = () =>
      Buffer.concat(call.events.slice(seen).flatMap((event) => (event.type === 'reply-audio' ? [event.bytes] : [])));
    await waitUntil(() => soundOf().length >= second.length);
    expect(soundOf().equals(Buffer.from(second))).toBe(true);
  });

  it('leave nothing behind when calls are hung up while they start', async () => {
    const before = pool.stats().workers.map((worker) => worker.pid);
    for (let round = 0; round < 20; round += 1) {
      const call = new TestCall(pool);
      if (round % 2 === 1) await new Promise((resolve) => setTimeout(resolve, round));
      await call.close();
      expect(call.events.filter((event) => event.type === 'closed')).toHaveLength(1);
      expect(call.events.at(-1)?.type).toBe('closed');
    }
    expect(pool.stats().calls).toBe(0);
    expect(pool.stats().workers.map((worker) => worker.pid)).toEqual(before);
  });

  it('survive a thousand mangled commands while a neighbour talks on', async () => {
    const neighbour = new TestCall(pool, { firstMessage: 'Let us see.' });
    const pids = pool.stats().workers.map((worker) => worker.pid);
    await waitUntil(() => neighbour.client.videoPackets.length > 0, 60_000);
    const random = seededRandom(7);
    const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)] as Value;
    for (let round = 0; round < 10; round += 1) {
      const victim = new TestCall(pool, { provider: pick(['local', 'transparency', 'scripted']) });
      await waitUntil(() => victim.has('local-description'), 30_000);
      const offer = victim.event('local-description').description.sdp;
      for (let count = 0; count < 100; count += 1) {
        const sdp = mutateText(offer, random);
        victim.call.send(
          pick<SessionCommand>([
            { type: 'remote-description', description: { type: pick(['offer', 'answer']), sdp } },
            {
              type: 'remote-candidate',
              candidate: { candidate: mutateText(CANDIDATE, random), sdpMid: '9', sdpMLineIndex: -1 },
            },
            {
              type: 'configure',
              patch: { voice: mutateText('marin', random), tools: [{ name: '', description: '', parameters: {} }] },
            },
            { type: 'tool-result', callId: mutateText('c1', random), output: '\u0000', reply: true },
            { type: 'user-audio', bytes: new Uint8Array(Math.floor(random() * 5000)) },
            { type: 'image', dataUrl: mutateText('data:image/png;base64,AAAA', random), reply: random() < 0.2 },
            { type: 'user-text', text: mutateText('Hello there', random), reply: random() < 0.5 },
            { type: 'history', items: [{ role: 'user', text: mutateText('Hi', random) }] },
            { type: 'user-audio-clear' },
            { type: 'user-audio-commit' },
            { type: 'interrupt' },
            { type: 'begin' },
            { type: 'respond' },
          ]),
        );
      }
      const seen = neighbour.client.videoPackets.length;
      await waitUntil(() => neighbour.client.videoPackets.length > seen + 10, 20_000);
      if (!victim.has('closed')) await victim.close();
    }
    expect(neighbour.has('closed')).toBe(false);
    expect(pool.stats().workers.map((worker) => worker.pid)).toEqual(pids);
  });

  it('refuse an avatar that cannot be read and a voice that does not exist, and stay up', async () => {
    const blind = new TestCall(pool, { avatar: { id: 'x', name: 'X', bundlePath: '/nonexistent' } });
    await waitUntil(() => blind.has('closed'), 30_000);
    expect(blind.event('failed')).toMatchObject({ code: 'avatar-unreadable', fatal: true });
    const mute = new TestCall(pool, { provider: 'no-such-voice' });
    await waitUntil(() => mute.has('closed'), 30_000);
    expect(mute.event('failed')).toMatchObject({ code: 'voice-unavailable', fatal: true });
    expect(pool.stats().calls).toBe(0);
  });

  it('say when they are full', async () => {
    const calls = Array.from({ length: 4 }, () => new TestCall(pool));
    expect(pool.open(configOf({}), () => {})).toBeNull();
    await Promise.all(calls.map((call) => waitUntil(() => call.has('ready'), 60_000)));
    await Promise.all(calls.map((call) => call.close()));
    expect(pool.stats().calls).toBe(0);
  });

  it('die with their own calls only, and are replaced', async () => {
    const calls = [new TestCall(pool), new TestCall(pool)];
    await Promise.all(calls.map((call) => waitUntil(() => call.client.videoPackets.length > 0, 60_000)));
    const victim = pool.stats().workers[0]?.pid;
    if (victim === undefined) throw new Error('The worker has no process id.');
    process.kill(victim, 'SIGKILL');
    await waitUntil(() => calls.filter((call) => call.has('closed')).length === 1);
    const lost = calls.find((call) => call.has('closed'));
    const living = calls.find((call) => !call.has('closed'));
    expect(lost?.event('failed')).toMatchObject({ code: 'worker-lost', fatal: true });
    expect(lost?.events.at(-1)).toEqual({ type: 'closed', reason: 'worker-lost' });
    const seen = living?.client.videoPackets.length ?? 0;
    await waitUntil(() => (living?.client.videoPackets.length ?? 0) > seen + 25);
    await waitUntil(() => pool.stats().workers.every((worker) => worker.ready && worker.pid !== victim), 60_000);
    expect(pool.stats().replacedWorkers).toBe(1);
  });

  it('end only the call of which they cannot read a message', async () => {
    const pids = pool.stats().workers.map((worker) => worker.pid);
    const neighbour = new TestCall(pool);
    await waitUntil(() => neighbour.client.videoPackets.length > 0, 60_000);
    let parameters: Record<string, unknown> = {};
    for (let depth = 0; depth < 100_000; depth += 1) parameters = { p: parameters };
    const deep = new TestCall(pool, { tools: [{ name: 'deep', description: '', parameters }] });
    await waitUntil(() => deep.has('closed'));
    expect(deep.event('failed')).toMatchObject({ code: 'internal', fatal: true });
    const nested = `${'{"p":'.repeat(200)}{}${'}'.repeat(200)}`;
    const patched = new TestCall(pool);
    await waitUntil(() => patched.has('ready'), 60_000);
    const tools = [{ name: 'deep', description: '', parameters: JSON.parse(nested) }];
    patched.call.send({ type: 'configure', patch: { tools } });
    await waitUntil(() => patched.has('closed'));
    expect(patched.event('failed')).toMatchObject({ code: 'internal', fatal: true });
    const long = new TestCall(pool);
    await waitUntil(() => long.has('ready'), 60_000);
    long.call.send({ type: 'say', text: '['.repeat(200_000) });
    await waitUntil(() => long.has('closed'));
    const seen = neighbour.client.videoPackets.length;
    await waitUntil(() => neighbour.client.videoPackets.length > seen + 10);
    expect(neighbour.has('closed')).toBe(false);
    expect(pool.stats().workers.map((worker) => worker.pid)).toEqual(pids);
  });

  it('end only the call in whose work an error was not caught', async () => {
    const pids = pool.stats().workers.map((worker) => worker.pid);
    const calls = Array.from({ length: 4 }, () => new TestCall(pool, { provider: 'scripted' }));
    await Promise.all(calls.map((call) => waitUntil(() => call.has('ready'), 60_000)));
    calls[0]?.call.send({ type: 'user-text', text: WORDS_THAT_THROW, reply: false });
    await waitUntil(() => calls[0]?.has('closed') === true);
    expect(calls[0]?.event('failed')).toMatchObject({ code: 'internal', message: 'The script throws here.' });
    for (const call of calls.slice(1)) call.call.send({ type: 'say', text: 'Hello.' });
    await Promise.all(calls.slice(1).map((call) => waitUntil(() => call.has('reply-text-delta'))));
    expect(calls.filter((call) => call.has('closed'))).toHaveLength(1);
    expect(pool.stats().workers.map((worker) => worker.pid)).toEqual(pids);
  });

  it('are replaced when they hang, and the call that hung them is named', async () => {
    const calls = Array.from({ length: 4 }, () => new TestCall(pool, { provider: 'scripted' }));
    await Promise.all(calls.map((call) => waitUntil(() => call.has('ready'), 60_000)));
    const before = pool.stats();
    losses.length = 0;
    const blockedAtMs = performance.now();
    const [guilty] = calls;
    guilty?.call.send({ type: 'user-text', text: WORDS_THAT_BLOCK, reply: false });
    await waitUntil(() => calls.filter((call) => call.has('closed')).length === 2);
    expect(performance.now() - blockedAtMs).toBeGreaterThan(1500);
    for (const call of calls.filter((candidate) => candidate.has('closed'))) {
      expect(call.event('failed')).toMatchObject({ code: 'worker-lost', fatal: true });
      expect(call.events.at(-1)).toEqual({ type: 'closed', reason: 'worker-lost' });
    }
    expect(losses).toMatchObject([{ hung: true, suspectSessionId: guilty?.sessionId }]);
    expect(losses[0]?.sessionIds).toHaveLength(2);
    const [living] = calls.filter((call) => !call.has('closed'));
    living?.call.send({ type: 'say', text: 'Hello.' });
    await waitUntil(() => living?.has('reply-text-delta') === true);
    await waitUntil(() => pool.stats().workers.every((worker) => worker.ready), 60_000);
    expect(pool.stats().hungWorkers).toBe(before.hungWorkers + 1);
    expect(pool.stats().replacedWorkers).toBe(before.replacedWorkers + 1);
  });
});
