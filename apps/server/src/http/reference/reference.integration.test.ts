import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { createConversationStore } from '../../control/conversations/conversation-store.ts';
import { newPublicId } from '../../control/ids.ts';
import { avatars } from '../../db/schema.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { type ConsoleTestServer, createConsoleServer } from '../console-api/testing/console-server.ts';
import { TestBrowser } from '../console-api/testing/test-browser.ts';
import { type CodeSample, SAMPLE_SERVER } from './code-samples.ts';
import type { Schema } from './example-value.ts';

type Content = Readonly<Record<string, { readonly schema?: Schema; readonly example?: unknown }>>;
type Operation = {
  readonly tags: readonly string[];
  readonly summary: string;
  readonly security?: readonly Readonly<Record<string, unknown>>[];
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
  readonly requestBody?: { readonly content: Content };
  readonly 'x-codeSamples': readonly CodeSample[];
};

describeOnBothDatabases('the reference', (context) => {
  let server: ConsoleTestServer;
  let license: string;
  let operations: { readonly name: string; readonly method: string; readonly path: string; readonly of: Operation }[];
  const [avatarId, sessionId] = [newPublicId(), newPublicId()];

  beforeAll(async () => {
    server = await createConsoleServer(context.db);
    const browser = new TestBrowser(server.app);
    await browser.register(`${newPublicId()}@example.org`);
    const { projectId } = (await browser.send('POST', '/projects', { name: 'Shop' })).json();
    const key = (await browser.send('POST', `/projects/${projectId}/keys`, { name: 'Web' })).json();
    license = key.key;
    await context.db.orm.insert(avatars).values([
      {
        id: avatarId,
        projectId,
        name: 'Mia',
        provider: 'local',
        model: 'local',
        voice: 'cedar',
        language: 'en',
        bundleSource: 'shipped',
        bundleName: 'leo',
        thumbnail: 'still.webp',
        prompt: 'You are Mia.',
      },
      {
        id: newPublicId(),
        name: 'navtalk.Leo',
        provider: 'local',
        model: 'local',
        voice: 'cedar',
        language: 'en',
        bundleSource: 'shipped',
        bundleName: 'leo',
        thumbnail: 'still.webp',
        prompt: '',
      },
    ]);
    const store = createConversationStore(context.db);
    await store.start({ sessionId, projectId, licenceId: key.licenceId, avatarId, startedAt: new Date() });
    await store.addMessage({ sessionId, role: 'user', text: 'When is breakfast?', at: new Date() });
    await store.end(sessionId, { endedAt: new Date(), status: 'completed', reason: 'over' });
    const { paths } = (await server.app.inject('/openapi.json')).json() as {
      paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
    };
    operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, of]) => ({ name: `${method} ${path}`, method, path, of })),
    );
  });
  afterAll(() => server.close());

  const isOpen = ({ of }: { of: Operation }) => of.tags.includes('Open REST');

  test('describes every answer of every route, in words and by an example that fits its schema', () => {
    expect(operations.filter(isOpen).length).toBeGreaterThan(12);
    for (const { name, of } of operations) {
      for (const [status, { description, content = {} }] of Object.entries(of.responses)) {
        expect([name, status, description]).not.toEqual([name, status, 'Default Response']);
        expect([name, status, description.length > 1]).toEqual([name, status, true]);
        for (const [type, { schema, example }] of Object.entries(content)) {
          if (!type.includes('json') || schema === undefined) continue;
          const fits = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(example);
          expect([name, status, fits.error?.message]).toEqual([name, status, undefined]);
        }
      }
      // What the model is told of a tool comes as clients pass it on, without the envelope.
      if (!of.tags.includes('Open REST') || name.endsWith('/realtime_function_call')) continue;
      expect([name, of.responses['200']?.content?.['application/json']?.example]).toEqual([
        name,
        expect.objectContaining({ code: 200, message: 'SUCCESS' }),
      ]);
    }
  });

  test('names every route of the open interface once, however clients may ask', () => {
    const open = operations.filter(isOpen).map(({ path }) => path);
    expect(open).toEqual([...new Set(open)]);
    const summaries = operations.filter(isOpen).map(({ of }) => of.summary);
    expect(summaries).toEqual([...new Set(summaries)]);
  });

  test('answers of the open interface are as it says', async () => {
    const loop = await server.app.inject({
      method: 'POST',
      url: '/api/open/v1/generate/generateLoopVideo',
      headers: { license },
      payload: { url: 'https://files.example/mia.png' },
    });
    const ids: Readonly<Record<string, string>> = {
      taskId: loop.json().data.taskId,
      avatarId,
      avatar: avatarId,
      jobId: avatarId,
      sessionId,
      id: sessionId,
    };
    let asked = 0;
    for (const { name, method, path, of } of operations.filter(isOpen)) {
      // Texts that are spoken are known in calls that go on only: see the tests of `spoken-texts.ts`.
      if (method !== 'get' || path === '/api/open/v1/talk/utterance') continue;
      asked += 1;
      const query = new URLSearchParams({ ...ids, name: 'Mia' });
      if (path.startsWith('/api/chat/sessions')) for (const wish of ['id', 'name']) query.delete(wish);
      const url = `${path.replace('{id}', sessionId)}?${query}`;
      const reply = await server.app.inject({ url, headers: { license } });
      expect([name, reply.statusCode]).toEqual([name, 200]);
      const schema = of.responses['200']?.content?.['application/json']?.schema;
      const fits = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(reply.json());
      expect([name, fits.error?.message]).toEqual([name, undefined]);
      // Nothing is answered that is not described.
      expect([name, fits.data]).toEqual([name, reply.json()]);
    }
    expect(asked).toBeGreaterThan(9);
  });

  test('refusals are as it says, in their fields and in their words', async () => {
    const refusalOf = (wanted: string, status: string) =>
      operations.find(({ name }) => name === wanted)?.of.responses[status]?.content?.['application/json'];
    const owner = new TestBrowser(server.app);
    await owner.register(`${newPublicId()}@example.org`);
    const missing = await owner.send('GET', `/projects/${newPublicId()}`);
    const described = refusalOf('get /api/v1/projects/{projectId}', 'default');
    expect(described?.example).toEqual(missing.json());
    const parsed = z.fromJSONSchema(described?.schema as Parameters<typeof z.fromJSONSchema>[0]).parse(missing.json());
    expect(parsed).toEqual(missing.json());
    for (const [headers, status] of [
      [{ license: 'unknown' }, '401'],
      [{ license }, '400'],
    ] as const) {
      const refused = await server.app.inject({ url: '/api/open/v1/avatar/detail', headers });
      const { example } = refusalOf('get /api/open/v1/avatar/detail', status) ?? {};
      expect([refused.statusCode, refused.json()]).toEqual([Number(status), example]);
    }
  });

  test('has code for every route, in three languages, that asks for it', async () => {
    for (const { name, method, path, of } of operations) {
      const samples = of['x-codeSamples'];
      expect([name, samples.map(({ lang }) => lang)]).toEqual([name, ['curl', 'JavaScript', 'Python']]);
      const [start = ''] = path.split('{');
      for (const { lang, source } of samples) {
        expect([name, lang, source.includes(SAMPLE_SERVER + start)]).toEqual([name, lang, true]);
        expect([name, lang, /sk_navtalk_[a-z0-9]/i.test(source)]).toEqual([name, lang, false]);
      }
      const asked = await requestOf(samples[1]?.source ?? '');
      expect([name, asked.method, asked.url.startsWith(SAMPLE_SERVER + start)]).toEqual([
        name,
        method.toUpperCase(),
        true,
      ]);
      const needsKey = of.security?.some((needed) => 'license' in needed) === true;
      expect([name, asked.headers.get('license')]).toEqual([name, needsKey ? 'the key' : null]);
      if (of.requestBody?.content['application/json'] === undefined) continue;
      expect([name, asked.headers.get('content-type')]).toEqual([name, 'application/json']);
      expect(JSON.parse(await asked.text())).toEqual(of.requestBody.content['application/json'].example);
    }
  });
});

/** What the JavaScript asks for when it runs. */
async function requestOf(source: string): Promise<Request> {
  let asked: Request | undefined;
  const AsyncFunction = (async () => {}).constructor as new (
    ...parts: readonly string[]
  ) => (...values: readonly unknown[]) => Promise<void>;
  await new AsyncFunction('fetch', 'process', 'console', source)(
    async (...given: ConstructorParameters<typeof Request>) => {
      asked = new Request(...given);
      return Response.json({});
    },
    { env: { VISAVIS_KEY: 'the key', VISAVIS_COOKIE: 'a=b' } },
    { log: () => {} },
  );
  if (asked === undefined) throw new Error(`This asks for nothing:\n${source}`);
  return asked;
}
