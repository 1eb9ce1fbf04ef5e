import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { afterEach, expect, it } from 'vitest';
import type { Admission } from '../../ports.ts';
import { until } from '../navtalk-v2/test-harness.ts';
import { scriptedAdmission, TEST_AVATAR, TEST_KEY } from '../test-doubles.ts';
import { RealtimeClient } from './testing/realtime-client.ts';
import { useSecureServer } from './testing/secure-server.ts';

// A page opens a call over WebRTC; a server joins it as another controller.

const OTHER_KEYS = {
  sk_colleague: { licenceId: 'colleague', projectId: 'project' },
  sk_stranger: { licenceId: 'stranger', projectId: 'elsewhere' },
  sk_everyone: { licenceId: 'everyone', projectId: 'project', isPublic: true },
  vt_page: { licenceId: 'licence', projectId: 'project' },
};
const usual = scriptedAdmission();
const admission: Admission = {
  ...usual,
  async findLicence(key, caller) {
    const other = Object.entries(OTHER_KEYS).find(([name]) => name === key)?.[1];
    return other === undefined ? usual.findLicence(key, caller) : { ...other, maxConcurrentCalls: 5, keyDigest: '' };
  },
};
const secure = useSecureServer({ admission });
const call = () => secure.server.placer.calls[0]!;
const sockets: RealtimeClient[] = [];
afterEach(() => {
  for (const { socket } of sockets.splice(0)) socket.terminate();
});

/** The page's call, and its id. */
async function openCall(): Promise<string> {
  const reply = secure.server.app.inject({
    method: 'POST',
    url: `/v1/realtime/calls?model=${TEST_AVATAR.name}`,
    payload: 'v=0\r\n',
    headers: { 'content-type': 'application/sdp', authorization: `Bearer ${TEST_KEY}` },
  });
  await until(() => secure.commandTypes().includes('remote-description'), 'the offer');
  call().emit({ type: 'local-description', description: { type: 'answer', sdp: 'v=0\r\n' } });
  const callId =
    String((await reply).headers.location)
      .split('/')
      .at(-1) ?? '';
  call().emit({ type: 'channel', state: 'open' });
  await until(() => toldToPage().includes('session.created'), 'the session');
  return callId;
}

const toldToPage = () =>
  call().commands.flatMap((command) =>
    command.type === 'channel-message' ? [(JSON.parse(command.text) as { type: string }).type] : [],
  );

function join(callId: string, key: string = TEST_KEY): RealtimeClient {
  const headers = { authorization: `Bearer ${key}` };
  const client = new RealtimeClient(`wss://${secure.host}/v1/realtime?call_id=${callId}`, { ca: secure.ca, headers });
  sockets.push(client);
  return client;
}

it('lets a server of the project set the session and answer a tool, while the page hears of all of it', async () => {
  const callId = await openCall();
  const openai = new OpenAI({ apiKey: 'sk_colleague', baseURL: `https://${secure.host}/v1` });
  const side = new OpenAIRealtimeWS({ callID: callId, options: { ca: secure.ca } }, openai);
  const told: string[] = [];
  side.on('event', ({ type }) => told.push(type));
  side.on('error', () => {});
  await until(() => told.includes('session.created'), 'session.created');
  const clock = { type: 'function' as const, name: 'clock', description: 'Tells the time.', parameters: {} };
  side.send({ type: 'session.update', session: { type: 'realtime', instructions: 'Be brief.', tools: [clock] } });
  await until(() => told.includes('session.updated') && toldToPage().includes('session.updated'), 'the change');
  expect(call().commands).toContainEqual({
    type: 'configure',
    patch: expect.objectContaining({ prompt: 'Be brief.' }),
  });
  call().emit({ type: 'reply-started', turnId: 'resp_1' });
  const toolCall = { turnId: 'resp_1', callId: 'call_1', name: 'clock', argumentsJson: '{}' };
  call().emit({ type: 'tool-call-done', ...toolCall });
  call().emit({ type: 'reply-generated', turnId: 'resp_1' });
  await until(() => told.includes('response.function_call_arguments.done'), 'the call of the tool');
  side.send({
    type: 'conversation.item.create',
    item: { type: 'function_call_output', call_id: 'call_1', output: 'noon' },
  });
  side.send({ type: 'response.create' });
  await until(() => secure.commandTypes().includes('respond'), 'the question');
  expect(call().commands).toContainEqual({ type: 'tool-result', callId: 'call_1', output: 'noon', reply: false });
  side.close();
  call().emit({ type: 'channel-message', text: '{"type":"input_audio_buffer.clear"}' });
  await until(() => secure.commandTypes().includes('user-audio-clear'), 'the page, which goes on');
});

it('ends with the call, and not the call with it', async () => {
  const callId = await openCall();
  const side = join(callId);
  await side.event('session.created');
  side.socket.terminate();
  const other = join(callId);
  await other.event('session.created');
  call().emit({ type: 'channel', state: 'closed' });
  expect(await other.closed).toEqual({ code: 1000, reason: 'call ended' });
});

it.each([
  ['sk_stranger', 'call_not_found', 4004],
  ['sk_everyone', 'invalid_api_key', 3000],
  ['ek_vt_page', 'invalid_api_key', 3000],
  ['sk_unknown', 'invalid_api_key', 3000],
  ['broken', 'server_error', 1011],
])('keeps %s out of a call', async (key, code, closeCode) => {
  const callId = await openCall();
  const side = join(callId, key);
  expect((await side.event('error')).error).toMatchObject({ code });
  expect((await side.closed).code).toBe(closeCode);
  expect(side.types()).toEqual(['error']);
});

it('says the same of calls that are not there and of what is no call over WebRTC', async () => {
  const client = new RealtimeClient(`wss://${secure.host}/v1/realtime?model=${TEST_AVATAR.name}`, {
    ca: secure.ca,
    headers: { authorization: `Bearer ${TEST_KEY}` },
  });
  sockets.push(client);
  await client.event('session.created');
  const ids = ['rtc_0', '', 'x', `rtc_${call().config.sessionId}`, `${'rtc_'.repeat(500)}`];
  for (const callId of ids) {
    const side = join(callId);
    expect((await side.event('error')).error).toMatchObject({ code: 'call_not_found' });
  }
});

it('takes four of them and no more, until one leaves', async () => {
  const callId = await openCall();
  const sides = [join(callId), join(callId), join(callId), join(callId)];
  for (const side of sides) await side.event('session.created');
  const fifth = join(callId);
  expect((await fifth.event('error')).error).toMatchObject({ code: 'rate_limit_exceeded' });
  expect((await fifth.closed).code).toBe(4029);
  sides[0]?.socket.close();
  await sides[0]?.closed;
  await expect
    .poll(async () => {
      const next = join(callId);
      await Promise.race([next.event('session.created'), next.closed]);
      return next.types()[0];
    })
    .toBe('session.created');
});

it('hears no sound of them, and ends one that floods while the call goes on', async () => {
  const callId = await openCall();
  const side = join(callId);
  await side.event('session.created');
  side.send({ type: 'input_audio_buffer.append', audio: 'AAAA', event_id: 'mine' });
  expect((await side.event('error')).error).toMatchObject({ code: 'unsupported', event_id: 'mine' });
  expect(secure.commandTypes()).not.toContain('user-audio');
  for (let count = 0; count < 3000 && side.socket.readyState === 1; count += 1) side.send({ type: 'response.cancel' });
  expect((await side.closed).code).toBe(1009);
  expect(secure.commandTypes()).not.toContain('close');
});

it('sends away whose key was revoked', async () => {
  const callId = await openCall();
  const side = join(callId, 'sk_colleague');
  await side.event('session.created');
  secure.server.gateway.endCallsOfLicence('colleague', 'licence-reset');
  expect((await side.closed).code).toBe(3000);
  expect(secure.commandTypes()).not.toContain('close');
});
