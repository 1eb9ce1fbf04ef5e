import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { brokenFiles } from '../support/broken-files.ts';
import { ConsoleVisitor } from '../support/console-visitor.ts';
import { type OddFileServer, startOddFileServer } from '../support/odd-file-server.ts';
import { startServer, type TestServer } from '../support/server-process.ts';

const MAKING = { timeout: 600_000, interval: 200 };
/** A film that cannot be made says so within 30 seconds from its turn on, where little else runs. */
const SOON_MS = 4 * 30_000;
/** Films of a project that may wait at once. */
const AT_ONCE = 50;

let server: TestServer;
let files: OddFileServer;
let owner: ConsoleVisitor;
let neighbour: ConsoleVisitor;
let folder = '';
let tone = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavis-refusals-'));
  const broken = await brokenFiles(folder);
  tone = (broken.get('/tone.wav') as Buffer).toString('base64');
  files = await startOddFileServer(broken);
  server = await startServer({ FETCH_PRIVATE_HOSTS: 'localhost', FREE_POINTS: '1000' });
  owner = new ConsoleVisitor(server.url);
  await owner.register('mia@example.org');
  neighbour = new ConsoleVisitor(server.url);
  await neighbour.register('noa@example.org');
}, 240_000);
afterAll(async () => {
  await server?.stop();
  await files?.close();
  await rm(folder, { recursive: true, force: true });
});

type Order = Readonly<Record<string, unknown>>;
const at = (path: string): string => `http://localhost:${files.port}${path}`;
const clip = (path: string) => (): Order => ({ videoUrl: at(path), audioBase64: tone });
const picture = (path: string) => (): Order => ({ imageUrl: at(path), audioBase64: tone });
const sound = (path: string) => (): Order => ({ videoUrl: at('/clip.mp4'), audioUrl: at(path) });
const soundAt = (url: () => string) => (): Order => ({ videoUrl: at('/clip.mp4'), audioUrl: url() });
const given = (order: Order) => (): Order => order;

const NO_CLIP = 'leads to no clip';
const NO_PICTURE = 'leads to no picture';
const NO_SOUND = 'no sound that can be read';
const DAMAGED = 'damaged';
const NOT_READ = 'coded in a way that is not read here';

/** Refused as they are ordered. */
const ORDERS: readonly (readonly [what: string, order: () => Order, sentence: string])[] = [
  ['a file of this machine', given({ videoUrl: 'file:///etc/passwd', audioBase64: 'AAAA' }), 'video'],
  ['a data URL as a clip', given({ videoUrl: 'data:video/mp4;base64,AAAA', audioBase64: 'AAAA' }), 'video'],
  ['a file of FTP', given({ videoUrl: 'ftp://example.org/a.mp4', audioBase64: 'AAAA' }), 'video'],
  ['a path', given({ videoUrl: '../../etc/passwd', audioBase64: 'AAAA' }), 'video'],
  ['an avatar by a path', given({ avatar: '../../etc/passwd', audioBase64: 'AAAA' }), 'There is no avatar'],
  ['no base64', given({ avatar: 'navtalk.Leo', audioBase64: '%%%%' }), 'base64'],
  ['base64 of nothing', given({ avatar: 'navtalk.Leo', audioBase64: 'data:audio/wav;base64,' }), 'base64'],
  ['a text without words', given({ avatar: 'navtalk.Leo', text: '… !' }), 'nothing that can be spoken'],
  ['no sound', given({ avatar: 'navtalk.Leo' }), ''],
  ['two pictures', given({ avatar: 'navtalk.Leo', imageUrl: 'https://a.example/a.jpg', text: 'Hello.' }), ''],
];

/** Refused when their turn comes. */
const FILMS: readonly (readonly [what: string, order: () => Order, sentence: string])[] = [
  ['an address without a file', sound('/none'), 'The audio URL answered 404.'],
  ['an answer without a body', sound('/status-204'), 'answered 204'],
  ['a file for those who have logged in', clip('/status-401'), 'The video URL answered 401.'],
  ['a file for others', picture('/status-403'), 'The image URL answered 403.'],
  ['a file that is gone', sound('/status-410'), 'answered 410'],
  ['a host that is asked too often', sound('/status-429'), 'answered 429'],
  ['a host that fails', sound('/status-500'), 'answered 500'],
  ['a host that is overloaded', sound('/status-503'), 'answered 503'],
  ['a redirect to nowhere', sound('/redirect-without-address'), 'answered 302'],
  ['a private address', soundAt(() => at('/tone.wav').replace('localhost', '127.0.0.1')), 'cannot be fetched'],
  ['an address of the cloud’s own', soundAt(() => 'http://169.254.169.254/latest/meta-data'), 'cannot be fetched'],
  ['a redirect to a private address', sound('/to-private'), 'cannot be fetched'],
  ['a redirect to a file', sound('/to-file'), 'cannot be fetched'],
  ['a redirect to itself', sound('/to-itself'), 'cannot be fetched'],
  ['a redirect with a password', sound('/to-password'), 'cannot be fetched'],
  ['a redirect to nonsense', sound('/to-nonsense'), 'cannot be fetched'],
  ['a password in the address', soundAt(() => at('/tone.wav').replace('//', '//mia:secret@')), 'cannot be fetched'],
  ['a name that nobody has', soundAt(() => 'http://nobody-has-this-name.example/a.wav'), 'audio URL'],
  ['a port that is closed', soundAt(() => 'http://localhost:9/a.wav'), 'could not be reached'],
  ['a server of mail', soundAt(() => `http://localhost:${files.mailPort}/`), 'could not be reached'],
  ['TLS where there is none', soundAt(() => at('/tone.wav').replace('http:', 'https:')), 'could not be reached'],
  ['a certificate that nobody knows', soundAt(() => `https://localhost:${files.unknownPort}/`), 'certificate'],
  ['a certificate that has expired', soundAt(() => `https://localhost:${files.expiredPort}/`), 'certificate'],
  ['a head without an end', sound('/headers'), 'could not be reached'],
  ['a host that never answers', sound('/never'), 'did not answer in time'],
  ['a host that falls silent', sound('/silent'), 'too slowly'],
  ['a slow sender', sound('/slow'), 'too slowly'],
  ['a connection that is reset', sound('/reset'), 'broke off before its end'],
  ['a body shorter than was said', sound('/short'), 'broke off before its end'],
  ['a stream without an end', picture('/endless'), 'larger than 30 MB'],
  ['nothing as a clip', clip('/empty'), NO_CLIP],
  ['one byte as a clip', clip('/one-byte'), NO_CLIP],
  ['a page as a clip', clip('/page.html'), NO_CLIP],
  ['JSON as a clip', clip('/data.json'), NO_CLIP],
  ['an archive as a clip', clip('/archive.zip'), NO_CLIP],
  ['a bomb of zeros as a clip', clip('/bomb.gz'), NO_CLIP],
  ['a program as a clip', clip('/program'), NO_CLIP],
  ['a playlist as a clip', clip('/playlist.m3u8'), NO_CLIP],
  ['a picture as a clip', clip('/photo.jpg'), NO_CLIP],
  ['a moving WebP as a clip', clip('/moving.webp'), NO_CLIP],
  ['sound as a clip', clip('/sound.m4a'), NO_CLIP],
  ['a clip as a picture', picture('/clip.mp4'), NO_PICTURE],
  ['a moving GIF as a picture', picture('/moving.gif'), NO_PICTURE],
  ['a drawing with a script as a picture', picture('/drawing.svg'), NO_PICTURE],
  ['a paper as a picture', picture('/paper.pdf'), NO_PICTURE],
  ['a clip without a face', clip('/wall.mp4'), 'No face'],
  ['a clip of 32 pixels', clip('/tiny.mp4'), 'smaller than 64 pixels'],
  ['a clip of a moment', clip('/moment.mp4'), 'shorter than a fifth of a second'],
  ['a clip of one picture', clip('/still.gif'), 'shorter than a fifth of a second'],
  ['a clip of three hours', clip('/three-hours.mp4'), 'longer than 30 minutes'],
  ['a clip of 8K', clip('/huge.gif'), 'too large'],
  ['a clip without its end', clip('/without-end.mp4'), DAMAGED],
  ['the first bytes of a clip', clip('/only-header.mp4'), DAMAGED],
  ['what is said about a clip, without it', clip('/only-metadata.mp4'), DAMAGED],
  ['a clip with a wrong index', clip('/wrong-index.mp4'), DAMAGED],
  ['an encrypted clip', clip('/encrypted.mp4'), NOT_READ],
  ['a clip in a code that is not read', clip('/av1.mp4'), NOT_READ],
  ['a clip without a clock', clip('/without-clock.mp4'), 'shorter than a fifth of a second'],
  ['a clip without what tells its pictures', clip('/without-boxes.mp4'), NOT_READ],
  ['boxes in boxes in boxes', clip('/deep.mp4'), DAMAGED],
  ['a clip of sound alone', clip('/sound-alone.mp4'), 'no moving picture'],
  ['a WebM of sound alone', clip('/sound.webm'), 'no moving picture'],
  ['a WebM that is cut off', clip('/cut.webm'), DAMAGED],
  ['an AVI of nothing', clip('/empty.avi'), DAMAGED],
  ['a picture that is cut off', picture('/cut.jpg'), DAMAGED],
  ['a picture of a cat', picture('/cat.jpg'), 'No face'],
  ['a picture of one pixel', picture('/dot.png'), 'face'],
  ['a bomb of pixels', picture('/bomb.png'), 'too large'],
  ['a picture that moves', picture('/moving.webp'), 'animated'],
  ['a picture of two', picture('/two.jpg'), 'several faces'],
  ['two hundred faces', picture('/crowd.jpg'), 'face'],
  ['nothing as sound', sound('/empty'), NO_SOUND],
  ['a page as sound', sound('/page.html'), NO_SOUND],
  ['noise as sound', sound('/noise'), NO_SOUND],
  ['a playlist as sound', sound('/playlist.m3u8'), NO_SOUND],
  ['a picture as sound', sound('/photo.jpg'), NO_SOUND],
  ['a clip without sound as sound', sound('/wall.mp4'), NO_SOUND],
  ['sound without a sample', sound('/no-sample.wav'), 'sound'],
  ['sound of 0 Hz', sound('/0-hz.wav'), NO_SOUND],
  ['sound of 65,535 channels', sound('/65535-channels.wav'), NO_SOUND],
  ['sound in a code that nobody knows', sound('/unknown-codec.wav'), NO_SOUND],
  ['sound of three hours', sound('/three-hours.amr'), 'longer than 30 minutes'],
];

async function newProject(of: ConsoleVisitor): Promise<string> {
  return (await of.post('/projects', { name: 'Shop' })).body.projectId;
}

test('an order that cannot be meant is refused at once, in its own sentence', async () => {
  const path = `/projects/${await newProject(owner)}/generations`;
  for (const [what, order, sentence] of ORDERS) {
    const { status, body } = await owner.post(path, order());
    expect([what, status, JSON.stringify(body)]).toEqual([
      what,
      expect.toSatisfy((code: number) => code >= 400 && code < 500),
      expect.stringContaining(sentence),
    ]);
  }
});

test('what cannot be used ends in its own sentence, soon, and costs nothing; a neighbour’s film is made meanwhile', {
  timeout: 900_000,
}, async () => {
  const theirs = `/projects/${await newProject(neighbour)}/generations`;
  const orders: { readonly what: string; readonly sentence: string; readonly path: string }[] = [];
  const projects: string[] = [];
  let film = '';
  for (const [index, [what, order, sentence]] of FILMS.entries()) {
    if (index % AT_ONCE === 0) projects.push(await newProject(owner));
    const path = `/projects/${projects.at(-1)}/generations`;
    const { body } = await owner.post(path, order());
    orders.push({ what, sentence, path: `${path}/${body.generationId}` });
    if (index === 10) {
      film = (await neighbour.post(theirs, { videoUrl: at('/moving.gif'), audioBase64: tone })).body.generationId;
    }
  }
  const answers: unknown[] = [];
  const wanted: unknown[] = [];
  let slowest = { what: '', tookMs: 0 };
  for (const { what, sentence, path } of orders) {
    const isOver = async () => ['done', 'failed'].includes((await owner.get(path)).body.state);
    await expect.poll(isOver, MAKING).toBe(true);
    const { state, failure, startedAt, finishedAt, points } = (await owner.get(path)).body;
    answers.push([what, state, failure?.message, points]);
    wanted.push([what, 'failed', expect.stringContaining(sentence), 0]);
    const tookMs = Date.parse(finishedAt) - Date.parse(startedAt);
    if (tookMs > slowest.tookMs) slowest = { what, tookMs };
  }
  expect(answers).toEqual(wanted);
  console.log(`${FILMS.length} films were refused, the slowest in ${slowest.tookMs / 1000} s (${slowest.what}).`);
  expect(slowest.tookMs).toBeLessThan(SOON_MS);
  for (const projectId of projects) expect((await owner.get(`/projects/${projectId}/wallet`)).body.balance).toBe(1000);
  // Its turn came between theirs, in the same process.
  const made = (await neighbour.get(`${theirs}/${film}`)).body;
  expect([made.state, server.child.exitCode]).toEqual(['done', null]);
  const last = (await owner.get(orders.at(-1)?.path ?? '')).body;
  expect(Date.parse(made.finishedAt)).toBeLessThan(Date.parse(last.finishedAt));
});
