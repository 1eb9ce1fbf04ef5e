import type { SessionCommand, SessionEvent } from '@visavis/media/session-events';
import type { ClientMessage } from '@visavis/protocol';
import { describe, expect, it } from 'vitest';
import type { CallSettings } from '../calls/call-settings.ts';
import { buildSessionConfig } from '../calls/session-config.ts';
import { TEST_AVATAR } from '../test-doubles.ts';
import { readConnect } from './read-connect.ts';
import { reduce } from './reduce.ts';
import { placing, type V2Effect, type V2Input, type V2State, type V2Timer } from './state.ts';

/** Drives the pure core and keeps what it wants done. */
class Driver {
  state: V2State = placing({ extensions: false });
  effects: V2Effect[] = [];
  nowMs = 0;

  constructor(overrides: Partial<CallSettings> = {}) {
    const config = buildSessionConfig({
      sessionId: 's1',
      avatar: TEST_AVATAR,
      bundlePath: TEST_AVATAR.bundlePath,
      request: readConnect({}),
      tools: [],
      pictureSizes: { usualPx: 512, largestPx: 512 },
      iceServers: [{ urls: ['stun:h:3478'] }],
      recording: null,
      looksUp: false,
      startedAt: new Date(0),
    });
    const settings: CallSettings = {
      sessionId: 's1',
      config,
      ambiguousName: null,
      unknownName: null,
      extensions: false,
      historyGapMs: 1000,
      talkKey: null,
      reconnectKey: null,
      ratingKey: null,
      toolArguments: 'object',
      ...overrides,
    };
    this.input({ type: 'placed', settings });
  }

  static talking(overrides: Partial<CallSettings> = {}): Driver {
    const driver = new Driver(overrides);
    driver.event({ type: 'ready', hears: true, sees: false });
    driver.timer('history-gap');
    driver.effects = [];
    return driver;
  }

  input(input: V2Input): this {
    const step = reduce(this.state, input);
    this.state = step.state;
    this.effects.push(...step.effects);
    return this;
  }

  client(message: ClientMessage): this {
    return this.input({ type: 'client', message, atMs: this.nowMs });
  }

  event(event: SessionEvent): this {
    return this.input({ type: 'session', event, atMs: this.nowMs });
  }

  timer(timer: V2Timer): this {
    return this.input({ type: 'timer', timer, atMs: this.nowMs });
  }

  item(text: string, role: 'user' | 'assistant' = 'user'): this {
    return this.client({ type: 'item', role, texts: [text] });
  }

  get sent(): string[] {
    return this.effects.flatMap((effect) => (effect.type === 'send' ? [effect.message.type] : []));
  }

  get commands(): SessionCommand[] {
    return this.effects.flatMap((effect) => (effect.type === 'command' ? [effect.command] : []));
  }
}

const RESPOND: ClientMessage = { type: 'respond' };
const UPDATED = 'realtime.session.updated';

describe('the start of a call', () => {
  it.each([
    ['voice first', ['ready', 'gap']],
    ['gap first', ['gap', 'ready']],
  ])('sends one updated and begins when voice and gap are both there: %s', (_name, order) => {
    const driver = new Driver();
    for (const step of order) {
      expect(driver.sent).not.toContain(UPDATED);
      if (step === 'ready') driver.event({ type: 'ready', hears: true, sees: false });
      else driver.timer('history-gap');
    }
    expect(driver.sent).toEqual(['conversation.connected.success', 'realtime.session.created', UPDATED]);
    expect(driver.commands).toEqual([{ type: 'begin' }]);
    driver.timer('history-gap').event({ type: 'ready', hears: true, sees: false });
    expect(driver.sent.filter((type) => type === UPDATED)).toHaveLength(1);
  });

  it('waits as long as the call’s settings say before it lets clients open their microphone', () => {
    expect(new Driver().effects).toContainEqual({ type: 'schedule', timer: 'history-gap', delayMs: 1000 });
    const own = new Driver({ extensions: true, historyGapMs: 150 });
    expect(own.effects).toContainEqual({ type: 'schedule', timer: 'history-gap', delayMs: 150 });
  });

  it('puts early configuration and history before begin, and an early request for speech after it [20.1]', () => {
    const driver = new Driver();
    driver.client({ type: 'configure', patch: { prompt: 'P' }, acknowledge: true });
    driver.item('One').item('Two', 'assistant');
    driver.client(RESPOND);
    expect(driver.sent).not.toContain(UPDATED);
    driver.event({ type: 'ready', hears: true, sees: false }).timer('history-gap');
    expect(driver.commands).toEqual([
      { type: 'configure', patch: { prompt: 'P' } },
      { type: 'begin' },
      { type: 'history', items: [{ role: 'assistant', text: 'Two' }] },
      { type: 'user-text', text: 'One', reply: true },
    ]);
  });

  it('passes on why it ends, as an event and as a close frame', () => {
    const driver = new Driver();
    driver.effects = [];
    driver.input({ type: 'ending', end: { code: 'avatar-unreadable', detail: 'Bad bundle.' } });
    expect(driver.effects).toEqual([
      {
        type: 'send',
        message: {
          type: 'conversation.connected.backend_error',
          message: 'Bad bundle.',
          data: { message: 'Bad bundle.', code: 'avatar-unreadable', retryable: false },
        },
      },
      { type: 'close', closeCode: 4500, closeReason: 'Avatar unreadable' },
    ]);
  });
});

describe('items and requests for a reply', () => {
  it('takes an item with a request right behind it as typed text [20.34]', () => {
    const driver = Driver.talking();
    driver.item('Hello').client(RESPOND);
    expect(driver.commands).toEqual([{ type: 'user-text', text: 'Hello', reply: true }]);
  });

  it('takes an item alone as history, never answered [20.30]', () => {
    const driver = Driver.talking();
    driver.item('Hello').timer('held-items').client(RESPOND);
    expect(driver.commands).toEqual([
      { type: 'history', items: [{ role: 'user', text: 'Hello' }] },
      { type: 'respond' },
    ]);
  });

  it('answers an item once, though the request comes some time later, unless the user speaks first [20.34]', () => {
    const driver = Driver.talking();
    driver.nowMs = 10_000;
    driver.item('Hello');
    driver.nowMs = 35_000;
    driver.client(RESPOND).client(RESPOND);
    expect(driver.commands).toEqual([{ type: 'user-text', text: 'Hello', reply: true }, { type: 'respond' }]);
    driver.item('By the way').event({ type: 'user-speech-started', itemId: 'i', audioStartMs: 0 }).client(RESPOND);
    expect(driver.commands.slice(2)).toEqual([
      { type: 'history', items: [{ role: 'user', text: 'By the way' }] },
      { type: 'respond' },
    ]);
  });

  it('leaves out the placeholder of a page that listens, which one client replays as words of the user', () => {
    const driver = new Driver();
    driver.item('Listening...').item('One').item('listening…').item('I am listening...');
    driver.event({ type: 'ready', hears: true, sees: false }).timer('history-gap');
    const items = ['One', 'I am listening...'].map((text) => ({ role: 'user', text }));
    expect(driver.commands).toEqual([{ type: 'history', items }, { type: 'begin' }]);
  });

  /** How long the items of the driver wait for a request. */
  const holdsOf = ({ effects }: Driver) =>
    effects.flatMap((effect) => (effect.type === 'schedule' ? [effect.delayMs] : []));

  it('waits for the request briefly while history may still be replayed, and half a minute afterwards', () => {
    const driver = Driver.talking();
    driver.item('a');
    driver.timer('held-items');
    driver.nowMs = 10_000;
    driver.item('b');
    expect(holdsOf(driver)).toEqual([100, 30_000]);
    driver.timer('held-items').client(RESPOND);
    const history = (text: string) => ({ type: 'history', items: [{ role: 'user', text }] });
    expect(driver.commands).toEqual([history('a'), history('b'), { type: 'respond' }]);
  });

  it.each([
    ['two words of the user', ['user', 'user'], [30_000, 100]],
    ['an answer behind words of the user', ['user', 'assistant'], [30_000, 100]],
    ['words of the user behind an answer', ['assistant', 'user'], [100, 100]],
  ] as const)('takes what comes together late as replayed, and answers none of it: %s', (_name, roles, holds) => {
    const driver = Driver.talking();
    driver.nowMs = 10_000;
    for (const role of roles) driver.item(`of ${role}`, role);
    expect(holdsOf(driver)).toEqual(holds);
    driver.timer('held-items');
    driver.nowMs = 12_000;
    driver.client(RESPOND);
    const items = roles.map((role) => ({ role, text: `of ${role}` }));
    expect(driver.commands).toEqual([{ type: 'history', items }, { type: 'respond' }]);
    // What is typed then is no part of it.
    driver.item('Typed');
    expect(holdsOf(driver).at(-1)).toBe(30_000);
  });

  it('forgets repeats of turns that the talk already knows (ESL after each session.update) [19.esl.traps]', () => {
    const driver = Driver.talking();
    driver.event({ type: 'user-transcript-done', itemId: 'i', text: 'Spoken' });
    driver.item('Typed').client(RESPOND);
    driver.client({ type: 'configure', patch: { voice: 'ash' }, acknowledge: true });
    driver.item('Spoken').item('Typed').item('New').timer('held-items');
    expect(driver.commands.at(-1)).toEqual({ type: 'history', items: [{ role: 'user', text: 'New' }] });
  });

  it('lets a user repeat himself', () => {
    const driver = Driver.talking();
    for (let round = 0; round < 2; round += 1) driver.item('Yes').client(RESPOND);
    expect(driver.commands).toEqual([
      { type: 'user-text', text: 'Yes', reply: true },
      { type: 'user-text', text: 'Yes', reply: true },
    ]);
  });

  it('passes instructions and tool results on, results without a reply of their own', () => {
    const driver = Driver.talking();
    driver.client({ type: 'tool-result', callId: 'c', output: '4', reply: false });
    driver.client({ type: 'respond', instructions: 'Say bye.' });
    expect(driver.commands).toEqual([
      { type: 'tool-result', callId: 'c', output: '4', reply: false },
      { type: 'respond', instructions: 'Say bye.' },
    ]);
  });
});

describe('configuration in mid-call', () => {
  it('acknowledges session.update only and merges turn detection over what is in force', () => {
    const driver = Driver.talking();
    driver.client({ type: 'configure', patch: { turnDetection: { threshold: 0.7 } }, acknowledge: true });
    driver.client({ type: 'configure', patch: { turnDetection: { silenceDurationMs: 600 } }, acknowledge: false });
    expect(driver.sent).toEqual([UPDATED]);
    expect(driver.commands.at(-1)).toEqual({
      type: 'configure',
      patch: { turnDetection: { threshold: 0.7, prefixPaddingMs: 300, silenceDurationMs: 600 } },
    });
  });

  it('leaves the tools of the avatar’s record where a client says that it has none of its own', () => {
    const driver = Driver.talking();
    const own = [{ name: 'own', description: '', parameters: {} }];
    driver.client({ type: 'configure', patch: { tools: [], voice: 'ash' }, acknowledge: false });
    driver.client({ type: 'configure', patch: { tools: own }, acknowledge: false });
    driver.client({ type: 'configure', patch: { tools: [] }, acknowledge: false });
    const patches = [{ voice: 'ash' }, { tools: own }, { tools: TEST_AVATAR.tools ?? [] }];
    expect(driver.commands).toEqual(patches.map((patch) => ({ type: 'configure', patch })));
  });

  it('sends no command for an empty change, but still answers it', () => {
    const driver = Driver.talking().client({ type: 'configure', patch: {}, acknowledge: true });
    expect([driver.commands, driver.sent]).toEqual([[], [UPDATED]]);
  });
});

describe('replies', () => {
  const done = { type: 'reply-done', turnId: 'r', playedMs: 10, heardText: 'It' } as const;

  it('closes the text of a reply that was cut before its text was complete', () => {
    const driver = Driver.talking().event({ type: 'reply-text-delta', turnId: 'r', text: 'It is' });
    driver.event({ ...done, interrupted: true });
    expect(driver.sent.slice(1)).toEqual(['realtime.response.audio_transcript.done', 'realtime.response.audio.done']);
    expect(driver.state).toMatchObject({ phase: 'talking', replies: [] });
  });

  it('ends a reply that had neither words nor sound for its own clients only: others would hang up [19.clinic.traps] [22.4]', () => {
    const silent = { type: 'reply-done', turnId: 'r', interrupted: false, playedMs: 0, heardText: '' } as const;
    const call = { type: 'tool-call-done', turnId: 'r', callId: 'a', name: 'add', argumentsJson: '{}' } as const;
    expect(Driver.talking().event(call).event(silent).sent).not.toContain('realtime.response.audio.done');
    const own = Driver.talking({ extensions: true }).event(call).event(silent);
    expect(own.sent).toContain('realtime.response.audio.done');
    const words = Driver.talking().event({ type: 'reply-text-delta', turnId: 'r', text: 'Bye.' }).event(silent);
    expect(words.sent).toContain('realtime.response.audio.done');
  });

  it('sends at least one delta before each tool call, and numbers the calls of a reply [20.6]', () => {
    const driver = Driver.talking({ toolArguments: 'string' });
    driver.event({ type: 'tool-call-done', turnId: 'r', callId: 'a', name: 'add', argumentsJson: '{"x":1}' });
    driver.event({ type: 'tool-call-delta', turnId: 'r', callId: 'b', name: 'add', delta: '{}' });
    driver.event({ type: 'tool-call-done', turnId: 'r', callId: 'b', name: 'add', argumentsJson: '{}' });
    const calls = 'realtime.response.function_call_arguments';
    expect(driver.sent).toEqual([`${calls}.delta`, `${calls}.done`, `${calls}.delta`, `${calls}.done`]);
    const messages = driver.effects.flatMap((effect) => (effect.type === 'send' ? [effect.message] : []));
    expect(messages[0]).toMatchObject({ data: { call_id: 'a', delta: '{"x":1}' } });
    expect(messages[1]).toMatchObject({ data: { arguments: '{"x":1}' }, raw_data: { output_index: 0 } });
    expect(messages[3]).toMatchObject({ raw_data: { output_index: 1 } });
  });

  it('tells where the words and the sound of a reply are to clients that asked for extensions only', () => {
    const words = { type: 'reply-text-delta', turnId: 'r1', text: 'noon.', audioStartMs: 900 } as const;
    const sound = { type: 'reply-sound', turnId: 'r1', playedMs: 12.4, isPlaying: true } as const;
    const word = { text: 'noon', startMs: 900, endMs: 1300, estimated: false };
    const told = (extensions: boolean) =>
      Driver.talking({ extensions })
        .event(words)
        .event({ type: 'reply-words', turnId: 'r1', words: [word] })
        .event(sound)
        .effects.flatMap((effect) => (effect.type === 'send' ? [effect.message] : []));
    expect(told(true)).toMatchObject([
      { type: 'realtime.response.audio_transcript.delta', data: { content: 'noon.', audioStartMs: 900 } },
      { type: 'visavis.reply.words', data: { id: 'r1', words: [word] } },
      { type: 'visavis.reply.sound', data: { id: 'r1', playedMs: 12, isPlaying: true } },
    ]);
    expect(told(false)).toHaveLength(1);
    expect(told(false)[0]?.data).not.toHaveProperty('audioStartMs');
  });

  it('tells what becomes of a text to be said to clients that asked for extensions only', () => {
    const heard = { playedMs: 420.4, heardText: 'We', message: '' };
    const said = { type: 'utterance', utteranceId: 'a', turnId: 'r1', state: 'interrupted', ...heard } as const;
    const told = (extensions: boolean) =>
      Driver.talking({ extensions })
        .event(said)
        .effects.flatMap((effect) => (effect.type === 'send' ? [effect.message] : []));
    expect(told(true)).toMatchObject([
      {
        type: 'visavis.say.state',
        data: { utteranceId: 'a', response_id: 'r1', state: 'interrupted', playedMs: 420, heardText: 'We' },
      },
    ]);
    expect(told(false)).toEqual([]);
  });

  it('tells trouble to clients that asked for extensions only, and never ends the call for it [19.esl.traps]', () => {
    const trouble: SessionEvent = { type: 'failed', code: 'voice-failed', message: 'm', fatal: false };
    expect(Driver.talking().event(trouble).sent).toEqual([]);
    expect(Driver.talking({ extensions: true }).event(trouble).sent).toEqual(['visavis.problem']);
  });
});

it('says nothing to who has hung up, but gives what was held to the talk', () => {
  const driver = Driver.talking().item('Late');
  driver.effects = [];
  driver.input({ type: 'ending', end: null });
  expect([driver.commands, driver.sent]).toEqual([[{ type: 'history', items: [{ role: 'user', text: 'Late' }] }], []]);
});

it('does nothing any more once the call has ended', () => {
  const driver = Driver.talking().input({ type: 'ending', end: null });
  driver.effects = [];
  driver
    .event({ type: 'media-state', state: 'failed' })
    .client(RESPOND)
    .timer('held-items')
    .input({ type: 'ending', end: { code: 'server-closing' } });
  expect(driver.effects).toEqual([]);
});

describe('what the address says', () => {
  it.each([
    [
      { license: 'k', avatarId: 'a', name: 'n' },
      { licence: 'k', avatarId: 'a', name: 'n' },
    ],
    [
      { license: ['k', 'x'], character: 'n' },
      { licence: 'k', name: 'n' },
    ],
    [
      { license: ' ', characterName: 'n', model: 'Transparency' },
      { name: 'n', model: 'Transparency', transparency: true },
    ],
    [
      { audioBack: 'true', visavis: '1', foo: 'bar' },
      { audioBack: true, extensions: true },
    ],
    [null, {}],
  ])('reads %j [20.32]', (query, expected) => {
    expect(readConnect(query)).toEqual({ audioBack: false, extensions: false, transparency: false, ...expected });
  });
});
