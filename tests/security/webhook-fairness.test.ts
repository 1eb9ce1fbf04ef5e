import { createServer as createHttpServer, type Server } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Arena, describeUnderAttack } from './support/attack.ts';

type AttackProject = Awaited<ReturnType<Arena['newProject']>>;

/** Half of what a receiver that hangs keeps a post waiting for. */
const DELIVERED_WITHIN_MS = 7_000;
/** How receivers keep a sender waiting. Each takes the whole time that a post may have. */
const HANGS = {
  'never answers': () => {},
  'trickles its headers': (socket: Socket) => {
    socket.write('HTTP/1.1 200 OK\r\n');
    repeat(socket, () => `x-${Math.random()}: y\r\n`);
  },
  'says that it goes on': (socket: Socket) => repeat(socket, () => 'HTTP/1.1 102 Processing\r\n\r\n'),
} as const;

function repeat(socket: Socket, text: () => string): void {
  const timer = setInterval(() => socket.write(text()), 500);
  socket.on('close', () => clearInterval(timer));
}

describeUnderAttack('webhooks', { WEBHOOK_PRIVATE_HOSTS: '127.0.0.1' }, (arena) => {
  const sockets = new Set<Socket>();
  const hanging = createServer((socket) => {
    const hang = Object.values(HANGS)[sockets.size % 3];
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => hang?.(socket));
  });
  let posted = 0;
  const quick: Server = createHttpServer((request, response) => {
    request.resume();
    request.on('end', () => {
      posted += 1;
      response.end();
    });
  });

  beforeAll(async () => {
    for (const server of [hanging, quick]) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    hanging.close();
    quick.close();
  });

  const addHook = async ({ owner, path }: AttackProject, receiver: { address(): unknown }): Promise<string> => {
    const { port } = receiver.address() as AddressInfo;
    const made = await owner.post(`${path}/webhooks`, { kind: 'message', url: `http://127.0.0.1:${port}/hook` });
    expect(made.status).toBe(201);
    return made.body.webhookId;
  };

  test('five hundred deliveries to receivers that hang delay their own project only', {
    timeout: 180_000,
  }, async () => {
    const [attacker, victim] = [await arena.newProject(), await arena.newProject()];
    const hooks: string[] = [];
    for (let count = 0; count < 20; count += 1) hooks.push(await addHook(attacker, hanging));
    const quickHook = await addHook(victim, quick);
    await arena.whileNeighbourTalks(async () => {
      const call = arena.call({ license: attacker.key, avatarId: attacker.avatarId });
      await call.event('realtime.session.updated', 0, 30_000);
      for (let count = 0; count < 40; count += 1) {
        call.send({ type: 'realtime.input_text', data: { content: `Question ${count}` } });
        await call.event('realtime.response.audio_transcript.delta', count, 30_000);
      }
      // The answers, and questions among them, go to twenty receivers each.
      await expect.poll(() => sockets.size, { timeout: 20_000 }).toBeGreaterThanOrEqual(4);
      const delays: number[] = [];
      for (let count = 0; count < 6; count += 1) {
        const before = posted;
        const fromMs = performance.now();
        const sent = await victim.owner.post(`${victim.path}/webhooks/${quickHook}/test`, {});
        expect(sent.status).toBe(202);
        await expect.poll(() => posted, { timeout: 20_000, interval: 20 }).toBeGreaterThan(before);
        delays.push(performance.now() - fromMs);
      }
      expect(Math.max(...delays)).toBeLessThan(DELIVERED_WITHIN_MS);
      const first = (await attacker.owner.get(`${attacker.path}/webhooks/${hooks[0]}/deliveries?limit=100`)).body.items;
      expect(first.length).toBeGreaterThanOrEqual(25);
      // Never more than its own places.
      expect(sockets.size).toBeLessThan(30);
      call.socket.close();
    });
  });

  test('an answer counts from its status on, and what trickles behind it holds nothing up', async () => {
    const project = await arena.newProject();
    const trickling = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n');
        repeat(socket, () => 'x');
      });
    });
    await new Promise<void>((resolve) => trickling.listen(0, '127.0.0.1', resolve));
    const hook = await addHook(project, trickling);
    await project.owner.post(`${project.path}/webhooks/${hook}/test`, {});
    const last = async () => (await project.owner.get(`${project.path}/webhooks/${hook}/deliveries`)).body.items[0];
    await expect.poll(async () => (await last()).state, { timeout: 10_000 }).toBe('delivered');
    expect((await last()).attempts[0].durationMs).toBeLessThan(DELIVERED_WITHIN_MS);
    trickling.close();
  });

  test('what waits for a project that is deleted is never posted', async () => {
    const project = await arena.newProject();
    const hook = await addHook(project, hanging);
    for (let count = 0; count < 10; count += 1) await project.owner.post(`${project.path}/webhooks/${hook}/test`, {});
    expect((await project.owner.send('DELETE', project.path)).status).toBe(200);
    const begun = sockets.size;
    const victim = await arena.newProject();
    const quickHook = await addHook(victim, quick);
    const before = posted;
    await victim.owner.post(`${victim.path}/webhooks/${quickHook}/test`, {});
    await expect.poll(() => posted, { timeout: 10_000 }).toBe(before + 1);
    expect(sockets.size - begun).toBeLessThanOrEqual(4);
  });
});
