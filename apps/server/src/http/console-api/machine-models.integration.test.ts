import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MachineModel, MachineModels } from '@visavis/protocol/rest';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import type { Model } from '../../models/model-catalogue.ts';
import { ModelDesk, type ModelDeskOptions } from '../../models/model-desk.ts';
import { type ConsoleTestServer, createConsoleServer } from './testing/console-server.ts';
import { TestBrowser } from './testing/test-browser.ts';

const WEIGHTS = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7) % 251));
const sum = createHash('sha256').update(WEIGHTS).digest('hex');
const modelOf = (name: string, memoryBytes: number | null): Model => ({
  name,
  kind: 'ears',
  summary: 'for trial',
  licence: 'MIT',
  repository: `somebody/${name}`,
  needs: 'nothing',
  room: { memoryBytes, cores: memoryBytes === null ? null : 2 },
  files: [{ path: 'weights.bin', sizeBytes: WEIGHTS.length, sha256: sum }],
});
const MODELS = [modelOf('small', 1_000), modelOf('large', 9_000_000_000), modelOf('unknown', null)];
const logger = { debug() {}, info() {}, warn() {}, error() {} };

describeOnBothDatabases('models of the machine', (context) => {
  let server: ConsoleTestServer;
  let operator: TestBrowser;
  let folder = '';
  let hub: Server;
  let asked: string[] = [];
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let freeBytes = 0;
  let desk: ModelDesk;
  const openDesk = (options: Partial<ModelDeskOptions> = {}): ModelDesk => {
    const hubUrl = `http://127.0.0.1:${(hub.address() as AddressInfo).port}`;
    return new ModelDesk({
      config: { folder, runtimesFolder: join(folder, 'runtimes'), hubUrl, mirrorFolder: null },
      logger,
      models: MODELS,
      machine: { memoryBytes: 4_000_000_000, cores: 2 },
      statfs: async () => ({ bavail: freeBytes, bsize: 1 }),
      ...options,
    });
  };

  beforeAll(async () => {
    const machineModels = {
      list: () => desk.list(),
      fetch: (name: string) => desk.fetch(name),
      stop: () => desk.stop(),
      verify: (name: string) => desk.verify(name),
      remove: (name: string) => desk.remove(name),
    };
    server = await createConsoleServer(context.db, { machineModels });
    operator = new TestBrowser(server.app);
    await operator.register('operator@example.org');
    hub = createServer((request, response) => {
      asked.push(request.url ?? '');
      answer(request, response);
    });
    await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    await server.close();
    hub.closeAllConnections();
    await new Promise((resolve) => hub.close(resolve));
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visavis-desk-'));
    freeBytes = 10_000_000_000;
    asked = [];
    answer = serve;
    desk = openDesk();
  });
  afterEach(async () => {
    await desk.close();
    await rm(folder, { recursive: true, force: true });
  });

  function serve({ headers }: IncomingMessage, response: ServerResponse): void {
    const from = Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0);
    const range = `bytes ${from}-${WEIGHTS.length - 1}/${WEIGHTS.length}`;
    if (from > 0) response.writeHead(206, { 'content-range': range });
    response.end(WEIGHTS.subarray(from));
  }

  /** Gives a part, and no more for as long as somebody waits. */
  const serveHalf = (_request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(200, { 'content-length': WEIGHTS.length });
    response.write(WEIGHTS.subarray(0, 100_000));
  };

  const list = async (): Promise<MachineModels> => (await operator.send('GET', '/operator/machine-models')).json();
  const find = async (name: string): Promise<MachineModel | undefined> =>
    (await list()).models.find((model) => model.name === name);
  const order = (verb: string, name?: string, browser = operator) =>
    browser.send('POST', `/operator/machine-models/${verb}`, name === undefined ? {} : { name });
  const stateOf = async (name: string) => (await find(name))?.state;

  test('are listed with what they want and whether this machine has it, and nothing is fetched unasked', async () => {
    const { models, machine } = await list();
    expect(machine).toEqual({ memoryBytes: 4_000_000_000, cores: 2, freeDiskBytes: freeBytes });
    expect(models.map(({ name, fits, state }) => [name, fits, state])).toEqual([
      ['small', true, 'absent'],
      ['large', false, 'absent'],
      ['unknown', null, 'absent'],
    ]);
    expect(models[0]).toMatchObject({ kind: 'ears', licence: 'MIT', sizeBytes: WEIGHTS.length, isOwn: false });
    expect(asked).toEqual([]);
  });

  test('are fetched, checked and deleted', async () => {
    expect((await order('fetch', 'small')).statusCode).toBe(200);
    await expect.poll(() => stateOf('small')).toBe('here');
    expect(await find('small')).toMatchObject({ checked: 'sound', fault: null });
    expect(asked).toEqual(['/somebody/small/resolve/main/weights.bin']);

    await writeFile(join(folder, 'small', 'weights.bin'), Buffer.alloc(WEIGHTS.length));
    expect((await order('verify', 'small')).statusCode).toBe(200);
    await expect.poll(() => stateOf('small')).toBe('damaged');
    expect((await order('fetch', 'small')).statusCode).toBe(200);
    await expect.poll(() => stateOf('small')).toBe('here');

    expect((await order('remove', 'small')).json().models[0]).toMatchObject({ state: 'absent', checked: null });
    await expect(stat(join(folder, 'small'))).rejects.toThrow();
    const actions = (await operator.send('GET', '/audit?limit=20'))
      .json()
      .items.map((entry: { action: string }) => entry.action);
    expect(actions).toEqual(expect.arrayContaining(['model.fetched', 'model.verified', 'model.removed']));
  });

  test('come one at a time, whoever looks at the page, and what was stopped goes on where it was', async () => {
    answer = serveHalf;
    await order('fetch', 'small');
    await expect.poll(async () => (await find('small'))?.arrivedBytes).toBe(100_000);
    expect(await stateOf('small')).toBe('coming');
    for (const [verb, name] of [
      ['fetch', 'small'],
      ['fetch', 'unknown'],
      ['verify', 'unknown'],
      ['remove', 'small'],
    ] as const) {
      const refused = await order(verb, name);
      expect([verb, refused.statusCode, refused.json().error.reason]).toEqual([verb, 409, 'model-busy']);
    }
    expect((await order('stop')).json().models[0]).toMatchObject({
      state: 'absent',
      arrivedBytes: 100_000,
      fault: null,
    });

    // Also after a start of the server, and not unasked.
    desk = openDesk();
    expect(await find('small')).toMatchObject({ state: 'absent', arrivedBytes: 100_000 });
    const before = asked.length;
    answer = (request, response) => {
      expect(request.headers.range).toBe('bytes=100000-');
      serve(request, response);
    };
    expect(asked.length).toBe(before);
    await order('fetch', 'small');
    await expect.poll(() => stateOf('small')).toBe('here');
  });

  test('say why they did not come: no room, nothing there, another content', async () => {
    freeBytes = 1_000_000;
    const refused = await order('fetch', 'small');
    expect([refused.statusCode, refused.json().error.reason]).toEqual([409, 'no-room-for-model']);
    expect(refused.json().error.message).toMatch(/1 MB more, and the disk has 1 MB free/);
    expect(asked).toEqual([]);
    freeBytes = 10_000_000_000;
    answer = (_request, response) => response.writeHead(404).end();
    await order('fetch', 'small');
    await expect.poll(async () => (await find('small'))?.fault).toMatch(/There is no weights.bin/);
    answer = (_request, response) => response.end(Buffer.alloc(WEIGHTS.length));
    await order('fetch', 'small');
    await expect.poll(async () => (await find('small'))?.fault).toMatch(/thrown away/);
    expect(await stateOf('small')).toBe('absent');
    answer = serve;
    await order('fetch', 'small');
    await expect.poll(() => stateOf('small')).toBe('here');
    expect((await find('small'))?.fault).toBeNull();
  });

  test('that are here already are not fetched again, and another content is not told as sound', async () => {
    await order('fetch', 'small');
    await expect.poll(() => stateOf('small')).toBe('here');
    expect((await order('fetch', 'small')).json().models[0]).toMatchObject({ state: 'here', checked: 'sound' });
    expect(asked).toHaveLength(1);

    const weights = join(folder, 'small', 'weights.bin');
    await rm(weights);
    await writeFile(weights, Buffer.alloc(WEIGHTS.length));
    expect(await find('small')).toMatchObject({ state: 'here', checked: null });
    await order('verify', 'small');
    await expect.poll(async () => (await find('small'))?.checked).toBe('damaged');
    await rm(join(folder, 'small'), { recursive: true });
    expect(await find('small')).toMatchObject({ state: 'absent', checked: null });
  });

  test('that cannot be compared are damaged, and no failed fetch', async () => {
    await mkdir(join(folder, 'small'));
    answer = (_request, response) => response.writeHead(404).end();
    await order('fetch', 'small');
    await expect.poll(async () => (await find('small'))?.fault).toMatch(/There is no weights.bin/);
    await order('verify', 'small');
    await expect.poll(async () => (await find('small'))?.checked).toBe('damaged');
    expect(await find('small')).toMatchObject({ state: 'damaged', fault: null });
  });

  test('are not deleted while another process fetches them', async () => {
    answer = serveHalf;
    await order('fetch', 'small');
    await expect.poll(async () => (await find('small'))?.arrivedBytes).toBe(100_000);
    await order('stop');
    const lock = join(folder, '.arriving', 'small.lock');
    await writeFile(lock, String(process.ppid));
    const refused = await order('remove', 'small');
    expect([refused.statusCode, refused.json().error.reason]).toEqual([409, 'model-busy']);
    expect((await find('small'))?.arrivedBytes).toBe(100_000);
    await unlink(lock);
    expect((await order('remove', 'small')).json().models[0]).toMatchObject({ state: 'absent', arrivedBytes: 0 });
  });

  test('hold nobody who stops, nor the end of the server, where a disk answers no more', async () => {
    let count = 0;
    const stuck = () =>
      ++count === 1 ? Promise.resolve({ bavail: freeBytes, bsize: 1 }) : new Promise<never>(() => {});
    const held = openDesk({ statfs: stuck, stopLimitMs: 20 });
    await held.fetch('small');
    await expect.poll(() => count).toBe(2);
    await held.stop();
    await expect(held.fetch('large')).rejects.toThrow(/small is being fetched/);
    await held.close();
  });

  test('of one’s own are deleted, and neither fetched nor checked', async () => {
    await mkdir(join(folder, 'mine'));
    await writeFile(join(folder, 'mine', 'mine.gguf'), 'GGUF and more');
    expect(await find('mine')).toMatchObject({ isOwn: true, kind: 'brain', state: 'here' });
    expect((await order('fetch', 'mine')).statusCode).toBe(404);
    expect((await order('verify', 'mine')).statusCode).toBe(404);
    await order('remove', 'mine');
    expect(await find('mine')).toBeUndefined();
  });

  test('are names of the list alone: no path, nothing longer, nothing that is not there', async () => {
    await mkdir(join(folder, 'kept'));
    for (const name of ['../kept', 'kept', '.arriving', '/etc', 'large/../small', '__proto__']) {
      for (const verb of ['fetch', 'verify', 'remove']) {
        expect([name, verb, (await order(verb, name)).statusCode]).toEqual([name, verb, 404]);
      }
    }
    expect((await order('fetch', 'x'.repeat(5_000))).statusCode).toBe(400);
    expect((await order('fetch')).statusCode).toBe(400);
    expect((await order('remove', 'large')).statusCode).toBe(404);
    expect((await stat(join(folder, 'kept'))).isDirectory()).toBe(true);
    expect(asked).toEqual([]);
  });

  test('are seen and ordered by nobody but the operator', async () => {
    const member = new TestBrowser(server.app);
    await member.register('member@example.org');
    const seen = await member.send('GET', '/operator/machine-models');
    expect([seen.statusCode, seen.body.includes('small')]).toEqual([403, false]);
    for (const verb of ['fetch', 'stop', 'verify', 'remove']) {
      expect([verb, (await order(verb, verb === 'stop' ? undefined : 'small', member)).statusCode]).toEqual([
        verb,
        403,
      ]);
    }
    expect([asked, await stateOf('small')]).toEqual([[], 'absent']);
  });
});
