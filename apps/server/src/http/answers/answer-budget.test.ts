import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { LIMITS } from '@visavis/protocol';
import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ControlError } from '../../control/control-error.ts';
import { createReadingPlaces } from '../../control/fairness/fair-reading.ts';
import { registerAnswerBudget } from './answer-budget.ts';
import { registerReadingTurns } from './reading-turns.ts';

const MIB = 1024 * 1024;

describe('answers on their way', () => {
  let app: FastifyInstance;
  let port: number;
  const places = createReadingPlaces(() => {});

  beforeAll(async () => {
    // Whoever asks says from which address.
    app = fastify({ forceCloseConnections: true, trustProxy: true });
    app.decorateRequest('principal', null);
    app.decorateRequest('project', null);
    registerReadingTurns(app, places);
    registerAnswerBudget(app, { graceMs: 3000, bytesPerSecond: 16_384 });
    app.setErrorHandler((error, _request, reply) => {
      const status = error instanceof ControlError ? error.statusCode : 500;
      return reply.code(status).send({ message: (error as Error).message });
    });
    app.get('/large', async (request) => 'ä'.repeat((Number((request.query as { mib: string }).mib) * MIB) / 2));
    app.get('/turn', { config: { readsMuch: true } }, async () => 'x'.repeat(8 * MIB));
    app.get('/parts', { config: { readsMuch: true } }, async (request, reply) => {
      const part = () => request.readInTurn(async () => 'x'.repeat(10 * MIB));
      const parts = async function* () {
        for (let count = 0; count < 3; count += 1) yield await part();
      };
      return reply.send(Readable.from(parts(), { highWaterMark: 0 }));
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
    port = (app.server.address() as AddressInfo).port;
  });
  afterAll(() => app.close());

  const ask = async (path: string, address: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { 'x-forwarded-for': address } });
    return { status: response.status, length: (await response.arrayBuffer()).byteLength };
  };
  const deaf: Socket[] = [];
  const askDeafly = async (path: string, address: string): Promise<void> => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('error', () => {});
    socket.pause();
    deaf.push(socket);
    await once(socket, 'connect');
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: ${address}\r\n\r\n`);
  };

  it('come whole, even one that is larger than what is usual', async () => {
    const bytes = LIMITS.budgets.answersOfOne + 2 * MIB;
    expect(await ask(`/large?mib=${bytes / MIB}`, '10.0.0.1')).toEqual({ status: 200, length: bytes });
    const head = await fetch(`http://127.0.0.1:${port}/large?mib=1`, { method: 'HEAD' });
    expect(head.status).toBe(200);
  });

  it('that are not read are the reader’s own trouble, until they are cut', async () => {
    for (let count = 0; count < 3; count += 1) await askDeafly('/large?mib=16', '10.0.0.2');
    await expect.poll(async () => (await ask('/large?mib=16', '10.0.0.2')).status).toBe(429);
    expect((await ask('/large?mib=0.001', '10.0.0.2')).status).toBe(200);
    for (let index = 3; index < 9; index += 1) await askDeafly('/large?mib=20', `10.0.0.${index}`);
    // The budget is spent by now: whoever holds most goes for the sake of who asks for less.
    expect((await ask('/large?mib=8', '10.0.0.20')).status).toBe(200);
    await expect.poll(async () => (await ask('/large?mib=16', '10.0.0.2')).status, { timeout: 15_000 }).toBe(200);
  }, 30_000);

  it('of heavy reading are few at a time for one caller, and keep no other out', async () => {
    for (let count = 0; count < 40; count += 1) await askDeafly('/turn', '10.0.1.1');
    await expect.poll(async () => (await ask('/turn', '10.0.1.1')).status).toBe(429);
    expect((await ask('/turn', '10.0.1.2')).status).toBe(200);
    for (const socket of deaf) socket.destroy();
    await expect.poll(async () => (await ask('/turn', '10.0.1.1')).status, { timeout: 10_000 }).toBe(200);
  }, 30_000);

  it('in parts that get no place are waited for, not cut', async () => {
    const take = places.reading.take.bind(places.reading);
    let asked = 0;
    const refusing = vi.spyOn(places.reading, 'take').mockImplementation(async (tenant) => {
      asked += 1;
      // The first is that of the request itself; then the second part is refused once.
      if (asked === 3) throw new ControlError('overloaded', 'Many are reading.');
      return take(tenant);
    });
    expect(await ask('/parts', '10.0.2.9')).toEqual({ status: 200, length: 30 * MIB });
    expect(asked).toBe(5);
    refusing.mockRestore();
  });

  it('in parts come whole; those that are not read count, keep no place of reading, and are cut', async () => {
    expect(await ask('/parts', '10.0.2.1')).toEqual({ status: 200, length: 30 * MIB });
    for (let count = 0; count < 2; count += 1) await askDeafly('/parts', '10.0.2.2');
    await expect.poll(async () => (await ask('/large?mib=6', '10.0.2.2')).status).toBe(429);
    expect(places.reading.heldCount).toBe(0);
    expect((await ask('/parts', '10.0.2.3')).status).toBe(200);
    await expect.poll(async () => (await ask('/large?mib=6', '10.0.2.2')).status, { timeout: 15_000 }).toBe(200);
  }, 30_000);
});
