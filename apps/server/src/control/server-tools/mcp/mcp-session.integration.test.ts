import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ToolReceiver } from '../../../../../../tests/support/tool-receiver.ts';
import { createGuardedFetch } from '../../net/guarded-fetch.ts';
import { McpSession } from './mcp-session.ts';

type Asked = { readonly id?: number; readonly method?: string };

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
      const asked = body === '' ? {} : (JSON.parse(body) as Asked);
      if (asked.id === undefined) return { status: 202 };
      const told = asked.method === 'initialize' ? { result: INITIALIZED } : parts(asked);
      return { body: JSON.stringify({ jsonrpc: '2.0', id: asked.id, ...told }) };
    };
  };

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
});
