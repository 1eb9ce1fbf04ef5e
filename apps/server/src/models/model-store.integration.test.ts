import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findEntry } from '@visavis/media/voice-catalogue';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fetchModelFile } from './fetch-model-file.ts';
import { findModels } from './installed-models.ts';
import { MODELS, type Model } from './model-catalogue.ts';
import { mirrorFolder, modelHub } from './model-source.ts';
import { ModelStore } from './model-store.ts';
import { ownBrain, ownBrains, requireFreeName } from './own-brains.ts';

const WEIGHTS = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7) % 251));
const WORDS = Buffer.from('one two three');
const sumOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

const MODEL: Model = {
  name: 'trial',
  kind: 'turn-end',
  summary: 'for trial',
  licence: 'MIT',
  repository: 'somebody/trial',
  needs: 'nothing',
  room: { memoryBytes: null, cores: null },
  files: [
    { path: 'onnx/weights.onnx', sizeBytes: WEIGHTS.length, sha256: sumOf(WEIGHTS) },
    { path: 'words.txt', sizeBytes: WORDS.length, sha256: null },
  ],
};
const signal = new AbortController().signal;

let folder = '';
let server: Server;
let hub = '';
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let asked: { url: string; range: string | undefined }[] = [];

function serve({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
  const bytes = url.endsWith('words.txt') ? WORDS : WEIGHTS;
  const from = Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0);
  if (from > 0) response.writeHead(206, { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` });
  response.end(bytes.subarray(from));
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavis-models-'));
  asked = [];
  answer = serve;
  server = createServer((request, response) => {
    asked.push({ url: request.url ?? '', range: request.headers.range });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  hub = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

const store = (): ModelStore => new ModelStore({ folder });
const pull = (): Promise<void> => store().pull(MODEL, [modelHub(hub)], { signal, firstRestMs: 1 });
const weights = (): Promise<Buffer> => readFile(join(folder, 'trial', 'onnx', 'weights.onnx'));

describe('pulling a model', () => {
  it('fetches its files from the hub, tells how far it is, and leaves nothing else', async () => {
    const told: number[] = [];
    await store().pull(MODEL, [modelHub(hub)], { signal, onBytes: (bytes) => told.push(bytes) });
    expect((await weights()).equals(WEIGHTS)).toBe(true);
    expect(asked.map(({ url }) => url)).toEqual([
      '/somebody/trial/resolve/main/onnx/weights.onnx',
      '/somebody/trial/resolve/main/words.txt',
    ]);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told.at(-1)).toBe(WEIGHTS.length + WORDS.length);
    expect(await readdir(join(folder, '.arriving'))).toEqual([]);
    expect(await store().has(MODEL)).toBe(true);
    expect(await store().verify(MODEL)).toEqual([]);
  });

  it('goes on where the line broke, within a pull and in the next one', async () => {
    const arriving = join(folder, '.arriving', 'trial', 'onnx', 'weights.onnx');
    answer = (request, response) => {
      if (asked.length > 1) return serve(request, response);
      response.writeHead(200, { 'content-length': WEIGHTS.length });
      response.write(WEIGHTS.subarray(0, 100_000));
      void vi.waitFor(async () => expect((await stat(arriving)).size).toBe(100_000)).then(() => response.destroy());
    };
    await pull();
    expect(asked[1]?.range).toBe('bytes=100000-');
    expect((await weights()).equals(WEIGHTS)).toBe(true);

    await store().remove(MODEL);
    await mkdir(join(folder, '.arriving', 'trial', 'onnx'), { recursive: true });
    await writeFile(arriving, WEIGHTS.subarray(0, 250_000));
    asked = [{ url: 'before', range: undefined }];
    await pull();
    expect(asked[1]?.range).toBe('bytes=250000-');
    expect((await weights()).equals(WEIGHTS)).toBe(true);
  });

  it('begins anew where the hub knows no ranges', async () => {
    await mkdir(join(folder, '.arriving', 'trial', 'onnx'), { recursive: true });
    await writeFile(join(folder, '.arriving', 'trial', 'onnx', 'weights.onnx'), Buffer.alloc(1000));
    answer = ({ url = '' }, response) => response.end(url.endsWith('words.txt') ? WORDS : WEIGHTS);
    await pull();
    expect((await weights()).equals(WEIGHTS)).toBe(true);
  });

  it('gives up after some attempts that brought nothing, and keeps what it has', async () => {
    answer = (_, response) => response.destroy();
    await expect(pull()).rejects.toThrow();
    expect(asked).toHaveLength(5);
    expect(await store().has(MODEL)).toBe(false);
  });

  it('ends a line that brings nothing any more, and asks again', async () => {
    answer = (request, response) => {
      if (asked.length > 1) return serve(request, response);
      response.writeHead(200, { 'content-length': WEIGHTS.length });
      response.write(WEIGHTS.subarray(0, 50_000));
    };
    await store().pull(MODEL, [modelHub(hub)], { signal, firstRestMs: 1, idleLimitMs: 50 });
    expect(asked[1]?.range).toBe('bytes=50000-');
  });

  it('throws away what has another checksum than it should', async () => {
    answer = ({ url = '' }, response) =>
      response.end(url.endsWith('words.txt') ? WORDS : Buffer.from(WEIGHTS).fill(1, 0, 10));
    await expect(pull()).rejects.toThrow('onnx/weights.onnx came with another checksum');
    expect(await readdir(folder)).toEqual(['.arriving']);
    expect(await readdir(join(folder, '.arriving', 'trial', 'onnx'))).toEqual([]);
    answer = serve;
    await pull();
    expect((await weights()).equals(WEIGHTS)).toBe(true);
  });

  it('refuses another length at once, and a body without an end where it passes the length', async () => {
    answer = (_, response) => response.writeHead(200, { 'content-length': 5_000_000_000 }).write('x');
    await expect(pull()).rejects.toThrow('has 5000000000 bytes there, and should have 300000');

    let written = 0;
    answer = (_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536))) written += 65_536;
      };
      response.on('drain', more);
      more();
    };
    await expect(pull()).rejects.toThrow('does not end where it should');
    const held = await readFile(join(folder, '.arriving', 'trial', 'onnx', 'weights.onnx'));
    expect(held).toHaveLength(0);
    expect(written).toBeLessThan(50_000_000);
  });

  it('follows a redirect to where the files lie, and none in a circle or to another kind of line', async () => {
    answer = (request, response) => {
      if (request.url?.startsWith('/cdn') === true) return serve(request, response);
      response.writeHead(302, { location: `/cdn${request.url}` }).end();
    };
    await pull();
    expect((await weights()).equals(WEIGHTS)).toBe(true);

    await store().remove(MODEL);
    answer = ({ url }, response) => response.writeHead(302, { location: url }).end();
    await expect(pull()).rejects.toThrow('without an end');
    answer = (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end();
    await expect(pull()).rejects.toThrow('is not followed');
  });

  it('says what to do where the hub wants an account or has no such file, and asks once', async () => {
    answer = (_, response) => response.writeHead(403).end();
    await expect(pull()).rejects.toThrow('visavis models add');
    answer = (_, response) => response.writeHead(404).end();
    await expect(pull()).rejects.toThrow('There is no onnx/weights.onnx of somebody/trial.');
    expect(asked).toHaveLength(2);
  });

  it('takes a folder of files before the hub', async () => {
    const mirror = join(folder, 'mirror');
    const place = join(mirror, 'somebody', 'trial', 'onnx', 'weights.onnx');
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, WEIGHTS);
    await store().pull(MODEL, [mirrorFolder(mirror), modelHub(hub)], { signal });
    expect(asked.map(({ url }) => url)).toEqual(['/somebody/trial/resolve/main/words.txt']);
    expect((await weights()).equals(WEIGHTS)).toBe(true);
  });

  it('begins nothing on a disk without room for it', async () => {
    const small = new ModelStore({ folder, statfs: async () => ({ bavail: 1, bsize: 4096 }) });
    await expect(small.pull(MODEL, [modelHub(hub)], { signal })).rejects.toThrow('trial takes 1 MB more');
    expect(asked).toEqual([]);
  });

  it('is left alone by a second process that fetches the same, unless that is dead', async () => {
    await mkdir(join(folder, '.arriving'), { recursive: true });
    const lock = join(folder, '.arriving', 'trial.lock');
    await writeFile(lock, String(process.ppid));
    await expect(pull()).rejects.toThrow(`Process ${process.ppid} is fetching trial already.`);
    await writeFile(lock, '999999999');
    await pull();
    expect(await store().has(MODEL)).toBe(true);
  });
});

describe('a pull that is stopped', () => {
  it('ends in the middle of a mirror’s file, and keeps what has come', async () => {
    const mirror = join(folder, 'mirror');
    await mkdir(join(mirror, 'somebody', 'trial', 'onnx'), { recursive: true });
    await writeFile(join(mirror, 'somebody', 'trial', 'onnx', 'weights.onnx'), WEIGHTS);
    const aborter = new AbortController();
    const onBytes = (bytes: number): void => {
      if (bytes > 0) aborter.abort();
    };
    await expect(store().pull(MODEL, [mirrorFolder(mirror)], { signal: aborter.signal, onBytes })).rejects.toThrow(
      /abort/i,
    );
    const arrivedBytes = await store().arrivedBytes(MODEL);
    expect(arrivedBytes).toBeGreaterThan(0);
    expect(arrivedBytes).toBeLessThan(WEIGHTS.length);
  });

  it('ends while the file that came is compared', async () => {
    const [file] = MODEL.files;
    if (file === undefined) throw new Error('The model has no files.');
    const path = join(folder, 'weights.onnx');
    await writeFile(path, WEIGHTS);
    const aborter = new AbortController();
    const fetching = fetchModelFile({
      source: modelHub(hub),
      repository: MODEL.repository,
      file,
      path,
      signal: aborter.signal,
      onBytes: () => aborter.abort(),
    });
    await expect(fetching).rejects.toThrow(/abort/i);
    expect((await stat(path)).size).toBe(WEIGHTS.length);
  });
});

describe('a model that somebody has', () => {
  it('is recognised by its files, copied and checked', async () => {
    const own = join(folder, 'own');
    await mkdir(own, { recursive: true });
    await writeFile(join(own, 'weights.onnx'), WEIGHTS);
    await writeFile(join(own, 'words.txt'), WORDS);
    expect(await store().recognise([MODEL], own)).toEqual([MODEL]);
    await store().add(MODEL, own);
    expect((await weights()).equals(WEIGHTS)).toBe(true);

    await writeFile(join(own, 'weights.onnx'), Buffer.from(WEIGHTS).fill(1, 0, 10));
    expect(await store().recognise([MODEL], own)).toEqual([]);
    await expect(store().add(MODEL, own)).rejects.toThrow('another checksum');
    // What was there stays.
    expect((await weights()).equals(WEIGHTS)).toBe(true);
    await rm(join(own, 'words.txt'));
    await expect(store().add(MODEL, own)).rejects.toThrow('has no words.txt of 13 bytes, which trial needs');
    await expect(store().add(MODEL, join(folder, 'nowhere'))).rejects.toThrow('There is nothing at');
  });

  it('is found damaged when a byte of it has changed, and gone when it is removed', async () => {
    await pull();
    await writeFile(join(folder, 'trial', 'onnx', 'weights.onnx'), Buffer.from(WEIGHTS).fill(1, 0, 10));
    expect(await store().verify(MODEL)).toEqual([
      { path: 'onnx/weights.onnx', fault: 'another checksum than it should have' },
    ]);
    expect(await store().remove(MODEL)).toBe(true);
    expect(await store().remove(MODEL)).toBe(false);
    expect(await store().has(MODEL)).toBe(false);
  });
});

describe('the model of turn ends', () => {
  it('is found by its size where it lies whole, and not used when some of it is missing', async () => {
    const warnings: unknown[] = [];
    const logger = { debug() {}, info() {}, error() {}, warn: (fields: unknown) => warnings.push(fields) };
    expect(await findModels({ folder, runtimesFolder: folder }, logger)).toEqual({});
    expect(warnings).toEqual([]);
    await mkdir(join(folder, 'smart-turn-v3.2'));
    await writeFile(join(folder, 'smart-turn-v3.2', 'smart-turn-v3.2-cpu.onnx'), Buffer.alloc(8_679_181));
    expect(await findModels({ folder, runtimesFolder: folder }, logger)).toEqual({});
    expect(warnings).toEqual([{ model: 'smart-turn-v3.2' }]);
    const path = join(folder, 'smart-turn-v3.2', 'smart-turn-v3.2-cpu.onnx');
    await writeFile(path, Buffer.alloc(8_679_182));
    // A start reads no gigabytes for checksums; `models verify` does.
    expect(await findModels({ folder, runtimesFolder: folder }, logger)).toEqual({ turnEnd: path });
  });
});

describe('language models', () => {
  const logger = (warnings: unknown[]) => ({
    debug() {},
    info() {},
    error() {},
    warn: (fields: unknown) => warnings.push(fields),
  });

  /** What runs them, as npm would lay it down. */
  async function installRuntime(installed: string): Promise<void> {
    await mkdir(installed, { recursive: true });
    await writeFile(join(installed, 'package.json'), '{"name":"node-llama-cpp","main":"index.js"}');
    await writeFile(join(installed, 'index.js'), '');
  }

  it('of one’s own are any GGUF, used before all others, and listed by the name of their file', async () => {
    const file = join(folder, 'Small One.Q4.gguf');
    await writeFile(file, 'GGUF and more');
    await writeFile(join(folder, 'other.gguf'), 'no model');
    expect(await ownBrain(join(folder, 'other.gguf'))).toBeNull();
    expect(await ownBrain(join(folder, 'none.gguf'))).toBeNull();
    const model = await ownBrain(file);
    expect(model).toMatchObject({ name: 'small-one.q4', kind: 'brain', files: [{ sizeBytes: 13 }] });
    const models = new ModelStore({ folder: join(folder, 'models') });
    await models.add(model!, file);
    const [listed, ...others] = await ownBrains(join(folder, 'models'));
    expect(listed).toMatchObject({ name: 'small-one.q4', files: [{ path: 'Small One.Q4.gguf' }] });
    expect(others).toEqual([]);

    const runtimesFolder = join(folder, 'runtimes');
    const installed = join(runtimesFolder, 'node_modules', 'node-llama-cpp');
    const warnings: unknown[] = [];
    const find = () => findModels({ folder: join(folder, 'models'), runtimesFolder }, logger(warnings));
    expect(await find()).toEqual({});
    expect(warnings).toEqual([{ model: 'small-one.q4', command: expect.stringContaining('--ignore-scripts') }]);
    await installRuntime(installed);
    expect(await find()).toEqual({
      brain: {
        name: 'small-one.q4',
        modelPath: join(folder, 'models', 'small-one.q4', 'Small One.Q4.gguf'),
        runtimePath: join(installed, 'index.js'),
      },
    });
  });

  it('are said to be used where what runs them is here, and not before', async () => {
    const { name, files } = MODELS.find(({ kind }) => kind === 'brain')!;
    const path = join(folder, name, files[0]!.path);
    await mkdir(dirname(path));
    await writeFile(path, '');
    // Its size is looked at, and nothing is read.
    await truncate(path, files[0]!.sizeBytes);
    const told: unknown[] = [];
    const runtimesFolder = join(folder, 'runtimes');
    const find = () =>
      findModels({ folder, runtimesFolder }, { ...logger([]), info: (fields: unknown) => told.push(fields) });
    expect(await find()).toEqual({});
    expect(told).toEqual([]);
    await installRuntime(join(runtimesFolder, 'node_modules', 'node-llama-cpp'));
    expect(await find()).toMatchObject({ brain: { name } });
    expect(told).toEqual([{ model: name }]);
  });

  it('of one’s own do not take the name of one that can be fetched', async () => {
    const file = join(folder, 'qwen3-0.6b.gguf');
    await writeFile(file, 'GGUF');
    expect(() => requireFreeName({ ...MODEL, name: 'qwen3-0.6b' })).toThrow('is the name of a model');
  });
});

describe('the catalogue', () => {
  it('has names and paths that lead nowhere else, and says a licence and what is needed', () => {
    for (const model of MODELS) {
      expect(model.name).toMatch(/^[a-z0-9][a-z0-9.-]*$/);
      expect(model.repository).toMatch(/^[\w-][\w.-]*\/[\w-][\w.-]*$/);
      expect(model.licence).not.toBe('');
      expect(model.needs).not.toBe('');
      for (const { path, sizeBytes, sha256 } of model.files) {
        expect(path).toMatch(/^([\w-][\w.-]*\/)*[\w-][\w.-]*$/);
        expect(sizeBytes).toBeGreaterThan(0);
        if (sha256 !== null) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      }
    }
    expect(new Set(MODELS.map(({ name }) => name)).size).toBe(MODELS.length);
  });
});

it('knows a file for each voice of the neural mouth', () => {
  const files = MODELS.find(({ kind }) => kind === 'mouth')?.files.map(({ path }) => path);
  const { voices = [] } = findEntry('speaker', 'local-neural')?.voices({}) ?? {};
  expect(files?.slice(1).toSorted()).toEqual(voices.map(({ voice }) => `voices/${voice}.bin`).toSorted());
});
