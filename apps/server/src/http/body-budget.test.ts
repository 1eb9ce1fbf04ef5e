import { type ClientRequest, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LIMITS } from '@visavis/protocol';
import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerBodyBudget } from './body-budget.ts';
import { registerBoundedJson } from './bounded-body.ts';

describe('bodies that are arriving', () => {
  let app: FastifyInstance;
  let port: number;

  beforeAll(async () => {
    app = fastify({ bodyLimit: LIMITS.bytes.restBody, forceCloseConnections: true });
    registerBodyBudget(app);
    registerBoundedJson(app);
    app.post('/length', async ({ body }) => ({ length: JSON.stringify(body).length }));
    // Its reader would take more than is counted.
    app.post('/loose', { bodyLimit: 4 * LIMITS.bytes.restBody }, async () => ({}));
    await app.listen({ port: 0, host: '127.0.0.1' });
    port = (app.server.address() as AddressInfo).port;
  });
  afterAll(() => app.close());

  const begin = (headers: Readonly<Record<string, string>> = {}, path = '/length') => {
    const sent = request({
      port,
      path,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
    });
    const answered = new Promise<{ status: number; body: string }>((resolve, reject) => {
      sent.on('error', reject);
      sent.on('response', (response) => {
        let body = '';
        response.on('data', (piece) => {
          body += piece;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      });
    });
    return { sent, answered };
  };
  const json = (bytes: number) => JSON.stringify('x'.repeat(bytes - 2));

  it('come through whole, in whatever pieces, and up to their limit', async () => {
    const text = json(LIMITS.bytes.restBody);
    const whole = begin({ 'content-length': String(text.length) });
    whole.sent.end(text);
    expect(await whole.answered).toEqual({ status: 200, body: `{"length":${text.length}}` });
    const pieces = begin({ 'content-length': '50000' });
    for (const letter of json(50_000)) pieces.sent.write(letter);
    pieces.sent.end();
    expect(await pieces.answered).toEqual({ status: 200, body: '{"length":50000}' });
    const tooLarge = begin({ 'content-length': String(LIMITS.bytes.restBody + 1) });
    tooLarge.sent.end(json(LIMITS.bytes.restBody + 1));
    expect((await tooLarge.answered).status).toBe(413);
  });

  it('are refused beyond what the budget counts, whatever their reader would take', async () => {
    const text = json(2 * LIMITS.bytes.restBody);
    const uncounted = begin({ 'content-length': String(text.length) }, '/loose');
    uncounted.sent.end(text);
    expect((await uncounted.answered).status).toBe(413);
  });

  it('say how long they are: one that could go on for ever, or come byte by byte, is not begun', async () => {
    const endless = begin({ 'transfer-encoding': 'chunked' });
    for (const letter of json(50_000)) endless.sent.write(letter);
    expect(await endless.answered).toMatchObject({ status: 411, body: expect.stringContaining('Content-Length') });
    endless.sent.destroy();
  });

  it('when they are too many, the largest is refused and a small one is served', async () => {
    const large: { sent: ClientRequest; answered: Promise<{ status: number }> }[] = [];
    const count = Math.ceil(LIMITS.budgets.restBodies / LIMITS.bytes.restBody) + 8;
    for (let index = 0; index < count; index += 1) {
      const upload = begin({ 'content-length': '1000001' });
      upload.sent.write('"'.padEnd(1_000_000, 'x'));
      large.push(upload);
    }
    const refused = await Promise.race(large.map(({ answered }) => answered));
    expect(refused).toMatchObject({ status: 503 });
    const small = begin({ 'content-length': '20000' });
    small.sent.end(json(20_000));
    expect((await small.answered).status).toBe(200);
    for (const { sent, answered } of large) {
      answered.catch(() => {});
      sent.destroy();
    }
    // What they held came back.
    await expect
      .poll(async () => {
        const again = begin({ 'content-length': '1000000' });
        again.sent.end(json(1_000_000));
        return (await again.answered).status;
      })
      .toBe(200);
  });
});
