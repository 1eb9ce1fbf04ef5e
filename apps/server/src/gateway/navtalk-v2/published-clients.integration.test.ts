import { describe, expect, it } from 'vitest';
import { scriptedAdmission, TEST_KEY } from '../test-doubles.ts';
import type { TestClient } from './test-client.ts';
import { QUERY, until, useHarness } from './test-harness.ts';
import { ADD_TOOL, ANSWER_SDP, EARLIER_TURNS, OFFER_SDP, PROMPT, SESSION_UPDATE } from './testing/client-habits.ts';
import { type ClientKind, PublishedCall, type Told } from './testing/published-call.ts';
import { PUBLISHED } from './testing/published-clients.ts';

const harness = useHarness(21_150);
const SERVER_SDP = 'v=0\r\ns=server\r\n';
const CANDIDATE = { candidate: 'candidate:1 1 UDP 1 127.0.0.1 9 typ host', sdpMid: '0', sdpMLineIndex: 0 };
const TOOL = { name: 'add', description: 'Adds.', parameters: { type: 'object', properties: {}, required: [] } };
const UPDATED = 'realtime.session.updated';

/** A client of this kind on the line, which acts by itself on what it is told. */
function dial(kind: ClientKind, query: Readonly<Record<string, string>> = QUERY) {
  const client = harness.connect({ ...query, ...kind.query });
  const call = new PublishedCall(kind, (message) => client.send(message));
  client.socket.on('open', () => call.opened());
  client.socket.on('message', (data) => call.take(JSON.parse(String(data)) as Told));
  return { client, call };
}

const session = () => {
  const placed = harness.server.placer.calls.at(-1);
  if (placed === undefined) throw new Error('There is no call.');
  return placed;
};
const countOf = (type: string) => harness.commandTypes().filter((command) => command === type).length;
const configured = () => session().commands.flatMap((command) => (command.type === 'configure' ? [command.patch] : []));

/** Until its talk goes on: announced, offered, with what it says by itself, and the voice open. */
async function begin(client: TestClient, kind: ClientKind): Promise<void> {
  await client.event('realtime.session.created');
  const { emit } = session();
  emit({ type: 'local-description', description: { type: 'offer', sdp: SERVER_SDP } });
  emit({ type: 'local-candidate', candidate: CANDIDATE });
  await until(() => harness.commandTypes().includes('remote-description'), 'the offer is answered');
  const saysMore = kind.atOnce !== undefined || kind.query !== undefined;
  await until(() => !saysMore || configured().length > 0, 'its configuration is read');
  emit({ type: 'ready', hears: true, sees: true });
  await client.event(UPDATED);
}

/** One exchange: the user asks, the avatar calls a tool and answers. */
async function exchange(client: TestClient): Promise<void> {
  const { emit } = session();
  emit({ type: 'user-speech-started', itemId: 'item_1', audioStartMs: 100 });
  emit({ type: 'user-speech-stopped', itemId: 'item_1', audioEndMs: 900 });
  emit({ type: 'user-transcript-done', itemId: 'item_1', text: 'What time is it?' });
  emit({ type: 'reply-started', turnId: 'resp_1' });
  emit({ type: 'tool-call-done', turnId: 'resp_1', callId: 'call_1', name: 'add', argumentsJson: '{"a":"2"}' });
  for (const text of ['It is ', 'noon.']) emit({ type: 'reply-text-delta', turnId: 'resp_1', text });
  emit({ type: 'reply-audio', turnId: 'resp_1', bytes: new Uint8Array(480) });
  emit({ type: 'reply-text-done', turnId: 'resp_1', text: 'It is noon.' });
  emit({ type: 'failed', code: 'voice-failed', message: 'A blip.', fatal: false });
  emit({ type: 'reply-done', turnId: 'resp_1', interrupted: false, playedMs: 800, heardText: 'It is noon.' });
  await client.event('realtime.response.audio.done');
}

type Habits = {
  readonly replays?: true;
  readonly isDeaf?: true;
  readonly greets?: true;
  readonly returns?: true;
  /** It brings tools, in whatever way. */
  readonly brings?: true;
};

const CLIENTS: readonly (readonly [name: string, kind: ClientKind, habits: Habits])[] = [
  [
    'JavaScript SDK [19.js.first] [19.js.needs] [20.4] [20.5]',
    PUBLISHED.JS,
    { replays: true, isDeaf: true, brings: true },
  ],
  [
    'iOS SDK [19.ios.first] [19.ios.needs] [19.ios.ice] [19.ios.traps] [22.2]',
    PUBLISHED.IOS,
    { replays: true, brings: true },
  ],
  [
    'Android SDK [19.android.first] [19.android.needs] [19.android.traps] [20.29] [22.3]',
    PUBLISHED.ANDROID,
    { replays: true, isDeaf: true, brings: true },
  ],
  [
    'ClinicApp [19.clinic.first] [19.clinic.needs] [19.clinic.ice] [19.clinic.tools] [19.clinic.traps] [20.4] [22.4]',
    PUBLISHED.CLINIC,
    { replays: true, greets: true, returns: true, brings: true },
  ],
  [
    'Hotel [19.hotel.first] [19.hotel.needs] [19.hotel.ice] [19.hotel.tools] [19.hotel.traps] [20.4] [22.6]',
    PUBLISHED.HOTEL,
    { replays: true, returns: true, brings: true },
  ],
  [
    'ESL tutor [19.esl.first] [19.esl.needs] [19.esl.ice] [19.esl.tools] [19.esl.traps] [20.20] [22.6]',
    PUBLISHED.ESL,
    { replays: true, returns: true, brings: true },
  ],
  [
    'WordPress plugin [19.wordpress.first] [19.wordpress.needs] [19.wordpress.ice]',
    PUBLISHED.WORDPRESS,
    { replays: true, brings: true },
  ],
  ['HTML sample [19.html.first] [19.html.needs] [19.html.ice]', PUBLISHED.HTML, { replays: true }],
  ['Expo sample [19.expo.first] [19.expo.needs]', PUBLISHED.EXPO, { isDeaf: true, brings: true }],
  ['Flutter sample [19.flutter.first] [19.flutter.needs] [22.8]', PUBLISHED.FLUTTER, { isDeaf: true, brings: true }],
];

describe('a whole call by the rules of each published client', () => {
  it.each(CLIENTS)('%s', async (_name, kind, { replays, isDeaf, greets, returns, brings }) => {
    harness.server.placer.autoReady = false;
    const { client, call } = dial(kind);
    await begin(client, kind);
    await exchange(client);
    const results = returns === true ? 1 : 0;
    // With a sequence number, as Android sends it.
    await until(() => kind !== PUBLISHED.ANDROID || countOf('user-audio') === 1, 'its sound is read');
    await until(() => countOf('tool-result') === results, 'results that it sends are read');
    await until(() => countOf('respond') === results + (greets === true ? 1 : 0), 'and what it asks for');

    expect([call.faults, call.shown]).toEqual([[], []]);
    expect(call.sessionId).toBe(session().config.sessionId);
    expect(call.iceServers).toHaveLength(2);
    expect(call.descriptions).toEqual([SERVER_SDP]);
    expect(call.candidates).toEqual(isDeaf === true ? [] : [CANDIDATE]);
    expect([call.microphones, call.played]).toEqual([1, 0]);
    expect(call.userWords).toEqual(['What time is it?']);
    expect([...call.bubbles]).toEqual([['resp_1', 'It is noon.']]);
    expect(call.tools).toEqual([{ name: 'add', given: { a: '2' } }]);

    const { commands } = session();
    const types = harness.commandTypes();
    expect(commands).toContainEqual({ type: 'remote-description', description: { type: 'answer', sdp: ANSWER_SDP } });
    if (brings === true) {
      // Before the talk begins, so that its first reply knows them.
      expect(types.indexOf('configure')).toBeLessThan(types.indexOf('begin'));
      expect(configured()).toContainEqual(expect.objectContaining({ tools: [TOOL] }));
    }
    const earlier = commands.flatMap((command) => (command.type === 'history' ? command.items : []));
    expect(earlier).toEqual(replays === true ? EARLIER_TURNS.map((text) => ({ role: 'user', text })) : []);
  });

  it('Recruitment-App [19.recruitment.first] [19.recruitment.needs] [19.recruitment.ice] [20.6] [22.5]', async () => {
    const admission = scriptedAdmission();
    await harness.restart({
      admission: {
        ...admission,
        async findLicence(key) {
          const found = await admission.findLicence(key);
          return found === null ? null : { ...found, toolArguments: 'string' };
        },
      },
    });
    harness.server.placer.autoReady = false;
    const { client, call } = dial(PUBLISHED.RECRUITMENT);
    await begin(client, PUBLISHED.RECRUITMENT);
    await exchange(client);
    await until(() => countOf('respond') === 1, 'it asks for a greeting');
    expect([call.faults, call.candidates]).toEqual([[], [CANDIDATE]]);
    expect(call.tools).toEqual([{ name: 'add', given: { a: '2' } }]);
    expect([...call.bubbles]).toEqual([['resp_1', 'It is noon.']]);
    expect(configured()).toEqual([{ voice: 'marin', prompt: PROMPT, tools: [TOOL] }]);
    expect([countOf('respond'), call.microphones]).toEqual([1, 1]);
  });
});

describe('in mid-call', () => {
  it.each([
    ['iOS SDK [19.ios.traps] [20.19] [22.2]', PUBLISHED.IOS],
    ['Hotel [19.hotel.traps] [20.19] [22.6]', PUBLISHED.HOTEL],
    ['ESL tutor [20.19] [22.6]', PUBLISHED.ESL],
    ['WordPress plugin [19.wordpress.traps] [20.19]', PUBLISHED.WORDPRESS],
    ['HTML sample [20.19]', PUBLISHED.HTML],
  ])('an offer of its own is answered where it looks: %s', async (_name, kind) => {
    harness.server.placer.autoReady = false;
    const { client, call } = dial(kind);
    await begin(client, kind);
    client.send({ type: 'webrtc.signaling.offer', data: { sdp: { type: 'offer', sdp: OFFER_SDP } } });
    const offered = { type: 'remote-description', description: { type: 'offer', sdp: OFFER_SDP } };
    await until(() => countOf('remote-description') === 2, 'the offer is read');
    expect(session().commands).toContainEqual(offered);
    session().emit({ type: 'local-description', description: { type: 'answer', sdp: SERVER_SDP } });
    await client.event('webrtc.signaling.answer');
    expect([call.faults, call.descriptions]).toEqual([[], [SERVER_SDP, SERVER_SDP]]);
  });

  it('a new voice is confirmed, and turns that are said again count once [19.esl.traps] [19.hotel.traps] [22.6]', async () => {
    harness.server.placer.autoReady = false;
    const { client, call } = dial(PUBLISHED.ESL);
    await begin(client, PUBLISHED.ESL);
    client.send({ ...SESSION_UPDATE, session: { ...SESSION_UPDATE.session, voice: 'marin' } });
    await client.event(UPDATED, 1);
    client.send({ type: 'realtime.input_text', data: { content: 'Go on.' } });
    await until(() => countOf('user-text') === 1, 'all before it is read');
    expect(configured().map(({ voice }) => voice)).toEqual(['cedar', 'marin']);
    expect(countOf('history')).toBe(1);
    expect([call.faults, call.microphones]).toEqual([[], 1]);
  });

  it.each([
    ['ClinicApp [19.clinic.traps] [22.4]', PUBLISHED.CLINIC],
    ['Hotel', PUBLISHED.HOTEL],
    ['ESL tutor', PUBLISHED.ESL],
  ])('a goodbye is heard before it hangs up by itself: %s', async (_name, kind) => {
    harness.server.placer.autoReady = false;
    const { client, call } = dial(kind);
    await begin(client, kind);
    const asked = kind === PUBLISHED.CLINIC ? 1 : 0;
    await until(() => countOf('respond') === asked, 'a greeting is asked for, or not');
    const { emit } = session();
    emit({ type: 'tool-call-done', turnId: 'r1', callId: 'c', name: 'end_conversation', argumentsJson: '{}' });
    emit({ type: 'reply-done', turnId: 'r1', interrupted: false, playedMs: 0, heardText: '' });
    await until(() => countOf('tool-result') === 1 && countOf('respond') === asked + 1, 'its result is read');
    emit({ type: 'reply-text-delta', turnId: 'r2', text: 'Goodbye!' });
    emit({ type: 'reply-text-done', turnId: 'r2', text: 'Goodbye!' });
    await client.event('realtime.response.audio_transcript.done');
    expect([call.isAskedToEnd, call.lastWords]).toEqual([true, null]);
    emit({ type: 'reply-done', turnId: 'r2', interrupted: false, playedMs: 900, heardText: 'Goodbye!' });
    await client.event('realtime.response.audio.done');
    expect([call.faults, call.lastWords]).toEqual([[], 'Goodbye!']);
  });

  it.each([
    ['Hotel [20.34] [22.6]', PUBLISHED.HOTEL],
    ['ESL tutor [20.34] [22.6]', PUBLISHED.ESL],
  ])('typed text is an item and a request behind it: %s', async (_name, kind) => {
    harness.server.placer.autoReady = false;
    const { client } = dial(kind);
    await begin(client, kind);
    const content = [{ type: 'input_text', text: 'A room, please.' }];
    client.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
    client.send({ type: 'response.create' });
    await until(() => countOf('user-text') === 1, 'it is read');
    expect(session().commands.at(-1)).toEqual({ type: 'user-text', text: 'A room, please.', reply: true });
  });

  it('a configuration opens no second microphone [19.html.traps] [19.js.needs]', async () => {
    const { client, call } = dial(PUBLISHED.HTML);
    await client.event(UPDATED);
    client.send({ type: 'realtime.input_config', data: { content: '{"prompt":"New."}' } });
    client.send({ type: 'realtime.input_function_call', data: { content: JSON.stringify([ADD_TOOL]) } });
    client.send({ type: 'realtime.input_text', data: { content: 'Go on.' } });
    await until(() => countOf('user-text') === 1, 'all before it is read');
    session().emit({ type: 'user-speech-started', itemId: 'last', audioStartMs: 0 });
    await client.event('realtime.input_audio_buffer.speech_started');
    expect([countOf('configure'), call.microphones]).toEqual([2, 1]);
  });
});

describe('a refusal is shown', () => {
  const KINDS = Object.entries(PUBLISHED);

  it.each<[what: string, query: Readonly<Record<string, string>>, reason: string]>([
    ['a wrong key', { ...QUERY, license: 'wrong' }, 'Invalid license'],
    ['an unknown avatar', { license: TEST_KEY, name: 'Nobody' }, 'Avatar not found'],
    ['no points', { ...QUERY, license: 'poor' }, 'Insufficient points'],
  ])('by every client: %s [19.js.traps] [19.hotel.traps] [22.12]', async (_what, query, reason) => {
    for (const [name, kind] of KINDS) {
      const { client, call } = dial(kind, query);
      expect([name, (await client.closed).reason]).toEqual([name, reason]);
      expect([name, call.faults, call.shown.length > 0]).toEqual([name, [], true]);
    }
  });

  it('by every client: a limit that is reached, and no room [19.hotel.traps] [22.12]', async () => {
    await harness.restart({ admission: scriptedAdmission(1) });
    await harness.connect().event(UPDATED);
    for (const [name, kind] of KINDS) {
      const { client, call } = dial(kind);
      expect([name, (await client.closed).reason]).toEqual([name, 'Connection limit exceeded']);
      expect([name, call.faults, call.shown.length > 0]).toEqual([name, [], true]);
    }
    await harness.restart({});
    harness.server.placer.full = true;
    for (const [name, kind] of KINDS) {
      const { client, call } = dial(kind);
      expect([name, (await client.closed).reason]).toEqual([name, 'No capacity']);
      expect([name, call.faults, call.shown.length > 0]).toEqual([name, [], true]);
    }
  });
});

describe('these clients are strict', () => {
  const tell = (kind: ClientKind, ...messages: readonly Told[]) => {
    const call = new PublishedCall(kind, () => {});
    for (const message of messages) call.take(message);
    return call;
  };
  const success = (iceServers: readonly object[]) => ({
    type: 'conversation.connected.success',
    session_id: 's',
    data: { sessionId: 's', iceServers },
  });
  const offer = { type: 'webrtc.signaling.offer', data: { sdp: { type: 'offer', sdp: SERVER_SDP } } };
  const AS_TEXT = success([{ urls: 'stun:h:3478' }]);
  const AS_LIST = success([{ urls: ['stun:h:3478'] }]);

  it('iOS takes no offer before success, nor without servers whose addresses are lists', () => {
    expect(tell(PUBLISHED.IOS, offer, AS_LIST).descriptions).toEqual([]);
    expect(tell(PUBLISHED.IOS, AS_TEXT, offer).descriptions).toEqual([]);
    expect(tell(PUBLISHED.IOS, AS_LIST, offer).descriptions).toEqual([SERVER_SDP]);
  });

  it('iOS finds no answer in data', () => {
    const answer = { type: 'answer', sdp: SERVER_SDP };
    expect(tell(PUBLISHED.IOS, { type: 'webrtc.signaling.answer', data: { sdp: answer } }).faults).toHaveLength(1);
    expect(tell(PUBLISHED.IOS, { type: 'webrtc.signaling.answer', sdp: answer, data: {} }).faults).toEqual([]);
  });

  it('Android breaks on addresses that are texts, on a second offer, and on a message without a type', () => {
    expect(tell(PUBLISHED.ANDROID, AS_TEXT).faults).toHaveLength(1);
    expect(tell(PUBLISHED.ANDROID, AS_LIST, offer, offer).faults).toHaveLength(1);
    expect(tell(PUBLISHED.ANDROID, { data: {} }).faults).toHaveLength(1);
  });

  it('Flutter breaks on data that is none, in whatever event, and on an empty list of servers', () => {
    expect(tell(PUBLISHED.FLUTTER, { type: 'unheard_of', data: null }).faults).toHaveLength(1);
    expect(tell(PUBLISHED.FLUTTER, success([])).faults).toHaveLength(1);
  });

  it('ESL hangs up on an error, and plays what it is sent', () => {
    expect(tell(PUBLISHED.ESL, { type: 'error', data: {} }).faults).toHaveLength(1);
    expect(tell(PUBLISHED.ESL, { type: 'realtime.response.audio.delta', data: {} }).played).toBe(1);
  });

  it('JavaScript breaks on a call of a tool without raw data', () => {
    const called = { type: 'realtime.response.function_call_arguments.done', data: { name: 'add', arguments: {} } };
    expect(tell(PUBLISHED.JS, called).faults).toHaveLength(1);
  });
});
