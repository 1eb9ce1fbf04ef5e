import { Agent, request as sendRequest } from 'node:https';
import type { TLSSocket } from 'node:tls';
import OpenAI from 'openai';
import { expect, it } from 'vitest';
import { until } from '../navtalk-v2/test-harness.ts';
import { TEST_AVATAR, TEST_KEY } from '../test-doubles.ts';
import { useSecureServer } from './testing/secure-server.ts';

const secure = useSecureServer();
const OFFER = 'v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n';
const ANSWER = 'v=0\r\na=answer\r\n';
const KEY = { authorization: `Bearer ${TEST_KEY}` };
const call = () => secure.server.placer.calls[0]!;

/** Opens a call by a raw offer and answers it as a media worker does. */
async function open(index = 0) {
  const reply = secure.server.app.inject({
    method: 'POST',
    url: `/v1/realtime/calls?model=${TEST_AVATAR.name}`,
    payload: OFFER,
    headers: { 'content-type': 'application/sdp', origin: 'https://page.example', ...KEY },
  });
  await until(() => secure.commandTypes(index).includes('remote-description'), 'the offer');
  const description = { type: 'answer', sdp: ANSWER } as const;
  secure.server.placer.calls[index]?.emit({ type: 'local-description', description });
  return reply;
}

/** What was said over the data channel. */
const told = () =>
  call().commands.flatMap((command) =>
    command.type === 'channel-message' ? [JSON.parse(command.text) as { type: string }] : [],
  );

it('answers an offer, and talks over the data channel that comes with it', async () => {
  const reply = await open();
  expect([reply.statusCode, reply.body, reply.headers['content-type']]).toEqual([201, ANSWER, 'application/sdp']);
  expect(reply.headers.location).toBe(`/v1/realtime/calls/rtc_${call().config.sessionId}`);
  expect(reply.headers).toMatchObject({
    'access-control-allow-origin': '*',
    'access-control-expose-headers': 'location',
  });
  expect(call().config).toMatchObject({ connection: 'answer', audioBack: false });
  expect(told()).toEqual([]);
  call().emit({ type: 'channel', state: 'open' });
  await until(() => told().length === 2, 'session.created');
  call().emit({ type: 'channel-message', text: '{"type":"session.update","session":{"instructions":"Be brief."}}' });
  await until(() => told().some(({ type }) => type === 'session.updated'), 'session.updated');
  expect(call().commands).toContainEqual({ type: 'configure', patch: { prompt: 'Be brief.' } });
  call().emit({ type: 'reply-started', turnId: 'resp_1' });
  call().emit({ type: 'reply-text-delta', turnId: 'resp_1', text: 'Hello.' });
  call().emit({ type: 'reply-sound', turnId: 'resp_1', playedMs: 0, isPlaying: true });
  call().emit({ type: 'reply-generated', turnId: 'resp_1' });
  call().emit({ type: 'channel-message', text: '{"type":"output_audio_buffer.clear"}' });
  call().emit({ type: 'reply-done', turnId: 'resp_1', interrupted: true, playedMs: 100, heardText: 'Hel' });
  await until(() => told().some(({ type }) => type === 'output_audio_buffer.cleared'), 'the end of the sound');
  const types = told().map(({ type }) => type);
  expect(types).toEqual(expect.arrayContaining(['output_audio_buffer.started', 'response.done']));
  expect(types).not.toContain('response.output_audio.delta');
  expect(secure.commandTypes()).toContain('interrupt');
});

it('leaves nothing behind on a connection that brings many offers', async () => {
  const sockets: TLSSocket[] = [];
  secure.server.app.server.on('secureConnection', (socket: TLSSocket) => void sockets.push(socket));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const counts: (number | undefined)[] = [];
  for (const index of [0, 1, 2]) {
    const headers = { 'content-type': 'application/sdp', ...KEY };
    const pending = fetchWith(
      secure.ca,
      `https://${secure.host}/v1/realtime/calls`,
      { method: 'POST', body: OFFER, headers },
      agent,
    );
    await until(() => secure.commandTypes(index).includes('remote-description'), 'the offer');
    const description = { type: 'answer', sdp: ANSWER } as const;
    secure.server.placer.calls[index]?.emit({ type: 'local-description', description });
    expect((await pending).status).toBe(201);
    counts.push(sockets[0]?.listenerCount('close'));
  }
  agent.destroy();
  expect(sockets).toHaveLength(1);
  expect(counts[2]).toBe(counts[0]);
});

it('ends with its data channel, or when it is hung up by the key that opened it', async () => {
  const { location } = (await open()).headers;
  await open(1);
  const hangUp = (key: string) =>
    secure.server.app.inject({
      method: 'POST',
      url: `${String(location)}/hangup`,
      headers: { authorization: `Bearer ${key}` },
    });
  expect((await hangUp('sk_other')).statusCode).toBe(401);
  expect(secure.commandTypes()).not.toContain('close');
  expect((await hangUp(TEST_KEY)).statusCode).toBe(200);
  await until(() => secure.commandTypes().includes('close'), 'the end');
  expect((await hangUp(TEST_KEY)).statusCode).toBe(404);
  secure.server.placer.calls[1]?.emit({ type: 'channel', state: 'open' });
  secure.server.placer.calls[1]?.emit({ type: 'channel', state: 'closed' });
  await until(() => secure.commandTypes(1).includes('close'), 'the end of the other');
  await until(() => secure.server.gateway.callCount() === 0, 'no call');
});

it('takes what the official client sends: a form with the offer and the session', async () => {
  const openai = new OpenAI({
    apiKey: TEST_KEY,
    baseURL: `https://${secure.host}/v1`,
    maxRetries: 0,
    fetch: (url, init) => fetchWith(secure.ca, String(url), init),
  });
  const pending = openai.realtime.calls.create({
    sdp: OFFER,
    session: { type: 'realtime', model: TEST_AVATAR.name as 'gpt-realtime', instructions: 'Be brief.' },
  });
  await until(() => secure.commandTypes().includes('remote-description'), 'the offer');
  expect(call().commands).toContainEqual({ type: 'configure', patch: { prompt: 'Be brief.' } });
  expect(call().commands).toContainEqual({ type: 'remote-description', description: { type: 'offer', sdp: OFFER } });
  call().emit({ type: 'local-description', description: { type: 'answer', sdp: ANSWER } });
  const reply = await pending;
  expect(await reply.text()).toBe(ANSWER);
  expect((await openai.models.list()).data.map(({ id }) => id)).toEqual([TEST_AVATAR.name]);
});

it.each<[string, object, number, string]>([
  ['without a key', { headers: { authorization: '' } }, 401, 'missing_api_key'],
  ['with a wrong key', { headers: { authorization: 'Bearer sk_x' } }, 401, 'invalid_api_key'],
  ['to an avatar of nobody here', { url: '/v1/realtime/calls?model=theirs' }, 404, 'model_not_found'],
  ['with an offer that is none', { payload: '{"sdp":1}' }, 400, 'invalid_offer'],
  ['with an endless offer', { payload: `v=0\r\n${'a=x\r\n'.repeat(20_000)}` }, 400, 'invalid_offer'],
  ['with a line that is too long', { payload: `v=0\r\na=${'x'.repeat(9000)}` }, 400, 'invalid_offer'],
  [
    'with a form that is none',
    { headers: { ...KEY, 'content-type': 'multipart/form-data; boundary=x' } },
    400,
    'invalid_value',
  ],
  ['with a body that is too large', { payload: 'v=0'.repeat(200_000) }, 413, 'too_large'],
])('refuses a call %s', async (_what, change, status, code) => {
  const usual = { method: 'POST' as const, url: '/v1/realtime/calls', payload: OFFER };
  const headers = { 'content-type': 'application/sdp', ...KEY };
  const reply = await secure.server.app.inject({ ...usual, headers, ...change });
  expect([reply.statusCode, reply.json().error.code]).toEqual([status, code]);
  expect(secure.server.placer.calls).toEqual([]);
});

it('tells why a worker cannot answer an offer', async () => {
  const reply = secure.server.app.inject({
    method: 'POST',
    url: '/v1/realtime/calls',
    payload: OFFER,
    headers: { 'content-type': 'application/sdp', ...KEY },
  });
  await until(() => secure.commandTypes().includes('remote-description'), 'the offer');
  call().emit({ type: 'failed', code: 'media-failed', message: 'secret detail', fatal: false });
  const { statusCode, body } = await reply;
  expect([statusCode, JSON.parse(body).error.code]).toEqual([400, 'invalid_offer']);
  expect(body).not.toContain('secret detail');
});

it('says so when there is no place', async () => {
  secure.server.placer.full = true;
  const reply = await secure.server.app.inject({
    method: 'POST',
    url: '/v1/realtime/calls',
    payload: OFFER,
    headers: { 'content-type': 'application/sdp', ...KEY },
  });
  expect([reply.statusCode, reply.json().error.code]).toEqual([503, 'server_overloaded']);
});

it('ends a call whose client floods its data channel', async () => {
  await open();
  call().emit({ type: 'channel', state: 'open' });
  for (let count = 0; count < 3000; count += 1)
    call().emit({ type: 'channel-message', text: '{"type":"response.cancel"}' });
  await until(() => secure.commandTypes().includes('close'), 'the end');
});

/** A fetch that believes one certificate more. */
async function fetchWith(ca: string, url: string, init: RequestInit = {}, agent?: Agent): Promise<Response> {
  const outgoing = new Request(url, init);
  const body = Buffer.from(await outgoing.arrayBuffer());
  return new Promise((resolve, reject) => {
    const { method } = outgoing;
    const sent = sendRequest(url, { method, ca, agent, headers: Object.fromEntries(outgoing.headers) }, (reply) => {
      const pieces: Buffer[] = [];
      reply.on('data', (piece: Buffer) => pieces.push(piece));
      reply.on('end', () => {
        const headers = Object.entries(reply.headers).map(([name, value]): [string, string] => [name, String(value)]);
        resolve(new Response(Buffer.concat(pieces), { status: reply.statusCode ?? 0, headers }));
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
