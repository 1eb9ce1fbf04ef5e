import { afterEach, beforeEach, expect, it } from 'vitest';
import { TestClient } from '../../gateway/navtalk-v2/test-client.ts';
import { QUERY, until } from '../../gateway/navtalk-v2/test-harness.ts';
import { TEST_KEY } from '../../gateway/test-doubles.ts';
import { createTestServer, type TestServer } from '../../gateway/test-server.ts';

let server: TestServer;
let baseUrl: string;
let client: TestClient;

beforeEach(async () => {
  server = await createTestServer();
  baseUrl = await server.listen(0);
  client = new TestClient(baseUrl, { ...QUERY, visavis: '1' });
});
afterEach(async () => {
  client.socket.terminate();
  await server.app.close();
});

async function call() {
  await until(() => server.placer.calls.length === 1, 'the call has its place');
  const [placed] = server.placer.calls;
  if (placed === undefined) throw new Error('There is no call.');
  return placed;
}

async function ask(path: string, body: object, key: string = TEST_KEY): Promise<{ status: number; data: unknown }> {
  const response = await fetch(`${baseUrl.replace('ws', 'http')}/api/open/v1/talk/${path}`, {
    method: 'POST',
    headers: { license: key, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const { data } = (await response.json()) as { data: unknown };
  return { status: response.status, data };
}

it('a program has the avatar say just this, and asks what became of it; the page is told, too', async () => {
  const { emit, commands, config } = await call();
  emit({ type: 'ready', hears: true, sees: false });
  const { sessionId } = config;
  const text = { sessionId, text: 'We close soon.', utteranceId: 'closing', interruptible: false, mode: 'replace' };
  expect(await ask('say', text)).toMatchObject({ status: 200, data: { utteranceId: 'closing', state: 'queued' } });
  expect(commands.at(-1)).toEqual({
    type: 'say',
    text: 'We close soon.',
    utteranceId: 'closing',
    isInterruptible: false,
    replaces: true,
  });
  const heard = { playedMs: 900, heardText: 'We close soon.', message: '' };
  emit({ type: 'utterance', utteranceId: 'closing', turnId: 'r', state: 'ended', ...heard });
  const looked = await ask('utterance', { sessionId, utteranceId: 'closing' });
  expect(looked).toEqual({ status: 200, data: { utteranceId: 'closing', state: 'ended', ...heard } });
  await client.event('visavis.say.state');
});

it('calls that are not there, texts that are too long or missing, and unknown ways to say them are refused', async () => {
  const { commands, config } = await call();
  const { sessionId } = config;
  const status = async (body: object, key?: string) => (await ask('say', body, key)).status;
  expect(await status({ sessionId: 'nobody', text: 'Hi.' })).toBe(404);
  expect(await status({ sessionId, text: 'x'.repeat(10_001) })).toBe(400);
  expect(await status({ sessionId, text: 'Hi.', utteranceId: 'x'.repeat(121) })).toBe(400);
  expect(await status({ sessionId })).toBe(400);
  expect(await status({ text: 'Hi.' })).toBe(400);
  expect(await status({ sessionId, text: 'Hi.', mode: 'shout' })).toBe(400);
  expect(await status({ sessionId, text: 'Hi.' }, 'sk_wrong')).toBe(401);
  expect((await ask('utterance', { sessionId, utteranceId: 'unknown' })).status).toBe(404);
  expect(commands.filter(({ type }) => type === 'say')).toEqual([]);
});

it('texts beyond those that may wait, and a second one of an id, are refused', async () => {
  const { sessionId } = (await call()).config;
  for (let index = 0; index < 16; index += 1) await ask('say', { sessionId, text: 'Hi.', utteranceId: `u${index}` });
  expect((await ask('say', { sessionId, text: 'Hi.' })).status).toBe(429);
  expect((await ask('say', { sessionId, text: 'Hi.', utteranceId: 'u3' })).status).toBe(409);
});
