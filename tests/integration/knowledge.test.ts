import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { TestClient } from '../../apps/server/src/gateway/navtalk-v2/test-client.ts';
import { ScriptedCompletionsServer } from '../../packages/media/src/voice/openai-compatible/testing/scripted-completions-server.ts';
import {
  ScriptedRealtimeServer,
  TEST_API_KEY,
} from '../../packages/media/src/voice/openai-realtime/testing/scripted-realtime-server.ts';
import { ConsoleVisitor } from '../support/console-visitor.ts';
import { startServer, type TestServer } from '../support/server-process.ts';

// The real server, its avatars' documents, and minds elsewhere.

let mind: ScriptedCompletionsServer;
let realtime: ScriptedRealtimeServer;
let server: TestServer;
let visitor: ConsoleVisitor;
let projectId: string;
let key: string;
beforeAll(async () => {
  [mind, realtime] = await Promise.all([ScriptedCompletionsServer.start(), ScriptedRealtimeServer.start()]);
  server = await startServer({
    LLM_URL: mind.url,
    LLM_MODEL: 'small',
    OPENAI_REALTIME_URL: realtime.url,
    OPENAI_API_KEY: TEST_API_KEY,
  });
  visitor = new ConsoleVisitor(server.url);
  await visitor.register('mia@example.org');
  ({ projectId } = (await visitor.post('/projects', { name: 'Hotel' })).body);
  ({ key } = (await visitor.post(`/projects/${projectId}/keys`, { name: 'k' })).body);
});
afterAll(async () => {
  await server?.stop();
  await Promise.all([mind?.close(), realtime?.close()]);
});

const HOURS = '# Hours\n\nBreakfast is served from seven to ten.';
const PLACE = { source: 'hours.md', page: null, part: 1 };

async function makeAvatar(provider: string, more: object = {}): Promise<string> {
  const base = `/projects/${projectId}/avatars`;
  const [builtIn] = (await visitor.get(base)).body;
  // Whatever the avatar that it is a copy of does.
  const fields = { name: `Mia ${provider}`, provider, firstMessage: '', model: 'small', remembers: false, ...more };
  const { avatarId } = (await visitor.post(base, { fromAvatarId: builtIn.avatarId, ...fields })).body;
  const path = `${base}/${avatarId}/knowledge?name=hours.md`;
  expect(await visitor.raw('POST', path, { type: 'text/markdown', body: HOURS })).toBe(201);
  return avatarId;
}

/** A call in which these are asked one after the other, and its messages in the record. */
async function talk(avatarId: string, questions: readonly string[], license = key, more: Record<string, string> = {}) {
  const client = new TestClient(server.url.replace('http', 'ws'), { license, avatarId, visavis: '1', ...more });
  onTestFinished(() => client.socket.close());
  await client.event('realtime.session.updated', 0, 60_000);
  for (const [index, question] of questions.entries()) {
    const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text: question }] };
    client.send({ type: 'conversation.item.create', item });
    client.send({ type: 'response.create' });
    await client.event('realtime.response.audio.done', index, 60_000);
  }
  const { sessionId } = (await client.event('realtime.session.created')).data;
  const told = client.events.filter(({ type }) => type === 'visavis.reply.sources').map(({ data }) => data.sources);
  client.socket.close();
  const path = `/projects/${projectId}/conversations/${sessionId}`;
  await expect.poll(async () => (await visitor.get(path)).body.status, { timeout: 20_000 }).toBe('completed');
  const { messages } = (await visitor.get(path)).body as { messages: { role: string; sources: unknown[] }[] };
  const cited = messages.filter(({ role }) => role === 'assistant').map(({ sources }) => sources);
  const text = (await visitor.text('GET', `${path}/export?format=text`, {})).body;
  return { told, cited, text };
}

test('what documents say goes with the question to a language model, and the answer names where it stands', async () => {
  mind.answer = ({ messages }) => {
    const note = JSON.stringify(messages);
    return [note.includes('from seven to ten') ? 'From seven to ten.' : 'I am well.'];
  };
  const { told, cited, text } = await talk(await makeAvatar('cascade'), ['How are you?', 'When is breakfast?']);
  expect([told, cited]).toEqual([[[PLACE]], [[], [PLACE]]]);
  expect(text).toContain('From seven to ten. [hours.md, part 1]');
  // It came with the question: no call of a tool stands between them.
  const last = mind.requests.at(-1)?.messages ?? [];
  expect(last.map(({ role }) => role)).not.toContain('tool');
  expect(JSON.stringify(last.at(-1))).toContain('When is breakfast?');
  expect(JSON.stringify(last.at(-2))).toContain('[hours.md, part 1]');
});

test('a voice that thinks elsewhere gets it as a note before it answers typed words', async () => {
  const { told, cited } = await talk(await makeAvatar('openai-realtime'), ['When is breakfast?']);
  expect([told, cited]).toEqual([[[PLACE]], [[PLACE]]]);
  expect(JSON.stringify(realtime.latest.received)).toContain('Breakfast is served from seven to ten.');
  expect(realtime.latest.mistakes).toEqual([]);
});

/** A token for pages, as a server with this key mints it. */
async function mint(withKey: string, body: object): Promise<{ status: number; token: string }> {
  const headers = { authorization: `Bearer ${withKey}`, 'content-type': 'application/json' };
  const reply = await fetch(`${server.url}/api/v1/browser-tokens`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  return { status: reply.status, token: ((await reply.json()) as { token: string }).token };
}

test('an avatar that remembers knows what a user of the same token id said before, and no page can name one', async () => {
  mind.answer = ({ messages }) => [JSON.stringify(messages).includes('Rex') ? 'You told me: Rex.' : 'I do not know.'];
  const knows = () => JSON.stringify(mind.requests.at(-1)?.messages).includes('Rex');
  const remembering = await makeAvatar('cascade', { remembers: true });
  const ann = await mint(key, { userId: 'ann' });
  await talk(remembering, ['My dog is called Rex.'], ann.token);
  await talk(remembering, ['What is my dog called?'], (await mint(key, { userId: 'ann' })).token);
  expect(knows()).toBe(true);
  await talk(remembering, ['What is my dog called?'], (await mint(key, { userId: 'bob' })).token);
  expect(knows()).toBe(false);
  // A page that says who it is, with a key or with a token of somebody else.
  await talk(remembering, ['What is my dog called?'], key, { userId: 'ann', callerId: 'ann' });
  expect(knows()).toBe(false);
  // Visitors have the token of a talk link.
  const link = await visitor.post(`/projects/${projectId}/avatars/${remembering}/talk-links`, {
    name: 'l',
    lifetimeHours: 1,
    maxConcurrentCalls: 1,
    maxMinutesPerDay: 5,
  });
  const linkToken = /vt_[\w-]+/.exec(JSON.stringify(link.body))?.[0] ?? expect.unreachable();
  expect((await mint(linkToken, { userId: 'ann' })).status).toBe(403);
  const forgetful = await makeAvatar('cascade');
  await talk(forgetful, ['My dog is called Rex, too.'], ann.token);
  await talk(forgetful, ['What is my dog called?'], ann.token);
  expect(knows()).toBe(false);

  const forgotten = await visitor.send('DELETE', `/projects/${projectId}/callers/ann`);
  expect(forgotten.body).toMatchObject({ kept: [] });
  expect(forgotten.body.deleted).toHaveLength(4);
  await talk(remembering, ['What is my dog called?'], ann.token);
  expect(knows()).toBe(false);
});
