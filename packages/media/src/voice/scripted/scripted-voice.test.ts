import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../core/manual-clock.ts';
import { DEFAULT_TURN_DETECTION, type VoiceConfig, type VoiceEvent } from '../../core/voice-port.ts';
import { createDemonstrationScript, THIS_TURN, type VoiceScript } from './script.ts';
import { createScriptedVoice } from './scripted-voice.ts';

const CONFIG: VoiceConfig = {
  voice: '',
  prompt: 'Be kind.',
  firstMessage: '',
  avatarName: '',
  language: 'en',
  model: '',
  tools: [],
  turnDetection: DEFAULT_TURN_DETECTION,
};

async function build(script: VoiceScript) {
  const clock = new ManualClock();
  const log: { atMs: number; event: VoiceEvent }[] = [];
  const abort = new AbortController();
  const provider = createScriptedVoice(script, { clock });
  const session = await provider.open(CONFIG, (event) => log.push({ atMs: clock.nowMs(), event }), abort.signal);
  const types = () => log.map(({ event }) => event.type);
  return { clock, log, abort, provider, session, types };
}

const TONE = { toneHz: 200, durationMs: 300 };

describe('scripted voice', () => {
  it('plays a reply at its times, in pieces, with phones in the piece in which they begin', async () => {
    const phones = [
      { symbol: 'm', startMs: 0, endMs: 120 },
      { symbol: 'aa', startMs: 120, endMs: 300 },
    ];
    const { session, clock, log } = await build({
      reactions: [
        {
          on: 'respond',
          steps: [
            { do: 'write', text: 'Hi', afterMs: 50 },
            { do: 'speak', sound: TONE, phones, chunkEveryMs: 80, afterMs: 30 },
          ],
        },
      ],
    });
    session.send({ type: 'respond', turnId: 't1' });
    clock.advance(1_000);
    expect(log.map(({ atMs, event }) => [atMs, event.type])).toEqual([
      [50, 'text-delta'],
      [80, 'audio'],
      [160, 'audio'],
      [240, 'audio'],
      [240, 'turn-done'],
    ]);
    expect(log.every(({ event }) => 'turnId' in event && event.turnId === 't1')).toBe(true);
    const symbols = log.map(({ event }) => event.type === 'audio' && event.phones?.map(({ symbol }) => symbol));
    expect(symbols).toEqual([false, ['m'], ['aa'], [], false]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('makes up and announces a turn where none was asked for, and transcribes under the item of the input', async () => {
    const { session, log, types } = await build(createDemonstrationScript());
    session.send({ type: 'user-turn-started', itemId: 'i1' });
    session.send({ type: 'user-turn-stopped', itemId: 'i1' });
    expect(log[0]?.event).toMatchObject({ type: 'user-transcript-done', itemId: 'i1' });
    expect(types().slice(1, 3)).toEqual(['turn-started', 'text-delta']);
    expect(types().at(-1)).toBe('turn-done');
    const sound = log.reduce((sum, { event }) => sum + (event.type === 'audio' ? event.pcm.length : 0), 0);
    expect(sound).toBe(48_000);
  });

  it('counts inputs: the n-th has its own reaction, the others the common one', async () => {
    const { session, types } = await build({
      reactions: [
        { on: 'respond', steps: [{ do: 'write', text: 'again' }] },
        { on: 'respond', nth: 2, steps: [{ do: 'fail', category: 'rate-limit', retryable: true }] },
      ],
    });
    for (const turnId of ['a', 'b', 'c']) session.send({ type: 'respond', turnId });
    expect(types()).toEqual(['text-delta', 'turn-done', 'failed', 'turn-done', 'text-delta', 'turn-done']);
  });

  it('calls tools, and emits exactly what it is told', async () => {
    const { session, log } = await build({
      reactions: [
        {
          on: 'text',
          steps: [
            { do: 'call-tool', callId: 'c1', name: 'add', argumentsJson: '{"a":1}' },
            { do: 'emit', event: { type: 'text-delta', turnId: THIS_TURN, text: 'x' } },
            { do: 'emit', event: { type: 'turn-done', turnId: 'someone-else' } },
          ],
        },
      ],
    });
    session.send({ type: 'text', itemId: 'i', text: 'two and two' });
    const turnId = 'scripted-turn-1';
    expect(log.map(({ event }) => event)).toEqual([
      { type: 'turn-started', turnId },
      { type: 'tool-call-delta', turnId, callId: 'c1', name: 'add', delta: '{"a":1}' },
      { type: 'tool-call-done', turnId, callId: 'c1', name: 'add', argumentsJson: '{"a":1}' },
      { type: 'text-delta', turnId, text: 'x' },
      { type: 'turn-done', turnId: 'someone-else' },
      { type: 'turn-done', turnId },
    ]);
  });

  it.each([
    ['done', ['audio', 'turn-done']],
    ['silent', ['audio']],
    ['ignore', ['audio', 'audio', 'audio', 'turn-done']],
  ] as const)('on cancel is %s', async (onCancel, expected) => {
    const { session, clock, types } = await build({
      onCancel,
      reactions: [{ on: 'say', steps: [{ do: 'speak', sound: TONE, chunkEveryMs: 100 }] }],
    });
    session.send({ type: 'say', turnId: 'a', text: 'hello' });
    clock.advance(50);
    session.send({ type: 'cancel', turnId: 'a', playedMs: 30, heardText: '' });
    clock.advance(1_000);
    expect(types()).toEqual(expected);
  });

  it('hangs when told to, until it is cancelled', async () => {
    const { session, clock, types } = await build({
      reactions: [{ on: 'respond', steps: [{ do: 'write', text: 'Well' }, { do: 'hang' }] }],
    });
    session.send({ type: 'respond', turnId: 'a' });
    clock.advance(60_000);
    expect(types()).toEqual(['text-delta']);
    session.send({ type: 'cancel', turnId: 'a', playedMs: 0, heardText: '' });
    expect(types()).toEqual(['text-delta', 'turn-done']);
  });

  it('never leaves a request without an end, even where the script says nothing', async () => {
    const { session, log } = await build({ reactions: [] });
    session.send({ type: 'respond', turnId: 'a' });
    session.send({ type: 'user-turn-stopped', itemId: 'i' });
    expect(log.map(({ event }) => event)).toEqual([
      { type: 'turn-done', turnId: 'a' },
      { type: 'user-transcript-done', itemId: 'i', text: '' },
    ]);
  });

  it('opens late, refuses to open, and lets itself be aborted meanwhile', async () => {
    const clock = new ManualClock();
    const slow = createScriptedVoice({ opening: { delayMs: 500, failure: 'No such key.' }, reactions: [] }, { clock });
    const opening = slow.open(CONFIG, () => {}, new AbortController().signal);
    clock.advance(500);
    await expect(opening).rejects.toThrow('No such key.');
    const abort = new AbortController();
    const aborted = slow.open(CONFIG, () => {}, abort.signal);
    abort.abort();
    await expect(aborted).rejects.toThrow();
    expect(clock.pendingTimers).toBe(0);
  });

  it('shows what it was sent, speaks by hand, and is silent once closed', async () => {
    const { provider, session, log, clock, abort } = await build({
      reactions: [
        { on: 'open', steps: [{ do: 'write', text: 'Welcome' }] },
        { on: 'respond', steps: [{ do: 'speak', sound: { pcm: new Int16Array(4_800) }, chunkEveryMs: 100 }] },
      ],
    });
    expect(log.map(({ event }) => event.type)).toEqual(['turn-started', 'text-delta', 'turn-done']);
    const talk = provider.sessions[0]!;
    expect(talk.config).toBe(CONFIG);
    talk.emit({ type: 'user-speech-started', itemId: 'i', audioStartMs: 7 });
    session.send({ type: 'respond', turnId: 'a' });
    expect(talk.inputs).toEqual([{ type: 'respond', turnId: 'a' }]);
    const told = log.length;
    abort.abort();
    await provider.close();
    clock.advance(1_000);
    session.send({ type: 'respond', turnId: 'b' });
    talk.emit({ type: 'turn-done', turnId: 'b' });
    expect(log.length).toBe(told);
    expect(talk.closed).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });
});
