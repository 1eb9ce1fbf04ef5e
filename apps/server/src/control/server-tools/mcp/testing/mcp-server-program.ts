import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import { McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';

// A server of tools by the official package, for tests. Prints its address; `/asked` tells what it was asked for.

function open(): McpServer {
  const server = new McpServer({ name: 'harbour', version: '1.0.0' });
  const text = (told: string) => ({ content: [{ type: 'text' as const, text: told }] });
  server.registerTool(
    'tides',
    { description: 'When the water is high.', inputSchema: z.object({ port: z.string() }) },
    async ({ port }) => text(`High water in ${port} at noon.`),
  );
  server.registerTool('weather', { description: 'The weather of the harbour.', inputSchema: z.object({}) }, async () =>
    text('Fog.'),
  );
  server.registerTool('berths.free', { description: 'Free berths.', inputSchema: z.object({}) }, async () => ({
    ...text('The harbour master is asleep.'),
    isError: true,
  }));
  server.registerTool('slow', { description: 'Takes long.', inputSchema: z.object({}) }, async () => {
    await delay(20_000);
    return text('At last.');
  });
  return server;
}

const asked: string[] = [];

const http = createServer(async (request, response) => {
  if (request.url === '/asked') {
    response.end(JSON.stringify(asked));
    return;
  }
  if (request.headers.authorization !== 'Bearer right') {
    response.writeHead(401).end('no');
    return;
  }
  let body = '';
  for await (const part of request) body += String(part);
  const message = body === '' ? {} : (JSON.parse(body) as { method?: string; params?: { name?: string } });
  if (message.method !== undefined) asked.push([message.method, message.params?.name].filter(Boolean).join(' '));
  const server = open();
  const transport = new NodeStreamableHTTPServerTransport({});
  response.on('close', () => void server.close());
  await server.connect(transport);
  await transport.handleRequest(request, response, body === '' ? undefined : message);
});
http.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`));
