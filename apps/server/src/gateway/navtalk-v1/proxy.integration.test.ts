import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { until, useHarness } from '../navtalk-v2/test-harness.ts';
import { TEST_AVATAR, TEST_KEY } from '../test-doubles.ts';
import { REALTIME_V1_PATHS } from './navtalk-v1.ts';
import { SIGNALLING_PATH } from './signalling-desk.ts';

const harness = useHarness(21_160);
const PLACEHOLDER = 'the key stays on the proxy';

/**
 * Stands before the events as a published sample does: it puts the key in, passes texts alone, and closes without a code. It does the
 * same for the signalling, which the sample leaves out.
 */
function openProxy(license: string): WebSocketServer {
  const proxy = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  proxy.on('connection', (socket, request) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://proxy');
    searchParams.set(pathname === SIGNALLING_PATH ? 'userId' : 'license', license);
    const upstream = new WebSocket(`${harness.baseUrl}${pathname}?${searchParams}`);
    const opened = new Promise((resolve) => upstream.once('open', resolve));
    socket.on('message', (data, isBinary) => {
      if (!isBinary) void opened.then(() => upstream.send(String(data)));
    });
    upstream.on('message', (data, isBinary) => {
      if (!isBinary) socket.send(String(data));
    });
    upstream.on('close', () => socket.close());
    socket.on('close', () => upstream.close());
  });
  return proxy;
}

describe('a proxy before the events of the first protocol that changes the key and loses close codes', () => {
  let proxy: WebSocketServer;
  let client: WebSocket;
  let url: string;
  let told: { readonly type: string; readonly message?: string }[];

  async function dial(license: string): Promise<void> {
    proxy = openProxy(license);
    if (proxy.address() === null) await new Promise((resolve) => proxy.once('listening', resolve));
    url = `ws://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const query = new URLSearchParams({ license: PLACEHOLDER, characterName: TEST_AVATAR.name });
    client = new WebSocket(`${url}${REALTIME_V1_PATHS[0]}?${query}`);
    client.on('message', (data) => told.push(JSON.parse(String(data)) as (typeof told)[number]));
    client.on('error', () => {});
  }

  beforeEach(() => {
    told = [];
  });
  afterEach(() => {
    client.terminate();
    proxy.close();
  });

  it('lets a talk through, and its end [22.14]', async () => {
    await dial(TEST_KEY);
    await until(() => told.some(({ type }) => type === 'session.updated'), 'the talk begins');
    client.send(JSON.stringify({ type: 'input_audio_buffer.append', audio: 'AAAA' }));
    client.send(JSON.stringify({ type: 'response.create' }));
    await until(() => harness.commandTypes().includes('respond'), 'what the client says comes through');
    expect(harness.commandTypes()).toEqual(['begin', 'user-audio', 'respond']);
    const session = harness.server.placer.calls[0]!;
    session.emit({ type: 'reply-text-delta', turnId: 'r', text: 'Good day.' });
    session.emit({ type: 'reply-done', turnId: 'r', interrupted: false, playedMs: 700, heardText: 'Good day.' });
    await until(() => told.at(-1)?.type === 'response.done', 'so does what the server says');
    client.close();
    await until(() => harness.server.gateway.callCount() === 0, 'the call ends with the client');
  });

  it('lets the picture through where the signalling goes through it as well [22.14]', async () => {
    await dial(TEST_KEY);
    await until(() => told.some(({ type }) => type === 'session.updated'), 'the talk begins');
    const signalling = new WebSocket(`${url}${SIGNALLING_PATH}?userId=${encodeURIComponent(PLACEHOLDER)}`);
    const signals: unknown[] = [];
    signalling.on('message', (data) => signals.push(JSON.parse(String(data))));
    const create = JSON.stringify({ type: 'create', targetSessionId: PLACEHOLDER });
    signalling.on('open', () => signalling.send(create));
    const description = { type: 'offer', sdp: 'v=0\r\n' } as const;
    harness.server.placer.calls[0]!.emit({ type: 'local-description', description });
    await until(() => signals.length > 0, 'the offer comes through');
    expect(signals).toEqual([expect.objectContaining({ type: 'offer', sdp: description })]);
    signalling.terminate();
  });

  it('lets its client know why it is refused [22.14] [20.13]', async () => {
    await dial('poor');
    await new Promise((resolve) => client.once('close', resolve));
    expect(told).toEqual([{ type: 'session.insufficient_balance', message: expect.stringMatching(/\w/) }]);
  });
});
