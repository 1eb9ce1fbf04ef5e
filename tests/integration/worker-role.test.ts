import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { findPostgres, startPostgres } from '../../apps/server/src/db/testing/postgres-server.ts';
import { warnSkipped } from '../../apps/server/src/db/testing/test-databases.ts';
import { avatarPhoto, jpegOf } from '../../packages/face/src/testing/photos.ts';
import { ConsoleVisitor } from '../support/console-visitor.ts';
import { startServer } from '../support/server-process.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const WAIT = { timeout: 150_000, interval: 100 };

const postgres = findPostgres();
if (!postgres) warnSkipped('a worker beside a server');

function startWorker(environment: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, ['apps/server/src/main.ts'], {
    cwd: REPOSITORY,
    env: { ...process.env, ROLE: 'worker', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  return { child, output: () => printed };
}

describe.skipIf(!postgres)('a worker', () => {
  test('goes on with what a server that was killed had begun or put off, and ends when it is told to', {
    timeout: 600_000,
  }, async () => {
    const database = await startPostgres(postgres as string);
    const bodies: string[] = [];
    let status = 500;
    let accepted = 0;
    const receiver = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      request.on('end', () => {
        bodies.push(body);
        if (status === 200) accepted += 1;
        response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const { port } = receiver.address() as AddressInfo;
    const settings = {
      DATABASE_URL: await database.newDatabase(),
      MASTER_KEY: 'ab'.repeat(32),
      WEBHOOK_PRIVATE_HOSTS: '127.0.0.1',
    };
    const server = await startServer(settings);
    const owner = new ConsoleVisitor(server.url);
    await owner.register('mia@example.org');
    const path = `/projects/${(await owner.post('/projects', { name: 'Shop' })).body.projectId}`;

    const hook = await owner.post(`${path}/webhooks`, { kind: 'message', url: `http://127.0.0.1:${port}/hook` });
    await owner.post(`${path}/webhooks/${hook.body.webhookId}/test`, {});
    await expect.poll(() => bodies.length, WAIT).toBeGreaterThan(0);
    const photo = new Uint8Array(await jpegOf(await avatarPhoto('marcus')));
    const { uploadId } = (await owner.upload(path.split('/')[2] ?? '', photo, 'image/jpeg')).body;
    const made = await owner.post(`${path}/avatars`, { uploadId, name: 'Nora' });
    const { avatarId } = made.body;
    await expect
      .poll(async () => (await owner.get(`${path}/avatars/${avatarId}`)).body.job?.progress ?? 0, WAIT)
      .toBeGreaterThan(0);
    const killed = once(server.child, 'exit');
    server.child.kill('SIGKILL');
    await killed;

    status = 200;
    const worker = startWorker({ ...settings, DATA_DIR: server.dataDir });
    const client = new pg.Client({ connectionString: settings.DATABASE_URL });
    await client.connect();
    const states = async () => {
      const { rows } = await client.query(
        `select (select state from webhook_deliveries limit 1) as delivery, (select state from avatars where id = $1) as avatar`,
        [avatarId],
      );
      return rows[0];
    };
    await expect.poll(states, WAIT).toEqual({ delivery: 'delivered', avatar: 'ready' });
    expect(new Set(bodies).size).toBe(1);
    // What was taken once is not posted again.
    expect(accepted).toBe(1);
    expect(worker.output()).toContain('A worker of Visavis is running.');
    const exited = once(worker.child, 'exit');
    worker.child.kill('SIGTERM');
    expect((await exited)[0]).toBe(0);
    await client.end();
    await server.stop();
    receiver.close();
    await database.stop();
  });
});
