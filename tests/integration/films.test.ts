import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FilmReader, fileOnDisk } from '@visavis/media/codecs';
import { speakWithFlite, wavFile } from '@visavis/media/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pictureOf, still, writeClip } from '../../packages/face/src/testing/clips.ts';
import { avatarPhoto, jpegOf } from '../../packages/face/src/testing/photos.ts';
import { ConsoleVisitor } from '../support/console-visitor.ts';
import { startServer, type TestServer } from '../support/server-process.ts';

type Status = {
  readonly status: string;
  readonly task_id: string;
  readonly message: string;
  readonly progress: number;
  readonly video_url?: string;
  readonly seconds?: number;
};

const SIDE = 192;
const MAKING = { timeout: 200_000, interval: 200 };

let server: TestServer;
let files: Server;
let filesUrl = '';
let folder = '';
let key = '';
let projectId = '';
let owner: ConsoleVisitor;
let speech: Buffer;
let speechS = 0;

/** What the file server answers, by path. */
const answers = new Map<string, (request: IncomingMessage, response: ServerResponse) => void>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavis-films-test-'));
  const { pcm24k } = await speakWithFlite('My mother came.', 'rms');
  speech = Buffer.from(wavFile([pcm24k], 24_000));
  speechS = pcm24k.length / 24_000;
  const clip = join(folder, 'clip.mp4');
  const photo = await avatarPhoto('rafael');
  await writeClip(clip, { format: 'mp4' }, still(pictureOf(photo, SIDE), 1));
  const serve = (path: string, bytes: Uint8Array) => answers.set(path, (_request, response) => response.end(bytes));
  serve('/clip.mp4', await readFile(clip));
  serve('/speech.wav', speech);
  serve('/photo.jpg', await jpegOf(photo));
  files = createServer((request, response) => {
    const answer = answers.get(request.url ?? '');
    if (answer === undefined) response.writeHead(404).end();
    else answer(request, response);
  });
  await new Promise<void>((resolve) => files.listen(0, resolve));
  filesUrl = `http://localhost:${(files.address() as AddressInfo).port}`;
  server = await startServer({ FETCH_PRIVATE_HOSTS: 'localhost', FREE_POINTS: '1000' });
  owner = new ConsoleVisitor(server.url);
  await owner.register('mia@example.org');
  projectId = (await owner.post('/projects', { name: 'Shop' })).body.projectId;
  key = (await owner.post(`/projects/${projectId}/keys`, { name: 'Films' })).body.key;
}, 240_000);
afterAll(async () => {
  await server?.stop();
  files?.closeAllConnections();
  await new Promise((resolve) => files?.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

async function generate(body: object, license = key): Promise<{ code: number; body: Status }> {
  const response = await fetch(`${server.url}/generate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ license, ...body }),
  });
  return { code: response.status, body: (await response.json()) as Status };
}

async function statusOf(taskId: string, license = key): Promise<Status> {
  const query = new URLSearchParams({ license, task_id: taskId });
  return (await (await fetch(`${server.url}/query_status?${query}`)).json()) as Status;
}

async function end(taskId: string): Promise<Status> {
  await expect.poll(async () => (await statusOf(taskId)).status, MAKING).toBeOneOf(['done', 'failed']);
  return statusOf(taskId);
}

/** Thousandths: ten points a minute, each second of a film that has begun. */
const priceOf = (lengthS: number): number => Math.round((Math.ceil(lengthS) * 10_000) / 60);

/** In thousandths. */
async function points(): Promise<number> {
  return Math.round(1000 * (await owner.get(`/projects/${projectId}/wallet`)).body.balance);
}

const video = () => ({ video_url: `${filesUrl}/clip.mp4` });
const image = () => ({ image_url: `${filesUrl}/photo.jpg` });
const figure = () => ({ character_name: 'girl2' });
const audio = () => ({ audio_url: `${filesUrl}/speech.wav` });
const base64 = () => ({ audio_base64: speech.toString('base64') });
const dataUrl = () => ({ audio_base64: `data:audio/wav;base64,${speech.toString('base64')}` });
const text = () => ({ content: 'My mother came.', voice: 'onyx' });

const COMBINATIONS: readonly (readonly [what: string, order: () => object, side: number, isSpeech: boolean])[] = [
  ['a clip and the address of a sound', () => ({ ...video(), ...audio() }), SIDE, true],
  ['a clip and a sound', () => ({ ...video(), ...base64() }), SIDE, true],
  ['a clip and a text', () => ({ ...video(), ...text() }), SIDE, false],
  ['a picture and a text', () => ({ ...image(), ...text() }), 512, false],
  ['a picture and the address of a sound', () => ({ ...image(), ...audio() }), 512, true],
  ['a picture and a sound', () => ({ ...image(), ...dataUrl() }), 512, true],
  ['a built-in figure and the address of a sound', () => ({ ...figure(), ...audio() }), 512, true],
  ['a built-in figure and a sound', () => ({ ...figure(), ...base64() }), 512, true],
  ['a built-in figure and a text', () => ({ ...figure(), ...text() }), 512, false],
];

test('all nine ways of ordering a film give one, of the size of the clip and the length of the sound, paid for once [22.13]', {
  timeout: 600_000,
}, async () => {
  const orders = await Promise.all(COMBINATIONS.map(([, order]) => generate(order())));
  const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  for (const { code, body } of orders) expect([code, body]).toEqual([200, { status: 'started', task_id: uuid }]);
  let price = 0;
  for (const [index, [what, , side, isSpeech]] of COMBINATIONS.entries()) {
    const { status, message, video_url: url = '', seconds: lengthS = 0 } = await end(orders[index]?.body.task_id ?? '');
    expect([what, status, message]).toEqual([what, 'done', '']);
    const path = join(folder, `${index}.mp4`);
    await writeFile(path, Buffer.from(await (await fetch(url)).arrayBuffer()));
    const reader = await FilmReader.open(fileOnDisk(path, 'read'), ['mov']);
    const { widthPx, heightPx } = reader.pictures() ?? {};
    const count = Array.from(reader.frames('format=yuv420p')).length;
    reader.close();
    expect([what, widthPx, heightPx]).toEqual([what, side, side]);
    expect(Math.abs(count / 25 - lengthS)).toBeLessThanOrEqual(0.04);
    if (isSpeech) expect(Math.abs(lengthS - speechS)).toBeLessThanOrEqual(0.04);
    price += priceOf(lengthS);
  }
  const { items } = (await owner.get(`/projects/${projectId}/ledger`)).body;
  expect(items.filter(({ kind }: { kind: string }) => kind === 'generation')).toHaveLength(COMBINATIONS.length);
  expect(1_000_000 - (await points())).toBe(price);
});

test('a link to a film serves ranges, to pages of other origins too, and no other signature opens it', async () => {
  const { task_id: taskId } = (await generate({ ...figure(), ...base64() })).body;
  const { video_url: url = '' } = await end(taskId);
  const part = await fetch(url, { headers: { range: 'bytes=4-7' } });
  expect([part.status, await part.text(), part.headers.get('content-type')]).toEqual([206, 'ftyp', 'video/mp4']);
  expect(part.headers.get('access-control-allow-origin')).toBe('*');
  expect((await fetch(url.replace(/signature=.*/, `signature=${'A'.repeat(43)}`))).status).toBe(404);
  expect((await fetch(url.replace(/expires=\d+/, 'expires=9999999999999'))).status).toBe(404);
});
