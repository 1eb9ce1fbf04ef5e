import { setTimeout as sleep } from 'node:timers/promises';
import { USAGE_FIGURES, VOICE_SLOTS, type VoiceSlotName } from '@visavis/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import { wireSamplesToMs } from '../core/audio-format.ts';
import {
  DEFAULT_TURN_DETECTION,
  type VoiceConfig,
  type VoiceEvent,
  type VoiceInput,
  type VoiceProvider,
  type VoiceSession,
} from '../core/voice-port.ts';

/** What a provider must be told for the common tests of the voice port to fit it. */
export type ConformanceOptions = {
  /** The provider under test; the caller closes it. */
  readonly provider: () => VoiceProvider;
  readonly config?: Partial<VoiceConfig>;
  /** PCM16 mono 24 kHz with clear words, for providers that hear. */
  readonly userSpeech?: () => Promise<Int16Array>;
  /** False for a provider that answers neither `respond` nor speech (it only passes sound on). */
  readonly replies?: boolean;
  /** Longest wait for an expected event. */
  readonly limitMs?: number;
  /** Parts of it that are told what they used, and tell it. */
  readonly counts?: readonly VoiceSlotName[];
};

const DEFAULT_LIMIT_MS = 10_000;
/** How long nothing must happen for "nothing happens" to hold. */
const QUIET_MS = 300;
const LONG_TEXT =
  'The first part of this reply is about the weather, and the second part is about the sea. ' +
  'Then there is a third part, which speaks about the mountains and the valleys between them. ' +
  'At the end there is one more sentence, so that there is enough to interrupt.';

const CONFORMANCE_CONFIG: VoiceConfig = {
  voice: 'marin',
  prompt: 'You are Ada, a friendly guide.',
  firstMessage: 'Hello, I am Ada.',
  avatarName: 'Ada',
  language: 'en-US',
  model: '',
  tools: [],
  turnDetection: DEFAULT_TURN_DETECTION,
};

/** A session with everything it said, for tests. */
export class RecordedTalk {
  readonly events: VoiceEvent[] = [];
  readonly aborter = new AbortController();
  /** What the session does on an event before it returns. */
  onEvent: (event: VoiceEvent) => void = () => {};
  private session: VoiceSession | null = null;

  static async open(provider: VoiceProvider, config: Partial<VoiceConfig> = {}): Promise<RecordedTalk> {
    const talk = new RecordedTalk();
    const listener = (event: VoiceEvent): void => {
      talk.events.push(event);
      talk.onEvent(event);
    };
    talk.session = await provider.open({ ...CONFORMANCE_CONFIG, ...config }, listener, talk.aborter.signal);
    onTestFinished(() => talk.close());
    return talk;
  }

  send(...inputs: readonly VoiceInput[]): void {
    for (const input of inputs) this.session?.send(input);
  }

  async close(): Promise<void> {
    await this.session?.close();
  }

  of<Type extends VoiceEvent['type']>(type: Type, turnId?: string): Extract<VoiceEvent, { type: Type }>[] {
    return this.events.filter(
      (event): event is Extract<VoiceEvent, { type: Type }> =>
        event.type === type && (turnId === undefined || ('turnId' in event && event.turnId === turnId)),
    );
  }

  textOf(turnId: string): string {
    return this.of('text-delta', turnId)
      .map((event) => event.text)
      .join('');
  }

  /** Resolves when the condition holds; fails with what was heard so far after `limitMs`. */
  async until(condition: () => boolean, limitMs = DEFAULT_LIMIT_MS): Promise<void> {
    const deadline = performance.now() + limitMs;
    while (!condition()) {
      if (performance.now() > deadline) {
        const heard = this.events.map((event) => event.type).join(', ');
        throw new Error(`Not within ${limitMs} ms. Events so far: ${heard || 'none'}.`);
      }
      await sleep(5);
    }
  }

  async untilDone(turnId: string, limitMs?: number): Promise<void> {
    await this.until(() => this.of('turn-done', turnId).length > 0, limitMs);
  }
}

/** Tests that every voice provider passes. Call it at the top of a test file, once per provider. */
export function testVoiceConformance(name: string, options: ConformanceOptions): void {
  describe(`${name} keeps the voice port's contract`, () => {
    if (options.replies !== false) {
      testReplies(options);
      testMemoryInputs(options);
      testCancel(options);
    }
    testUserTurns(options);
    testEndings(options);
    if (options.replies !== false) testConcurrency(options);
    if (options.replies !== false) testUsage(options);
    testInterruptions(options);
  });
}

function testReplies({ provider, config, limitMs }: ConformanceOptions): void {
  it('answers `respond` with words and sound under the given turn id, and ends it once', async () => {
    const talk = await RecordedTalk.open(provider(), config);
    talk.send({ type: 'text', itemId: 'item-1', text: 'Hello, who are you?' }, { type: 'respond', turnId: 'turn-1' });
    await talk.untilDone('turn-1', limitMs);
    await sleep(QUIET_MS);
    expect(talk.of('failed')).toEqual([]);
    expect(talk.textOf('turn-1').trim()).not.toBe('');
    expect(talk.of('turn-done', 'turn-1')).toHaveLength(1);
    expect(talk.events.at(-1)).toEqual({ type: 'turn-done', turnId: 'turn-1' });
    expectSound(talk, 'turn-1', provider().capabilities.timings === 'phone');
  });

  it('speaks exactly the text of `say`', async () => {
    const talk = await RecordedTalk.open(provider(), config);
    talk.send({ type: 'say', turnId: 'turn-1', text: 'Please wait a moment. The guide is on the way.' });
    await talk.untilDone('turn-1', limitMs);
    expect(talk.textOf('turn-1').replace(/\s+/g, ' ').trim()).toBe('Please wait a moment. The guide is on the way.');
    expectSound(talk, 'turn-1', provider().capabilities.timings === 'phone');
  });
}

function expectSound(talk: RecordedTalk, turnId: string, hasPhones: boolean): void {
  const chunks = talk.of('audio', turnId);
  const samples = chunks.flatMap((chunk) => [...chunk.pcm]);
  for (const chunk of chunks) expect(chunk.pcm).toBeInstanceOf(Int16Array);
  expect(wireSamplesToMs(samples.length)).toBeGreaterThan(300);
  expect(samples.some((sample) => Math.abs(sample) > 1000)).toBe(true);
  if (!hasPhones) return;
  let chunkStartMs = 0;
  let cursorMs = 0;
  for (const chunk of chunks) {
    const chunkEndMs = chunkStartMs + wireSamplesToMs(chunk.pcm.length);
    for (const phone of chunk.phones ?? []) {
      expect(phone.symbol).toMatch(/^[a-z]+$/);
      expect(phone.startMs).toBeGreaterThanOrEqual(cursorMs - 1);
      expect(phone.endMs).toBeGreaterThan(phone.startMs);
      expect(phone.endMs).toBeLessThanOrEqual(chunkEndMs + 1);
      cursorMs = phone.endMs;
    }
    chunkStartMs = chunkEndMs;
  }
  expect(chunks.flatMap((chunk) => chunk.phones ?? []).some((phone) => phone.symbol !== 'pau')).toBe(true);
  for (const delta of talk.of('text-delta', turnId)) {
    if (delta.audioStartMs !== undefined) expect(delta.audioStartMs).toBeLessThanOrEqual(chunkStartMs);
  }
}

function testMemoryInputs({ provider, config, limitMs }: ConformanceOptions): void {
  it('says nothing to text, history and configuration alone', async () => {
    const talk = await RecordedTalk.open(provider(), config);
    talk.send(
      { type: 'history', items: [{ role: 'user', text: 'Earlier I asked about the sea.' }] },
      { type: 'configure', config: { voice: 'ash' } },
      { type: 'text', itemId: 'item-1', text: 'And now?' },
    );
    await sleep(QUIET_MS);
    expect(talk.events).toEqual([]);
    talk.send({ type: 'respond', turnId: 'turn-1' });
    await talk.untilDone('turn-1', limitMs);
    expect(talk.of('audio', 'turn-1').length).toBeGreaterThan(0);
  });
}

function testCancel({ provider, config, limitMs }: ConformanceOptions): void {
  it('is silent about a turn once it is cancelled, and answers the next one', async () => {
    const talk = await RecordedTalk.open(provider(), config);
    talk.send({ type: 'say', turnId: 'turn-1', text: LONG_TEXT });
    await talk.until(() => talk.of('audio', 'turn-1').length > 0, limitMs);
    talk.send({ type: 'cancel', turnId: 'turn-1', playedMs: 200, heardText: 'The first' });
    const before = talk.events.length;
    await sleep(QUIET_MS);
    // What it has cost until then may be told.
    const quiet = new Set<VoiceEvent['type']>(['turn-done', 'usage']);
    expect(talk.events.slice(before).filter(({ type }) => !quiet.has(type))).toEqual([]);
    talk.send({ type: 'say', turnId: 'turn-2', text: 'Here I am.' });
    await talk.untilDone('turn-2', limitMs);
    expect(talk.of('audio', 'turn-2').length).toBeGreaterThan(0);
    expect(talk.of('failed')).toEqual([]);
  });

  it('can cancel a turn before its first sound', async () => {
    const talk = await RecordedTalk.open(provider(), config);
    talk.send({ type: 'say', turnId: 'turn-1', text: LONG_TEXT });
    talk.send({ type: 'cancel', turnId: 'turn-1', playedMs: 0, heardText: '' });
    await sleep(QUIET_MS);
    expect(talk.of('audio', 'turn-1')).toEqual([]);
  });
}

function testUserTurns({ provider, config, userSpeech, limitMs, replies }: ConformanceOptions): void {
  it('ends every user turn with one transcript, even if nothing was said', async ({ skip }) => {
    skip(provider().capabilities.detectsTurns, 'The provider decides itself when the user speaks.');
    const talk = await RecordedTalk.open(provider(), config);
    for (const itemId of ['item-1', 'item-2']) {
      talk.send({ type: 'user-turn-started', itemId });
      talk.send({ type: 'audio', pcm: new Int16Array(12_000) }, { type: 'user-turn-stopped', itemId });
    }
    await talk.until(() => talk.of('user-transcript-done').length === 2, limitMs);
    await sleep(QUIET_MS);
    const transcripts = talk.of('user-transcript-done');
    expect(transcripts.map((event) => event.itemId).toSorted()).toEqual(['item-1', 'item-2']);
  });

  it('answers a user turn with words of its own accord', async ({ skip }) => {
    const speech = await userSpeech?.();
    if (speech === undefined || !provider().capabilities.hears || replies === false) {
      return skip('No ears or no recorded words here.');
    }
    const talk = await RecordedTalk.open(provider(), config);
    sayAll(talk, speech, provider().capabilities.detectsTurns);
    await talk.until(() => talk.of('turn-done').length > 0, limitMs);
    const turnId = talk.of('turn-started')[0]?.turnId ?? '';
    expect(talk.of('user-transcript-done')[0]?.text).not.toBe('');
    expect(turnId).not.toBe('');
    const order = talk.events.map((event) => event.type);
    expect(order.indexOf('user-transcript-done')).toBeLessThan(order.indexOf('turn-started'));
    expect(order.indexOf('turn-started')).toBeLessThan(order.indexOf('audio'));
    expectSound(talk, turnId, provider().capabilities.timings === 'phone');
  });
}

function testEndings({ provider, config }: ConformanceOptions): void {
  const endings = {
    close: (talk: RecordedTalk) => talk.close(),
    abort: async (talk: RecordedTalk) => talk.aborter.abort(),
  };
  for (const [way, end] of Object.entries(endings)) {
    it(`says nothing after ${way}, and may be closed again`, async () => {
      const talk = await RecordedTalk.open(provider(), config);
      talk.send({ type: 'say', turnId: 'turn-1', text: LONG_TEXT }, { type: 'user-turn-started', itemId: 'item-1' });
      talk.send({ type: 'audio', pcm: new Int16Array(2400) }, { type: 'user-turn-stopped', itemId: 'item-1' });
      await end(talk);
      const before = talk.events.length;
      talk.send({ type: 'respond', turnId: 'turn-2' });
      await sleep(QUIET_MS);
      expect(talk.events.slice(before)).toEqual([]);
      await talk.close();
    });
  }

  it('refuses to open for a signal that has aborted already', async () => {
    const aborted = AbortSignal.abort();
    await expect(provider().open({ ...CONFORMANCE_CONFIG, ...config }, () => {}, aborted)).rejects.toThrow();
  });
}

function testConcurrency({ provider, config, limitMs }: ConformanceOptions): void {
  it('keeps two talks apart', async () => {
    const [first, second] = await Promise.all([
      RecordedTalk.open(provider(), config),
      RecordedTalk.open(provider(), { ...config, voice: 'ash' }),
    ]);
    first.send({ type: 'say', turnId: 'turn-a', text: 'This is the first talk.' });
    second.send({ type: 'say', turnId: 'turn-b', text: 'This is the second talk.' });
    await Promise.all([first.untilDone('turn-a', limitMs), second.untilDone('turn-b', limitMs)]);
    expect(first.textOf('turn-a')).toContain('first');
    expect(second.textOf('turn-b')).toContain('second');
    expect(first.of('audio', 'turn-b')).toEqual([]);
    expect(second.of('audio', 'turn-a')).toEqual([]);
    await first.close();
    second.send({ type: 'say', turnId: 'turn-c', text: 'Still here.' });
    await second.untilDone('turn-c', limitMs);
    expect(second.of('audio', 'turn-c').length).toBeGreaterThan(0);
  });
}

function testUsage({ provider, config, limitMs, userSpeech, counts = [] }: ConformanceOptions): void {
  it('tells what a reply has used, in figures that are known, before it ends, and nothing twice', async () => {
    const talk = await RecordedTalk.open(provider(), config);
    const speech = await userSpeech?.();
    if (counts.includes('recogniser') && speech !== undefined) {
      sayAll(talk, speech, provider().capabilities.detectsTurns);
      await talk.until(() => talk.of('turn-done').length === 1, limitMs);
    }
    talk.send({ type: 'text', itemId: 'item-2', text: 'Hello, who are you?' }, { type: 'respond', turnId: 'turn-2' });
    await talk.untilDone('turn-2', limitMs);
    await sleep(QUIET_MS);
    const told = talk.of('usage');
    for (const { part, amounts } of told) {
      expect(VOICE_SLOTS).toContain(part);
      for (const [figure, amount] of Object.entries(amounts)) {
        expect(USAGE_FIGURES).toContain(figure);
        expect(amount).toBeGreaterThanOrEqual(0);
      }
    }
    expect([...new Set(told.map(({ part }) => part))].toSorted()).toEqual(counts.toSorted());
    expect(talk.events.at(-1)).toEqual({ type: 'turn-done', turnId: 'turn-2' });
    // Each reply has cost something of its own.
    const before = talk.of('usage').length;
    if (counts.length === 0) return;
    talk.send({ type: 'text', itemId: 'item-3', text: 'And what else?' }, { type: 'respond', turnId: 'turn-3' });
    await talk.untilDone('turn-3', limitMs);
    expect(talk.of('usage').length).toBeGreaterThan(before);
  });
}

/** A turn of the user; a provider that detects turns itself is told of none. */
function sayAll(talk: RecordedTalk, speech: Int16Array, detectsTurns: boolean): void {
  if (!detectsTurns) talk.send({ type: 'user-turn-started', itemId: 'item-1' });
  for (let start = 0; start < speech.length; start += 2400) {
    talk.send({ type: 'audio', pcm: speech.slice(start, start + 2400) });
  }
  if (!detectsTurns) talk.send({ type: 'user-turn-stopped', itemId: 'item-1' });
}

function testInterruptions({ provider, config, userSpeech, limitMs, replies }: ConformanceOptions): void {
  it('says of a reply that the user speaks over that it was interrupted, once, before its end', async ({ skip }) => {
    const { detectsTurns, hears } = provider().capabilities;
    const speech = await userSpeech?.();
    if (!detectsTurns || !hears || speech === undefined || replies === false) {
      return skip('Our own turn detection interrupts, or nothing was recorded.');
    }
    const talk = await RecordedTalk.open(provider(), config);
    talk.send({ type: 'say', turnId: 'turn-1', text: LONG_TEXT });
    await talk.until(() => talk.of('audio', 'turn-1').length > 0, limitMs);
    sayAll(talk, speech, true);
    await talk.untilDone('turn-1', limitMs);
    const ends = talk.events.filter(({ type }) => type === 'interrupted' || type === 'turn-done').slice(0, 2);
    expect(ends).toEqual([
      { type: 'interrupted', turnId: 'turn-1' },
      { type: 'turn-done', turnId: 'turn-1' },
    ]);
    expect(talk.of('failed')).toEqual([]);
  });
}
