import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { until, useHarness } from '../navtalk-v2/test-harness.ts';
import { TEST_AVATAR, TEST_KEY } from '../test-doubles.ts';
import { REALTIME_V1_PATHS } from './navtalk-v1.ts';
import { SIGNALLING_PATH } from './signalling-desk.ts';
import { ANSWER_V1, EARLIER_V1, OWN_CANDIDATE, PUBLISHED_V1, PublishedV1Call } from './testing/published-v1.ts';

const harness = useHarness(21_140);
const OFFER = { type: 'offer', sdp: 'v=0\r\n' } as const;
const ANSWER = { type: 'answer', sdp: 'v=0\r\n' } as const;
const CANDIDATE = { candidate: 'candidate:1 1 UDP 1 127.0.0.1 9 typ host', sdpMid: '0', sdpMLineIndex: 0 };

type Told = { readonly type: string; readonly [key: string]: unknown };

/** One of a client's two sockets, with what it is told. */
function connect(
  path: string,
  query: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
) {
  const socket = new WebSocket(`${harness.baseUrl}${path}?${new URLSearchParams(query)}`, { headers });
  const told: Told[] = [];
  socket.on('message', (data) => told.push(JSON.parse(String(data)) as Told));
  socket.on('error', () => {});
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  const types = () => told.map(({ type }) => type);
  return {
    socket,
    told,
    closed,
    types,
    send: (message: unknown) => socket.send(JSON.stringify(message)),
    opened: () => until(() => socket.readyState === WebSocket.OPEN, 'the socket opens'),
    async hears(type: string): Promise<Told> {
      await until(() => types().includes(type), `${type} comes; told: ${types().join(', ')}`);
      return told.find((message) => message.type === type) as Told;
    },
  };
}

const events = (query: Readonly<Record<string, string>> = { license: TEST_KEY, characterName: TEST_AVATAR.name }) =>
  connect(REALTIME_V1_PATHS[0], query);
const signalling = (userId = TEST_KEY) => connect(SIGNALLING_PATH, { userId });
const session = () => {
  const call = harness.server.placer.calls.at(-1);
  if (call === undefined) throw new Error('There is no call.');
  return call;
};

describe('the first protocol: events', () => {
  it.each(REALTIME_V1_PATHS)(
    'goes through the order of events of %s, un-prefixed [19.v1.first] [19.v1.needs] [20.22] [20.1]',
    async (path) => {
      // The voice opens once the client has said what it has to say, so that a slow machine changes nothing.
      harness.server.placer.autoReady = false;
      const client = connect(path, { license: TEST_KEY, characterName: TEST_AVATAR.name });
      await client.hears('session.created');
      client.send({
        type: 'session.update',
        session: { instructions: 'Be kind.', turn_detection: { type: 'server_vad' } },
      });
      client.send({
        type: 'conversation.item.create',
        item: { role: 'user', content: [{ type: 'input_text', text: 'Earlier' }] },
      });
      client.send({ type: 'input_audio_buffer.append', audio: 'AAAA' });
      await until(() => harness.commandTypes().includes('user-audio'), 'all of it is read');
      session().emit({ type: 'ready', hears: true, sees: false });
      await client.hears('session.updated');
      expect(client.types()).toEqual(['session.created', 'session.updated']);
      expect(harness.commandTypes()).toEqual(['configure', 'user-audio', 'history', 'begin']);
    },
  );

  it('tells a whole exchange in the words of the realtime beta, with the answer’s text in response.done [19.v1.needs] [22.9]', async () => {
    const client = events();
    await client.hears('session.updated');
    const { emit } = session();
    emit({ type: 'user-speech-started', itemId: 'i', audioStartMs: 10 });
    emit({ type: 'user-speech-stopped', itemId: 'i', audioEndMs: 900 });
    emit({ type: 'user-transcript-done', itemId: 'i', text: 'Hello?' });
    emit({ type: 'reply-text-delta', turnId: 'r', text: 'Good day.' });
    emit({ type: 'tool-call-done', turnId: 'r', callId: 'c', name: 'add', argumentsJson: '{"x":1}' });
    emit({ type: 'reply-text-done', turnId: 'r', text: 'Good day.' });
    emit({ type: 'reply-done', turnId: 'r', interrupted: false, playedMs: 700, heardText: 'Good day.' });
    await client.hears('response.done');
    expect(client.told.slice(2)).toEqual([
      { type: 'input_audio_buffer.speech_started', item_id: 'i', audio_start_ms: 10 },
      { type: 'input_audio_buffer.speech_stopped', item_id: 'i', audio_end_ms: 900 },
      {
        type: 'conversation.item.input_audio_transcription.completed',
        item_id: 'i',
        content_index: 0,
        transcript: 'Hello?',
      },
      expect.objectContaining({ type: 'response.audio_transcript.delta', response_id: 'r', delta: 'Good day.' }),
      expect.objectContaining({ type: 'response.function_call_arguments.delta', call_id: 'c' }),
      {
        type: 'response.function_call_arguments.done',
        event_id: 'event_c',
        item_id: 'item_c',
        response_id: 'r',
        output_index: 0,
        call_id: 'c',
        name: 'add',
        arguments: '{"x":1}',
      },
      expect.objectContaining({ type: 'response.audio_transcript.done', response_id: 'r', transcript: 'Good day.' }),
      expect.objectContaining({ type: 'response.audio.done', response_id: 'r' }),
      {
        type: 'response.done',
        response: expect.objectContaining({
          id: 'r',
          status: 'completed',
          output: [expect.objectContaining({ content: [{ type: 'audio', transcript: 'Good day.' }] })],
        }),
      },
    ]);
  });

  it('takes sound, results of tools, and typed words', async () => {
    const client = events();
    await client.hears('session.updated');
    client.send({ type: 'input_audio_buffer.append', audio: 'AAAA' });
    client.send({
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id: 'c', output: '4' },
    });
    client.send({ type: 'response.create' });
    await until(() => harness.commandTypes().includes('respond'), 'the reply is asked for');
    expect(harness.commandTypes()).toEqual(['begin', 'user-audio', 'tool-result', 'respond']);
  });

  it.each([
    ['no key', { characterName: TEST_AVATAR.name }, 'session.backend.error', 'Missing license'],
    ['an unknown key', { license: 'sk_navtalk_x', characterName: 'x' }, 'session.backend.error', 'Invalid license'],
    ['no points', { license: 'poor', characterName: 'x' }, 'session.insufficient_balance', 'Insufficient points'],
  ])(
    '%s: says why, and closes with the reason that clients compare [20.13] [20.14] [20.15]',
    async (_what, query, type, reason) => {
      const client = events(query as Readonly<Record<string, string>>);
      expect((await client.closed).reason).toBe(reason);
      expect(client.types()).toEqual([type]);
      expect(client.told[0]?.message).toEqual(expect.stringMatching(/\w/));
    },
  );

  it('reads the key from a header too, as the second protocol does', async () => {
    const client = connect(REALTIME_V1_PATHS[0], { characterName: TEST_AVATAR.name }, { license: TEST_KEY });
    await client.hears('session.created');
    const wrong = connect(REALTIME_V1_PATHS[0], { characterName: 'x' }, { license: 'sk_navtalk_x' });
    expect((await wrong.closed).reason).toBe('Invalid license');
  });

  it('says that every place is taken [20.13]', async () => {
    harness.server.placer.full = true;
    const client = events();
    expect((await client.closed).reason).toBe('No capacity');
    expect(client.types()).toEqual(['session.gpu_full']);
  });
});

describe('the first protocol: signalling', () => {
  it.each([
    ['the events first', TEST_KEY, TEST_KEY],
    ['the events first, a client that knows no key there', '123', '123'],
    ['the events first, a client that makes an id up', TEST_KEY, '5a1c8c1e-0000-4000-8000-000000000000'],
  ])(
    '%s: offers after create, and takes the answer [19.v1.needs] [19.v1.ice] [20.23] [22.9]',
    async (_what, userId, target) => {
      const client = events();
      await client.hears('session.updated');
      session().emit({ type: 'local-description', description: OFFER });
      const media = signalling(userId);
      await media.opened();
      expect(media.told).toEqual([]);
      media.send({ type: 'create', targetSessionId: target });
      const offer = await media.hears('offer');
      expect(offer).toMatchObject({ targetSessionId: expect.any(String), sdp: OFFER });
      media.send({ type: 'answer', targetSessionId: offer.targetSessionId, sdp: ANSWER });
      media.send({ type: 'iceCandidate', targetSessionId: '123', candidate: CANDIDATE });
      await until(() => harness.commandTypes().includes('remote-candidate'), 'answer and candidate reach the session');
      expect(session().commands.slice(-2)).toEqual([
        { type: 'remote-description', description: ANSWER },
        { type: 'remote-candidate', candidate: CANDIDATE },
      ]);
      session().emit({ type: 'local-candidate', candidate: CANDIDATE });
      expect(await media.hears('iceCandidate')).toMatchObject({ candidate: CANDIDATE });
      expect(client.types()).not.toContain('offer');
    },
  );

  it('may open before its events [19.v1.traps] [20.23] [22.9]', async () => {
    const media = signalling();
    await media.opened();
    media.send({ type: 'create', targetSessionId: TEST_KEY });
    const client = events();
    await client.hears('session.updated');
    session().emit({ type: 'local-description', description: OFFER });
    await media.hears('offer');
  });

  it.each(['events', 'signalling'] as const)('both sockets end when the %s close [19.v1.traps]', async (which) => {
    const [client, media] = [events(), signalling()];
    await media.opened();
    media.send({ type: 'create', targetSessionId: TEST_KEY });
    await client.hears('session.updated');
    session().emit({ type: 'local-description', description: OFFER });
    await media.hears('offer');
    (which === 'events' ? client : media).socket.close();
    await Promise.all([client.closed, media.closed]);
    await until(() => harness.server.gateway.callCount() === 0, 'the call is over');
    expect(harness.commandTypes().at(-1)).toBe('close');
  });

  it('gives a picture to nobody who names another key, nor a second time', async () => {
    const client = events();
    await client.hears('session.updated');
    session().emit({ type: 'local-description', description: OFFER });
    const stranger = signalling('sk_navtalk_of_somebody_else');
    await stranger.opened();
    stranger.send({ type: 'create', targetSessionId: 'sk_navtalk_of_somebody_else' });
    const media = signalling();
    await media.opened();
    media.send({ type: 'create', targetSessionId: TEST_KEY });
    await media.hears('offer');
    const second = signalling();
    await second.opened();
    second.send({ type: 'create', targetSessionId: TEST_KEY });
    second.send({ type: 'answer', targetSessionId: 'x', sdp: ANSWER });
    media.send({ type: 'iceCandidate', targetSessionId: 'x', candidate: CANDIDATE });
    await until(() => harness.commandTypes().includes('remote-candidate'), 'the candidate of its own socket is taken');
    expect([stranger.told, second.told]).toEqual([[], []]);
    expect(harness.commandTypes()).not.toContain('remote-description');
  });

  it('gives the picture to no other page, though it comes from the same address and names no key', async () => {
    const media = signalling();
    await media.opened();
    const page = connect(SIGNALLING_PATH, { userId: '123' }, { origin: 'https://other.example' });
    await page.opened();
    page.send({ type: 'create', targetSessionId: '123' });
    const client = events();
    await client.hears('session.updated');
    session().emit({ type: 'local-description', description: OFFER });
    media.send({ type: 'create', targetSessionId: TEST_KEY });
    await media.hears('offer');
    expect(page.told).toEqual([]);
  });

  it('is not taken along by a call that is refused', async () => {
    const media = signalling();
    await media.opened();
    media.send({ type: 'create', targetSessionId: TEST_KEY });
    await events({ characterName: TEST_AVATAR.name }).closed;
    const client = events();
    await client.hears('session.updated');
    session().emit({ type: 'local-description', description: OFFER });
    await media.hears('offer');
  });

  it('drops who says no end of it, or too much at once, before a call is there', async () => {
    const [chatterer, shouter] = [signalling(), signalling()];
    await Promise.all([chatterer.opened(), shouter.opened()]);
    for (let count = 0; count <= 100; count += 1) chatterer.socket.send('{"type":"create"');
    expect(await chatterer.closed).toMatchObject({ code: 4008 });
    shouter.socket.send('x'.repeat(10_000));
    expect(await shouter.closed).toMatchObject({ code: 1006 });
    await events().hears('session.updated');
  });

  it('ends with the server, also where its client does not answer', async () => {
    const media = signalling();
    await media.opened();
    media.socket.pause();
    await harness.server.app.close();
    media.socket.resume();
    await media.closed;
  });
});

describe('the first protocol: a whole call by the rules of each published client', () => {
  const place = (license = TEST_KEY) => ({ baseUrl: harness.baseUrl, license, characterName: TEST_AVATAR.name });

  it.each([
    ['HTML, React and Vue [19.v1.first] [19.v1.ice] [19.v1.tools] [20.23] [22.9]', PUBLISHED_V1.HTML],
    ['an older Vue [20.23]', PUBLISHED_V1.OLDER_VUE],
    ['Android [19.v1.first] [19.v1.tools] [20.23] [22.9]', PUBLISHED_V1.ANDROID],
    ['iOS [19.v1.first] [19.v1.tools] [20.23] [22.9]', PUBLISHED_V1.IOS],
    ['Flutter [19.v1.first] [19.v1.tools] [20.23] [22.9]', PUBLISHED_V1.FLUTTER],
  ])('%s', async (_name, kind) => {
    harness.server.placer.autoReady = false;
    const client = new PublishedV1Call(kind, place());
    await until(() => harness.commandTypes().includes('configure'), 'its configuration is read');
    const { emit } = session();
    emit({ type: 'local-description', description: OFFER });
    emit({ type: 'local-candidate', candidate: CANDIDATE });
    await until(() => harness.commandTypes().includes('remote-candidate'), 'its sockets have found each other');
    emit({ type: 'ready', hears: true, sees: false });
    await until(() => client.microphones === 1, 'the talk begins');

    emit({ type: 'user-transcript-done', itemId: 'i', text: 'Goodbye.' });
    const argumentsJson = '{"userInput":"Goodbye."}';
    emit({ type: 'tool-call-done', turnId: 'r', callId: 'c', name: kind.tool, argumentsJson });
    await until(() => harness.commandTypes().includes('tool-result'), 'the result of its tool is read');
    emit({ type: 'reply-text-delta', turnId: 's', text: 'Good day.' });
    emit({ type: 'reply-text-done', turnId: 's', text: 'Good day.' });
    emit({ type: 'reply-done', turnId: 's', interrupted: false, playedMs: 700, heardText: 'Good day.' });
    await until(() => client.avatarWords.length > 0, 'the answer is read');
    const asked = () => harness.commandTypes().filter((type) => type === 'respond').length;
    await until(() => asked() === (kind.asksForReply ? 1 : 0), 'it asks for a reply, or does not');

    expect([client.faults, client.shown, client.microphones]).toEqual([[], [], 1]);
    expect([client.offers, client.candidates]).toEqual([[OFFER], [CANDIDATE]]);
    expect([client.userWords, client.avatarWords.join('')]).toEqual([['Goodbye.'], 'Good day.']);
    expect(client.pieces).toEqual(['Good day.']);
    const { commands } = session();
    expect(commands.find(({ type }) => type === 'configure')).toMatchObject({
      patch: { prompt: 'Be kind.', voice: 'marin', tools: [{ name: kind.tool }] },
    });
    expect(commands).toContainEqual({ type: 'history', items: [{ role: 'user', text: EARLIER_V1 }] });
    expect(commands).toContainEqual({ type: 'remote-description', description: ANSWER_V1 });
    expect(commands).toContainEqual({ type: 'remote-candidate', candidate: OWN_CANDIDATE });
    // Answered by itself, whether it asks for a reply or not.
    const result = { type: 'tool-result', callId: 'c', output: '{"status":"noted"}', reply: true };
    expect(commands).toContainEqual(result);
    client.close();
    await client.ended;
    await until(() => harness.server.gateway.callCount() === 0, 'both sockets end the call');
  });

  it('each shows that its points are used up in mid-call [20.15]', async () => {
    for (const [name, kind] of Object.entries(PUBLISHED_V1)) {
      const client = new PublishedV1Call(kind, place());
      await until(() => client.microphones === 1, 'the talk begins');
      harness.server.gateway.endCallsOfLicence('licence', 'insufficient-balance');
      await client.ended;
      const shown = [expect.stringMatching(/./), 'Top up your points.'];
      expect([name, client.faults, client.shown]).toEqual([name, [], shown]);
    }
  });

  it('each shows that its points are used up [20.15]', async () => {
    for (const [name, kind] of Object.entries(PUBLISHED_V1)) {
      const client = new PublishedV1Call(kind, place('poor'));
      await new Promise((resolve) => client.events.once('close', resolve));
      const shown = [expect.stringMatching(/./), 'Top up your points.'];
      expect([name, client.faults, client.shown]).toEqual([name, [], shown]);
      client.signalling.terminate();
    }
  });
});
