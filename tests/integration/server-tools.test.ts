import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { TestClient } from '../../apps/server/src/gateway/navtalk-v2/test-client.ts';
import { ScriptedCompletionsServer } from '../../packages/media/src/voice/openai-compatible/testing/scripted-completions-server.ts';
import {
  ScriptedRealtimeServer,
  TEST_API_KEY,
} from '../../packages/media/src/voice/openai-realtime/testing/scripted-realtime-server.ts';
import { ConsoleVisitor } from '../support/console-visitor.ts';
import { startServer, type TestServer } from '../support/server-process.ts';
import { ToolReceiver } from '../support/tool-receiver.ts';

// The real server, its avatars' minds and somebody's tools elsewhere.

let mind: ScriptedCompletionsServer;
let realtime: ScriptedRealtimeServer;
let receiver: ToolReceiver;
let server: TestServer;
let visitor: ConsoleVisitor;
let projectId: string;
let key: string;
beforeAll(async () => {
  [mind, realtime, receiver] = await Promise.all([
    ScriptedCompletionsServer.start(),
    ScriptedRealtimeServer.start(),
    ToolReceiver.start(),
  ]);
  server = await startServer({
    LLM_URL: mind.url,
    LLM_MODEL: 'small',
    OPENAI_REALTIME_URL: realtime.url,
    OPENAI_API_KEY: TEST_API_KEY,
    TOOL_PRIVATE_HOSTS: '127.0.0.1',
  });
  visitor = new ConsoleVisitor(server.url);
  await visitor.register('mia@example.org');
  ({ projectId } = (await visitor.post('/projects', { name: 'Shop' })).body);
  ({ key } = (await visitor.post(`/projects/${projectId}/keys`, { name: 'k' })).body);
});
afterAll(async () => {
  await server?.stop();
  await Promise.all([mind?.close(), realtime?.close(), receiver?.close()]);
});

async function makeAvatar(provider: string): Promise<string> {
  const base = `/projects/${projectId}/avatars`;
  const [builtIn] = (await visitor.get(base)).body;
  const tools = ['weather', 'tides'].map((name) => ({
    name,
    description: `Tells the ${name}.`,
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
    webhook: { url: `${receiver.url}/${name}` },
  }));
  const fields = { name: `Mia ${provider}`, provider, firstMessage: '', model: 'small', tools };
  const made = await visitor.post(base, { fromAvatarId: builtIn.avatarId, ...fields });
  expect(made.status).toBe(201);
  return made.body.avatarId;
}

/** A call in which this is asked, until it is answered with these words; gives the session's id. */
async function ask(avatarId: string, question: string, answer: string): Promise<string> {
  const client = new TestClient(server.url.replace('http', 'ws'), { license: key, avatarId, visavis: '1' });
  onTestFinished(() => client.socket.close());
  await client.event('realtime.session.updated', 0, 60_000);
  const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text: question }] };
  client.send({ type: 'conversation.item.create', item });
  client.send({ type: 'response.create' });
  const answers = () =>
    client.events
      .filter(({ type }) => type === 'realtime.response.audio_transcript.done')
      .map(({ data }) => data.content);
  await expect.poll(() => answers().at(-1), { timeout: 40_000 }).toContain(answer);
  expect(client.types().filter((type) => type.includes('function_call'))).toEqual([]);
  client.socket.close();
  return (await client.event('realtime.session.created')).data.sessionId as string;
}

async function toolCalls(sessionId: string) {
  const path = `/projects/${projectId}/conversations/${sessionId}`;
  await expect.poll(async () => (await visitor.get(path)).body.status, { timeout: 20_000 }).toBe('completed');
  const { body } = await visitor.get(path);
  return body.toolCalls.map(({ name, by, state, output }: Record<string, unknown>) => ({ name, by, state, output }));
}

test('two tools that a language model calls at once are asked side by side, and both results make one answer', async () => {
  const both = Promise.withResolvers<void>();
  receiver.requests.length = 0;
  receiver.reply = async ({ path }) => {
    if (receiver.requests.length === 2) both.resolve();
    await both.promise;
    return { body: path === '/weather' ? 'sunny' : 'low' };
  };
  const call = (id: string, name: string) => ({ call: { id, name, arguments: '{"city":"Brest"}' } });
  mind.answer = ({ messages }) => {
    const results = messages.filter(({ role }) => role === 'tool').map(({ content }) => content);
    if (results.length === 0) return [call('c1', 'weather'), call('c2', 'tides')];
    return [`It is ${results.join(' and ')}.`];
  };
  const sessionId = await ask(await makeAvatar('cascade'), 'Can I sail?', 'It is sunny and low.');
  expect(await toolCalls(sessionId)).toEqual([
    { name: 'weather', by: 'server', state: 'answered', output: 'sunny' },
    { name: 'tides', by: 'server', state: 'answered', output: 'low' },
  ]);
  expect(mind.requests.at(-1)?.tools).toHaveLength(2);
});

test('a voice that hears and speaks by itself is answered the same way', async () => {
  receiver.reply = () => ({ body: 'rain at noon' });
  const sessionId = await ask(await makeAvatar('openai-realtime'), 'What is the weather?', 'rain at noon');
  expect(await toolCalls(sessionId)).toEqual([
    { name: 'weather', by: 'server', state: 'answered', output: 'rain at noon' },
  ]);
  expect(realtime.latest.mistakes).toEqual([]);
});
