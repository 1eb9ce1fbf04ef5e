import { describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../core/logger.ts';
import type { VoiceConfig, VoiceEvent, VoiceInput } from '../../core/voice-port.ts';
import { demoThinker } from '../local/brain/demo-thinker.ts';
import type { Hearing } from '../local/ears/ears.ts';
import { PhrasedHearing } from '../local/ears/phrased-hearing.ts';
import { localSpeaker } from '../local/local-speaker.ts';
import type { MouthRequest } from '../local/mouth/mouth-messages.ts';
import type { SpokenClause } from '../local/mouth/spoken-clause.ts';
import { CascadeSession } from './cascade-session.ts';
import type { Thinker, Thought } from './thinker.ts';

const CONFIG: VoiceConfig = {
  voice: 'marin',
  prompt: 'You are Ada.',
  firstMessage: 'Hello, I am Ada.',
  avatarName: 'Ada',
  language: 'en-US',
  model: '',
  tools: [],
  turnDetection: { threshold: 0.5, prefixPaddingMs: 300, silenceDurationMs: 500 },
};

/** A session whose mouth speaks when told to and whose ears hear what the test says. */
class Bench {
  readonly events: VoiceEvent[] = [];
  readonly requests: MouthRequest[] = [];
  readonly aborter = new AbortController();
  readonly session: CascadeSession;
  /** Set to hold clauses back; call the resolvers to let them go. */
  readonly held: (() => void)[] = [];
  isHolding = false;
  mouthError: Error | null = null;
  nextWords: Promise<string>[] = [];
  isLost = false;
  private readonly discards: number[] = [];

  constructor(options: { hears?: boolean; answers?: boolean; thinker?: Thinker; config?: Partial<VoiceConfig> } = {}) {
    const isLost = (): boolean => this.isLost;
    const listen = (): Hearing => ({
      get isLost() {
        return isLost();
      },
      feed: () => {},
      finish: () => this.nextWords.shift() ?? Promise.resolve(''),
      discard: () => void this.discards.push(1),
    });
    this.session = new CascadeSession(
      {
        speaker: localSpeaker({ speak: (request) => this.speak(request), speaksOtherLanguages: false }),
        recogniser: options.hears === false ? null : { listen: ({ onWords }) => new PhrasedHearing(listen, onWords) },
        thinker: options.answers === false ? null : (options.thinker ?? demoThinker),
        logger: silentLogger,
        today: () => new Date('2026-03-05T14:30:00'),
      },
      { ...CONFIG, ...options.config },
      (event) => void this.events.push(event),
      this.aborter.signal,
    );
  }

  get discardCount(): number {
    return this.discards.length;
  }

  send(...inputs: VoiceInput[]): void {
    for (const input of inputs) this.session.send(input);
  }

  types(): string[] {
    return this.events.map((event) => event.type);
  }

  text(turnId: string): string {
    return this.events
      .map((event) => (event.type === 'text-delta' && event.turnId === turnId ? event.text : ''))
      .join('');
  }

  private async speak(request: MouthRequest): Promise<SpokenClause> {
    this.requests.push(request);
    if (this.mouthError !== null) throw this.mouthError;
    if (this.isHolding) await new Promise<void>((resolve) => this.held.push(resolve));
    return { pcm: new Int16Array(2400), phones: [{ symbol: 'aa', startMs: 0, endMs: 100 }] };
  }
}

async function settle(): Promise<void> {
  for (let round = 0; round < 20; round += 1) await Promise.resolve();
}

it('times words and phones from the first sample of the turn', async () => {
  const bench = new Bench();
  bench.send({ type: 'say', turnId: 't', text: 'First sentence here. Second sentence here.' });
  await settle();
  expect(bench.types()).toEqual(['text-delta', 'audio', 'text-delta', 'audio', 'turn-done']);
  expect(bench.events[2]).toMatchObject({ text: ' Second sentence here.', audioStartMs: 100 });
  expect(bench.events[3]).toMatchObject({ phones: [{ symbol: 'aa', startMs: 100, endMs: 200 }] });
});

it('speaks replies one after the other', async () => {
  const bench = new Bench();
  bench.isHolding = true;
  bench.send({ type: 'say', turnId: 'a', text: 'One.' }, { type: 'say', turnId: 'b', text: 'Two.' });
  await settle();
  expect(bench.requests).toHaveLength(1);
  bench.isHolding = false;
  bench.held[0]!();
  await settle();
  expect(bench.events.map((event) => ('turnId' in event ? event.turnId : ''))).toEqual(['a', 'a', 'a', 'b', 'b', 'b']);
});

it('drops a cancelled reply at once and goes on with the next', async () => {
  const bench = new Bench();
  bench.isHolding = true;
  bench.send(
    { type: 'say', turnId: 'a', text: 'One.' },
    { type: 'say', turnId: 'b', text: 'Two.' },
    { type: 'say', turnId: 'c', text: 'Three.' },
  );
  await settle();
  bench.send(
    { type: 'cancel', turnId: 'a', playedMs: 0, heardText: '' },
    { type: 'cancel', turnId: 'b', playedMs: 0, heardText: '' },
  );
  bench.isHolding = false;
  bench.held[0]!();
  await settle();
  expect(bench.events.every((event) => 'turnId' in event && event.turnId === 'c')).toBe(true);
  expect(bench.types()).toEqual(['text-delta', 'audio', 'turn-done']);
});

it('keeps only what was heard of a cancelled reply', async () => {
  const bench = new Bench();
  bench.send({ type: 'say', turnId: 'a', text: 'The code is one two three four.' });
  await settle();
  bench.send({ type: 'cancel', turnId: 'a', playedMs: 40, heardText: 'The code is' });
  bench.send({ type: 'text', itemId: 'i', text: 'What did you say?' }, { type: 'respond', turnId: 'b' });
  await settle();
  expect(bench.text('b')).toBe('The code is');
});

it('answers spoken words under a turn id of its own, after the transcript', async () => {
  const bench = new Bench();
  bench.nextWords = [Promise.resolve('Hello')];
  bench.send({ type: 'user-turn-started', itemId: 'i' }, { type: 'user-turn-stopped', itemId: 'i' });
  await settle();
  expect(bench.types().slice(0, 4)).toEqual(['user-transcript-done', 'turn-started', 'words-thought', 'text-delta']);
  expect(bench.types().at(-1)).toBe('turn-done');
});

it('does not answer words that are found to be void when they are told', async () => {
  const bench = new Bench();
  bench.nextWords = [Promise.resolve('the boats leave at nine')];
  const told = bench.events.push.bind(bench.events);
  bench.events.push = (...events) => {
    for (const event of events) {
      if (event.type === 'user-transcript-done') bench.send({ type: 'user-turn-dropped', itemId: event.itemId });
    }
    return told(...events);
  };
  bench.send({ type: 'user-turn-started', itemId: 'i1' }, { type: 'user-turn-stopped', itemId: 'i1' });
  await new Promise((resolve) => setImmediate(resolve));
  expect(bench.types()).toEqual(['user-transcript-done']);
  // Nor later, with the answer to something else.
  bench.nextWords = [Promise.resolve('hello')];
  bench.events.push = told;
  bench.send({ type: 'user-turn-started', itemId: 'i2' }, { type: 'user-turn-stopped', itemId: 'i2' });
  await new Promise((resolve) => setImmediate(resolve));
  expect(bench.types()).toContain('turn-started');
});

it('waits with its answer while the user goes on talking', async () => {
  const bench = new Bench();
  const first = Promise.withResolvers<string>();
  bench.nextWords = [first.promise, Promise.resolve('what time is it')];
  bench.send({ type: 'user-turn-started', itemId: 'i' }, { type: 'user-turn-stopped', itemId: 'i' });
  bench.send({ type: 'user-turn-started', itemId: 'j' });
  first.resolve('Tell me please');
  await settle();
  expect(bench.types()).toEqual(['user-transcript-done']);
  bench.send({ type: 'user-turn-stopped', itemId: 'j' });
  await settle();
  expect(bench.types().filter((type) => type === 'turn-started')).toHaveLength(1);
  const started = bench.events.find((event) => event.type === 'turn-started')!;
  expect(bench.text(started.turnId)).toContain('2:30 PM');
});

it('gives an empty transcript without ears, and hints once at typing', async () => {
  const bench = new Bench({ hears: false });
  for (const itemId of ['i', 'j']) {
    bench.send({ type: 'user-turn-started', itemId }, { type: 'user-turn-stopped', itemId });
    await settle();
  }
  const transcripts = bench.events.filter((event) => event.type === 'user-transcript-done');
  expect(transcripts.map((event) => event.text)).toEqual(['', '']);
  const started = bench.events.filter((event) => event.type === 'turn-started');
  expect(started).toHaveLength(1);
  expect(bench.text(started[0]!.turnId)).toMatch(/type/);
});

it('uses a new configuration from the next reply on [20.1]', async () => {
  const bench = new Bench();
  bench.send({ type: 'say', turnId: 'a', text: 'One.' });
  await settle();
  bench.send({ type: 'configure', config: { voice: 'onyx', prompt: 'You are Bob, the cook.' } });
  bench.send({ type: 'text', itemId: 'i', text: 'Who are you?' }, { type: 'respond', turnId: 'b' });
  await settle();
  expect(bench.requests[0]!.profile).not.toEqual(bench.requests.at(-1)!.profile);
  expect(bench.text('b')).toBe('I am Bob, the cook.');
});

it('reports a mouth that fails, ends the turn and stays usable', async () => {
  const bench = new Bench();
  bench.mouthError = new Error('broken');
  bench.send({ type: 'say', turnId: 'a', text: 'One.' });
  await settle();
  expect(bench.events).toEqual([
    { type: 'failed', category: 'internal', retryable: true, message: 'The local voice could not speak: broken' },
    { type: 'turn-done', turnId: 'a' },
  ]);
  bench.mouthError = null;
  bench.send({ type: 'say', turnId: 'b', text: 'Two.' });
  await settle();
  expect(bench.text('b')).toBe('Two.');
});

it('refuses more replies than may wait', async () => {
  const bench = new Bench();
  bench.isHolding = true;
  for (let index = 0; index < 12; index += 1) bench.send({ type: 'say', turnId: `t${index}`, text: 'One.' });
  await settle();
  const failures = bench.events.filter((event) => event.type === 'failed');
  expect(failures.length).toBe(3);
  expect(failures[0]).toMatchObject({ category: 'rate-limit', retryable: true });
});

it('says nothing once closed or aborted, and lets go of the ears', async () => {
  for (const end of [(bench: Bench) => bench.session.close(), (bench: Bench) => bench.aborter.abort()]) {
    const bench = new Bench();
    bench.isHolding = true;
    bench.send({ type: 'say', turnId: 'a', text: 'One.' }, { type: 'user-turn-started', itemId: 'i' });
    await settle();
    await end(bench);
    for (const release of bench.held) release();
    bench.send({ type: 'user-turn-stopped', itemId: 'i' }, { type: 'respond', turnId: 'b' });
    await settle();
    expect(bench.events).toEqual([]);
    expect(bench.discardCount).toBe(1);
  }
});

it('has the beginning of the answer ready when the turn ends after a pause', async () => {
  const bench = new Bench();
  bench.nextWords = [Promise.resolve('Hello')];
  const silence = new Int16Array(768);
  bench.send({ type: 'user-turn-started', itemId: 'i' }, { type: 'audio', pcm: silence, silenceMs: 256 });
  await settle();
  expect(bench.requests).toHaveLength(1);
  expect(bench.events).toEqual([]);
  bench.send({ type: 'user-turn-stopped', itemId: 'i' });
  await settle();
  expect(bench.types().slice(0, 5)).toEqual([
    'user-transcript-done',
    'turn-started',
    'words-thought',
    'text-delta',
    'audio',
  ]);
  expect(new Set(bench.requests.map(({ text }) => text)).size).toBe(bench.requests.length);
});

it('tells that an answer has begun before anything of it is spoken', async () => {
  const bench = new Bench();
  bench.isHolding = true;
  bench.send({ type: 'text', itemId: 'i', text: 'Hello' }, { type: 'respond', turnId: 'a' });
  await settle();
  expect(bench.events).toEqual([{ type: 'words-thought', turnId: 'a' }]);
});

it('answers all words of a user who went on after a pause, and nothing that was prepared for fewer', async () => {
  const bench = new Bench();
  bench.nextWords = [Promise.resolve('Hello'), Promise.resolve('What time is it')];
  const frame = new Int16Array(768);
  bench.send({ type: 'user-turn-started', itemId: 'i' }, { type: 'audio', pcm: frame, silenceMs: 256 });
  await settle();
  bench.send({ type: 'audio', pcm: frame, silenceMs: 0 }, { type: 'user-turn-stopped', itemId: 'i' });
  await settle();
  expect(bench.events[0]).toEqual({ type: 'user-transcript-done', itemId: 'i', text: 'Hello what time is it' });
  const turn = bench.events.find((event) => event.type === 'turn-started');
  expect(bench.text(turn?.turnId ?? '')).toContain('2:30');
});

it('says that words were lost, once they are, and answers the next ones', async () => {
  const bench = new Bench();
  bench.isLost = true;
  bench.send({ type: 'user-turn-started', itemId: 'i1' }, { type: 'user-turn-stopped', itemId: 'i1' });
  await settle();
  expect(bench.events).toEqual([
    { type: 'user-transcript-done', itemId: 'i1', text: '' },
    expect.objectContaining({ type: 'failed', retryable: true, endsReply: false }),
  ]);
  bench.isLost = false;
  bench.nextWords = [Promise.resolve('Hello there')];
  bench.send({ type: 'user-turn-started', itemId: 'i2' }, { type: 'user-turn-stopped', itemId: 'i2' });
  await settle();
  expect(bench.types()).toContain('turn-started');
});

it('says what comes along with the call of a tool, and nothing more where its result brings no words', async () => {
  const call = { kind: 'call', callId: 'c', name: 'end_conversation', argumentsJson: '{}' } as const;
  const answers: Thought[][] = [[{ kind: 'words', text: 'Goodbye!', isLast: true }, call], []];
  const noted: string[] = [];
  const thinker: Thinker = {
    capabilities: { sees: false, tools: true },
    openTalk: () => ({
      begin: () => ({ thoughts: thoughtsOf(answers.shift() ?? []), accept: () => {} }),
      recall: () => {},
      noteSpoken: () => {},
      keepHeard: () => {},
      noteCall: (_turnId, { callId }) => void noted.push(callId),
      noteOutcome: (callId, output) => void noted.push(`${callId} ${output}`),
    }),
  };
  const bench = new Bench({ thinker });
  bench.send({ type: 'text', itemId: 'i', text: 'Goodbye!' }, { type: 'respond', turnId: 'a' });
  await settle();
  const spoken = ['text-delta', 'audio', 'tool-call-delta', 'tool-call-done', 'turn-done'];
  expect(bench.types()).toEqual(['words-thought', ...spoken]);
  bench.events.length = 0;
  bench.send({ type: 'tool-result', callId: 'c', output: 'hung up' }, { type: 'respond', turnId: 'b' });
  await settle();
  expect(bench.events).toEqual([{ type: 'turn-done', turnId: 'b' }]);
  expect(noted).toEqual(['c', 'c hung up']);
});

async function* thoughtsOf(thoughts: readonly Thought[]): AsyncGenerator<Thought> {
  yield* thoughts;
}

describe('a talk that people answer', () => {
  it('is heard and spoken, and thought about by nobody', async () => {
    const talk = new Bench({ answers: false });
    talk.nextWords.push(Promise.resolve('hello there'));
    talk.send({ type: 'user-turn-started', itemId: 'i1' }, { type: 'user-turn-stopped', itemId: 'i1' });
    talk.send({ type: 'respond', turnId: 't1' }, { type: 'say', turnId: 't2', text: 'Ann speaking.' });
    await vi.waitFor(() => expect(talk.types().filter((type) => type === 'turn-done')).toHaveLength(2));
    expect(talk.types()).toContain('user-transcript-done');
    expect(talk.types()).not.toContain('turn-started');
    expect(talk.text('t2')).toContain('Ann speaking.');
  });

  it('keeps nothing in mind of a reply that is refused when it begins', async () => {
    const talk = new Bench();
    const { events } = talk;
    const push = events.push.bind(events);
    events.push = (...told) => {
      for (const event of told) {
        if (event.type === 'turn-started')
          talk.send({ type: 'cancel', turnId: event.turnId, playedMs: 0, heardText: '' });
      }
      return push(...told);
    };
    talk.nextWords.push(Promise.resolve('hello there'));
    talk.send({ type: 'user-turn-started', itemId: 'i1' }, { type: 'user-turn-stopped', itemId: 'i1' });
    await vi.waitFor(() => expect(talk.types()).toContain('turn-started'));
    expect(talk.types()).not.toContain('text-delta');
  });
});

it('has the face directed by the thinker: its tags are neither spoken nor shown, nor remembered as said', async () => {
  const spokenWords: string[] = [];
  const noteSpoken = (_: string, text: string) => void spokenWords.push(text);
  async function* thoughts(): AsyncGenerator<Thought> {
    for (const text of ['[sm', 'ile] Good mor', 'ning. See [1]', '. [no', 'd]']) yield { kind: 'words', text };
  }
  const thinker: Thinker = {
    ...demoThinker,
    openTalk: (...given) => ({
      ...demoThinker.openTalk(...given),
      noteSpoken,
      begin: () => ({ thoughts: thoughts(), accept: () => {} }),
    }),
  };
  const bench = new Bench({ thinker });
  bench.send({ type: 'respond', turnId: 't' });
  await vi.waitFor(() => expect(bench.types()).toContain('turn-done'));
  expect(bench.text('t')).toBe('Good morning. See [1].');
  expect(bench.requests.map(({ text }) => text).join(' ')).not.toMatch(/smile|nod/);
  expect(spokenWords.join('')).not.toMatch(/smile|nod/);
  const tags = bench.events.flatMap((event) => (event.type === 'face-tag' ? [event.tag.expression] : []));
  expect(tags).toEqual(['smile', 'nod']);
  expect(bench.types().slice(0, 2)).toEqual(['words-thought', 'face-tag']);
});
