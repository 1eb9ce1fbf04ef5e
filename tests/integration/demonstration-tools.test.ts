import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { TestClient } from '../../apps/server/src/gateway/navtalk-v2/test-client.ts';
import { ConsoleVisitor } from '../support/console-visitor.ts';
import { startServer, type TestServer } from '../support/server-process.ts';
import { startCallingMind } from '../support/talking-services.ts';

// The real server, whose built-in avatars stay with the demonstration, beside avatars with a language model.

const WORDS = 'Please book a table for 4 guests';

let mind: Awaited<ReturnType<typeof startCallingMind>>;
let server: TestServer;
let visitor: ConsoleVisitor;
let projectId: string;
let key: string;
beforeAll(async () => {
  mind = await startCallingMind({ [WORDS]: { name: 'book_table', given: { guests: 4 } } });
  server = await startServer({ ...mind.environment, VOICE_PROVIDER: 'local' });
  visitor = new ConsoleVisitor(server.url);
  await visitor.register('mia@example.org');
  ({ projectId } = (await visitor.post('/projects', { name: 'Shop' })).body);
  ({ key } = (await visitor.post(`/projects/${projectId}/keys`, { name: 'k' })).body);
});
afterAll(async () => {
  await server?.stop();
  await mind?.close();
});

/** The client of a call in which this has been said to an avatar that has a tool for it. */
async function askFor(provider: string): Promise<TestClient> {
  const base = `/projects/${projectId}/avatars`;
  const [builtIn] = (await visitor.get(base)).body;
  const tools = [{ name: 'book_table', description: 'Books a table in the restaurant.', parameters: {} }];
  const fields = { name: `Mia ${provider}`, provider, firstMessage: '', tools };
  const { avatarId } = (await visitor.post(base, { fromAvatarId: builtIn.avatarId, ...fields })).body;
  const client = new TestClient(server.url.replace('http', 'ws'), { license: key, avatarId });
  onTestFinished(() => client.socket.close());
  await client.event('realtime.session.updated', 0, 60_000);
  const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text: WORDS }] };
  client.send({ type: 'conversation.item.create', item });
  client.send({ type: 'response.create' });
  return client;
}

test('the demonstration calls no tool of the page, and says what it lacks', async () => {
  const client = await askFor('local');
  const { data } = await client.event('realtime.response.audio_transcript.done', 0, 40_000);
  expect(data.content).toContain('language model');
  expect(client.types().filter((type) => type.includes('function_call'))).toEqual([]);
});

test('a language model beside it calls the same tool', async () => {
  const client = await askFor('cascade');
  const { data } = await client.event('realtime.response.function_call_arguments.done', 0, 40_000);
  expect(data).toMatchObject({ function_name: 'book_table', arguments: { guests: 4 } });
});
