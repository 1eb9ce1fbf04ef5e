import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../core/logger.ts';
import { ManualClock } from '../../core/manual-clock.ts';
import { DEFAULT_TURN_DETECTION, type VoiceConfig, type VoiceEvent } from '../../core/voice-port.ts';
import { createTransparencyVoice } from './transparency-voice.ts';

const CONFIG: VoiceConfig = {
  voice: '',
  prompt: '',
  firstMessage: '',
  avatarName: '',
  language: 'en',
  model: 'transparency',
  tools: [],
  turnDetection: DEFAULT_TURN_DETECTION,
};

async function build(gapMs?: number) {
  const clock = new ManualClock();
  const events: VoiceEvent[] = [];
  const abort = new AbortController();
  const provider = createTransparencyVoice({ clock, logger: silentLogger, ...(gapMs === undefined ? {} : { gapMs }) });
  const session = await provider.open(CONFIG, (event) => events.push(event), abort.signal);
  const types = () => events.map((event) => event.type);
  const samples = () => events.reduce((sum, event) => sum + (event.type === 'audio' ? event.pcm.length : 0), 0);
  return { clock, events, abort, provider, session, types, samples };
}

function words(durationMs: number): Int16Array {
  return Int16Array.from({ length: durationMs * 24 }, (_, n) => 1 + (n % 5_000));
}

describe('transparency voice', () => {
  it('wants every sample, and makes a reply of what comes until the commit [19.transparency.traps]', async () => {
    const { session, events, types, provider, clock } = await build();
    expect(provider).toMatchObject({ id: 'transparency', capabilities: { detectsTurns: true } });
    const chunks = [words(64), words(64), new Int16Array(350 * 24)];
    for (const pcm of chunks) session.send({ type: 'audio', pcm });
    session.send({ type: 'user-turn-stopped', itemId: 'item_1' });
    expect(types()).toEqual(['turn-started', 'audio', 'audio', 'audio', 'turn-done']);
    expect(events.flatMap((event) => (event.type === 'audio' ? [event.pcm] : []))).toEqual(chunks);
    expect(new Set(events.map((event) => ('turnId' in event ? event.turnId : '')))).toHaveProperty('size', 1);
    clock.advance(5_000);
    expect(events.length).toBe(5);
  });

  it('takes half a minute of sound that comes within one second, whole [19.transparency.traps] [22.10]', async () => {
    const { session, clock, samples, types } = await build();
    for (let k = 0; k < 150; k++) {
      session.send({ type: 'audio', pcm: words(200) });
      clock.advance(1_000 / 150);
    }
    clock.advance(1_000);
    expect(samples()).toBe(30 * 24_000);
    expect(types().filter((type) => type !== 'audio')).toEqual(['turn-started', 'turn-done']);
  });

  it('ends a reply after the gap, and begins another with the next sound', async () => {
    const { session, clock, types, events } = await build(400);
    session.send({ type: 'audio', pcm: words(100) });
    clock.advance(399);
    session.send({ type: 'audio', pcm: words(100) });
    clock.advance(399);
    expect(types()).toEqual(['turn-started', 'audio', 'audio']);
    clock.advance(1);
    session.send({ type: 'audio', pcm: words(100) });
    expect(types()).toEqual(['turn-started', 'audio', 'audio', 'turn-done', 'turn-started', 'audio']);
    expect((events[0] as { turnId: string }).turnId).not.toBe((events[4] as { turnId: string }).turnId);
  });

  it('drops the rest when cancelled, and only for the reply that is meant', async () => {
    const { session, events, types } = await build();
    session.send({ type: 'audio', pcm: words(100) });
    const { turnId } = events[0] as { turnId: string };
    session.send({ type: 'cancel', turnId: 'another', playedMs: 0, heardText: '' });
    expect(types()).toEqual(['turn-started', 'audio']);
    session.send({ type: 'cancel', turnId, playedMs: 40, heardText: '' });
    session.send({ type: 'audio', pcm: words(100) });
    expect(types()).toEqual(['turn-started', 'audio', 'turn-done', 'turn-started', 'audio']);
  });

  it('does not begin or prolong a reply with digital silence, and ignores empty sound', async () => {
    const { session, clock, types } = await build();
    session.send({ type: 'audio', pcm: new Int16Array(480) });
    session.send({ type: 'audio', pcm: new Int16Array(0) });
    session.send({ type: 'user-turn-stopped', itemId: 'item_1' });
    expect(types()).toEqual([]);
    session.send({ type: 'audio', pcm: words(20) });
    for (let k = 0; k < 40; k++) {
      clock.advance(20);
      session.send({ type: 'audio', pcm: new Int16Array(480) });
    }
    expect(types().at(-1)).toBe('turn-done');
  });

  it('ends a request for a reply at once, without sound', async () => {
    const { session, events } = await build();
    session.send({ type: 'respond', turnId: 'a' });
    session.send({ type: 'say', turnId: 'b', text: 'hello' });
    session.send({ type: 'text', itemId: 'c', text: 'hello' });
    expect(events).toEqual([
      { type: 'turn-done', turnId: 'a' },
      { type: 'turn-done', turnId: 'b' },
    ]);
  });

  it.each(['close', 'abort', 'provider'] as const)('is silent and holds no timer after %s', async (way) => {
    const { session, clock, events, abort, provider } = await build();
    session.send({ type: 'audio', pcm: words(100) });
    if (way === 'close') await session.close();
    else if (way === 'abort') abort.abort();
    else await provider.close();
    await session.close();
    session.send({ type: 'audio', pcm: words(100) });
    clock.advance(5_000);
    expect(events.length).toBe(2);
    expect(clock.pendingTimers).toBe(0);
  });

  it('refuses to open once aborted', async () => {
    const provider = createTransparencyVoice({ clock: new ManualClock(), logger: silentLogger });
    await expect(provider.open(CONFIG, () => {}, AbortSignal.abort())).rejects.toThrow();
  });
});
