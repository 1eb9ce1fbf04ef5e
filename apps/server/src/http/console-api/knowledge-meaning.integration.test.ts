import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { newPublicId } from '../../control/ids.ts';
import { ScriptedEmbeddingsServer } from '../../control/knowledge/testing/scripted-embeddings-server.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { JOBS } from '../../jobs/definitions.ts';
import { addBuiltInAvatar } from './testing/built-in-avatar.ts';
import { type ConsoleTestServer, createConsoleServer } from './testing/console-server.ts';
import { TestBrowser } from './testing/test-browser.ts';

const HOTEL = '# Animals\n\nPuppies cost 12 euros a night.';
const MORNING = 'Breakfast is served from seven to ten.';

describeOnBothDatabases('documents that are looked up by their meaning', (context) => {
  let meaning: ScriptedEmbeddingsServer;
  beforeAll(async () => {
    meaning = await ScriptedEmbeddingsServer.start();
  });
  afterAll(() => meaning?.close());
  beforeEach(async () => {
    meaning.mode = 'ok';
    meaning.asked.length = 0;
    await context.db.orm.execute('delete from attempts');
    await context.db.orm.execute('delete from knowledge_sources');
  });

  /** A server with that model. */
  async function open(model: string): Promise<ConsoleTestServer> {
    const embeddings = { url: meaning.url, model, apiKey: () => undefined };
    const server = await createConsoleServer(context.db, { embeddings });
    onTestFinished(() => server.close());
    return server;
  }

  /** An avatar whose documents are sent and looked up there. */
  async function openAvatar(server: ConsoleTestServer) {
    const browser = new TestBrowser(server.app);
    await browser.register(`${newPublicId()}@example.org`);
    const { projectId } = (await browser.send('POST', '/projects', { name: 'Hotel' })).json();
    const fromAvatarId = await addBuiltInAvatar(context.db);
    const made = await browser.send('POST', `/projects/${projectId}/avatars`, { fromAvatarId, name: 'Mia' });
    const path = `/projects/${projectId}/avatars/${made.json().avatarId}/knowledge`;
    return {
      async send(name: string, payload: string): Promise<void> {
        const headers = { 'content-type': 'application/octet-stream' };
        const reply = await browser.request({ method: 'POST', url: `/api/v1${path}?name=${name}`, payload, headers });
        expect(reply.statusCode).toBeLessThan(300);
      },
      async find(query: string): Promise<string[]> {
        const found = await browser.send('GET', `${path}/search?query=${encodeURIComponent(query)}`);
        return found.json().map(({ source }: { source: string }) => source);
      },
    };
  }

  const embed = (server: ConsoleTestServer) => server.plane.jobs?.runDue(JOBS.embeddings.name);
  const models = async () => {
    const { rows } = await context.db.orm.execute<{ model: string | null; bytes: number | null }>(
      'select distinct embedding_model as model, length(embedding) as bytes from knowledge_passages',
    );
    return rows;
  };

  test('a question finds what it means, where no word of it stands', async () => {
    const server = await open('first');
    const { send, find } = await openAvatar(server);
    await send('hotel.md', HOTEL);
    await send('morning.txt', MORNING);
    await embed(server);
    expect(await models()).toEqual([{ model: 'first', bytes: 4 }]);
    expect((await find('Any pets?'))[0]).toBe('hotel.md');
    expect((await find('I am hungry'))[0]).toBe('morning.txt');
  });

  test.for(['silent', 'refused'] as const)(
    'a service that is %s leaves words to decide, at once the next time',
    async (mode) => {
      const server = await open('first');
      const { send, find } = await openAvatar(server);
      await send('hotel.md', HOTEL);
      await send('morning.txt', MORNING);
      await embed(server);
      meaning.mode = mode;
      meaning.asked.length = 0;
      expect(await find('when is breakfast')).toEqual(['morning.txt']);
      expect(await find('breakfast, please')).toEqual(['morning.txt']);
      expect(meaning.asked.map(({ input }) => input)).toEqual([['when is breakfast']]);
    },
  );

  test('many passages are embedded in batches, and what a failure leaves is taken up again', async () => {
    const page = (no: number) => `Room ${no} has a sauna. ${'It is warm there. '.repeat(60)}`;
    meaning.mode = 'refused';
    const server = await open('first');
    const { send } = await openAvatar(server);
    await send('rooms.txt', Array.from({ length: 70 }, (_, no) => page(no)).join('\n\n'));
    await embed(server);
    expect(await models()).toEqual([{ model: null, bytes: null }]);
    meaning.mode = 'ok';
    meaning.asked.length = 0;
    await embed(await open('first'));
    expect(await models()).toEqual([{ model: 'first', bytes: 4 }]);
    expect(Math.max(...meaning.asked.map(({ input }) => input.length))).toBe(32);
  });

  test('a passage that the service does not take is left to words, and holds up no other', async () => {
    const server = await open('first');
    const { send, find } = await openAvatar(server);
    meaning.mode = 'picky';
    await send('long.txt', 'This one is too long for it, and tells of a giraffe.');
    await send('hotel.md', HOTEL);
    await send('morning.txt', MORNING);
    await embed(server);
    expect(await models()).toHaveLength(2);
    expect(await models()).toEqual(expect.arrayContaining([{ model: 'first', bytes: null }]));
    expect((await find('I am hungry'))[0]).toBe('morning.txt');
    expect((await find('giraffe'))[0]).toBe('long.txt');
    meaning.asked.length = 0;
    await embed(server);
    expect(meaning.asked).toEqual([]);
  });

  test('a model that is another one under the same name embeds everything anew', async () => {
    const server = await open('first');
    const { send } = await openAvatar(server);
    await send('hotel.md', HOTEL);
    await embed(server);
    meaning.mode = 'longer';
    await send('morning.txt', MORNING);
    await embed(server);
    expect(await models()).toEqual([{ model: 'first', bytes: 5 }]);
  });

  test('with another model everything is embedded anew', async () => {
    const server = await open('first');
    const { send } = await openAvatar(server);
    await send('hotel.md', HOTEL);
    await embed(server);
    await embed(await open('second'));
    expect(await models()).toEqual([{ model: 'second', bytes: 4 }]);
  });
});
