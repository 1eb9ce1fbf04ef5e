import { LIMITS } from '@visavis/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ToolReceiver } from '../../../../../../tests/support/tool-receiver.ts';
import { createGuardedFetch } from '../../net/guarded-fetch.ts';
import { McpSession } from './mcp-session.ts';

type Asked = { readonly id?: number; readonly method?: string; readonly params?: { readonly cursor?: string } };

const fetch = createGuardedFetch({ allowedPrivateHosts: ['127.0.0.1'] });
const INITIALIZED = {
  protocolVersion: '2025-06-18',
  capabilities: { tools: {} },
  serverInfo: { name: 'stranger', version: '1' },
};
const OBJECT = { type: 'object' };

describe('a session with a server of tools', () => {
  let receiver: ToolReceiver;
  let session: McpSession;
  const signal = new AbortController().signal;

  beforeEach(async () => {
    receiver = await ToolReceiver.start();
    session = new McpSession({ url: receiver.url, headers: {}, timeoutMs: 5000 }, fetch);
  });
  afterEach(async () => {
    session.close();
    await receiver.close();
  });

  /** Answers a handshake, and everything else with these parts of JSON-RPC. */
  const answer = (parts: (asked: Asked) => object) => {
    receiver.reply = ({ body }) => {
      const asked = askedIn(body);
      if (asked.id === undefined) return { status: 202 };
      const told = asked.method === 'initialize' ? { result: INITIALIZED } : parts(asked);
      const headers = { 'mcp-session-id': 'one' };
      return { body: JSON.stringify({ jsonrpc: '2.0', id: asked.id, ...told }), headers };
    };
  };
  const askedIn = (body: string) => (body === '' ? {} : (JSON.parse(body) as Asked));
  /** Methods of the protocol, or of HTTP where there is none. */
  const asked = () => receiver.requests.map(({ method, body }) => askedIn(body).method ?? method);
  const content = [{ type: 'text', text: 'Fog.' }];

  it('checks no answer by the server’s own schema: a pattern that takes ages holds up nobody', async () => {
    const outputSchema = { type: 'object', properties: { told: { type: 'string', pattern: '^(a+)+$' } } };
    const structuredContent = { told: `${'a'.repeat(26)}!` };
    const tools = [{ name: 'trap', inputSchema: OBJECT, outputSchema }];
    answer(({ method }) => ({ result: method === 'tools/list' ? { tools } : { content: [], structuredContent } }));
    expect((await session.list(signal)).map(({ name }) => name)).toEqual(['trap']);
    const startedAtMs = performance.now();
    const told = await session.call('trap', '{}', signal);
    expect(told).toEqual({ isAnswered: true, output: JSON.stringify(structuredContent) });
    expect(performance.now() - startedAtMs).toBeLessThan(5000);
  });

  it('keeps what fits of a list without end, and asks for few pages of it', async () => {
    const pages = () => asked().filter((method) => method === 'tools/list').length;
    let size = 10;
    answer(({ params }) => {
      const page = Number(params?.cursor ?? 0);
      const tools = Array.from({ length: size }, (_, index) => ({
        name: `t${page}-${index}`,
        description: 'x'.repeat(100_000),
        inputSchema: OBJECT,
      }));
      return { result: { tools, nextCursor: `${page + 1}` } };
    });
    const few = await session.list(signal);
    // Each page is a megabyte: after five of them no other is asked for.
    expect([pages(), few.length]).toEqual([5, 50]);
    expect(JSON.stringify(few).length).toBeLessThanOrEqual(LIMITS.characters.toolsJson);
    size = 1;
    expect((await session.list(signal)).map(({ name }) => name).at(-1)).toBe('t7-0');
    expect(pages()).toBe(5 + 8);
  });

  it('goes on with its connection after an error of the protocol, makes another one after a broken one, and leaves each', async () => {
    let isWrong = true;
    answer(() => (isWrong ? { error: { code: -32_602, message: 'No such port.' } } : { result: { content } }));
    const call = () => session.call('weather', '{}', signal);
    expect((await call()).output).toContain('No such port.');
    isWrong = false;
    expect(await call()).toEqual({ isAnswered: true, output: 'Fog.' });
    const begins = ['initialize', 'notifications/initialized'];
    expect(asked()).toEqual([...begins, 'tools/call', 'tools/call']);

    const { reply } = receiver;
    receiver.reply = () => ({ status: 500 });
    expect((await call()).output).toContain('answered with status 500.');
    receiver.reply = reply;
    isWrong = true;
    // What it says of the next failure is not what was wrong with the last one.
    expect((await call()).output).toContain('No such port.');
    await vi.waitFor(() => expect(asked().filter((method) => method === 'DELETE')).toHaveLength(1));
    expect(asked().filter((method) => method === 'initialize')).toHaveLength(2);
    session.close();
    await vi.waitFor(() => expect(asked().filter((method) => method === 'DELETE')).toHaveLength(2));
  });
});
