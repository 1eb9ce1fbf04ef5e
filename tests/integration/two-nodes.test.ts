import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findPostgres, startPostgres } from '../../apps/server/src/db/testing/postgres-server.ts';
import { warnSkipped } from '../../apps/server/src/db/testing/test-databases.ts';
import { findS3Server, startS3Server, warnNoS3 } from '../../apps/server/src/files/testing/s3-server.ts';
import { TestClient } from '../../apps/server/src/gateway/navtalk-v2/test-client.ts';
import { avatarPhoto, jpegOf } from '../../packages/face/src/testing/photos.ts';
import { ConsoleVisitor } from '../support/console-visitor.ts';
import { startServer } from '../support/server-process.ts';

const WAIT = { timeout: 200_000, interval: 200 };
const TITLE = 'an avatar that one node made, on another';

const [postgres, rclone] = [findPostgres(), findS3Server()];
if (!postgres) warnSkipped(TITLE);
if (!rclone) warnNoS3(TITLE);

describe.skipIf(!postgres || !rclone)('two nodes on one database and one bucket', () => {
  test('an avatar that one node made is shown, called and filmed on the other, when the first one and its disk are gone', {
    timeout: 600_000,
  }, async () => {
    const [database, s3] = [await startPostgres(postgres as string), await startS3Server(rclone as string)];
    const bucket = await s3.newBucket();
    const settings = {
      DATABASE_URL: await database.newDatabase(),
      MASTER_KEY: 'ab'.repeat(32),
      S3_ENDPOINT: bucket.endpoint ?? '',
      S3_BUCKET: bucket.bucket,
      S3_ACCESS_KEY_ID: bucket.accessKeyId,
      S3_SECRET_ACCESS_KEY: bucket.secretAccessKey(),
    };
    const first = await startServer(settings);
    let owner = new ConsoleVisitor(first.url);
    await owner.register('mia@example.org');
    const project = `/projects/${(await owner.post('/projects', { name: 'Shop' })).body.projectId}`;
    const license = (await owner.post(`${project}/keys`, { name: 'k' })).body.key;
    const photo = new Uint8Array(await jpegOf(await avatarPhoto('marcus')));
    const { uploadId } = (await owner.upload(project.split('/')[2] ?? '', photo, 'image/jpeg')).body;
    const { avatarId } = (await owner.post(`${project}/avatars`, { uploadId, name: 'Nora' })).body;
    const avatar = async () => (await owner.get(`${project}/avatars/${avatarId}`)).body;
    await expect.poll(async () => (await avatar()).state, WAIT).toBe('ready');
    const made = await avatar();
    const still = await (await fetch(first.url + made.thumbnailUrl)).text();
    for (const name of ['uploads', 'avatars', 'making']) {
      const folder = join(first.dataDir, name);
      expect([name, existsSync(folder) ? await readdir(folder) : []]).toEqual([name, []]);
    }
    expect(await first.stop()).toBe(0);
    expect(existsSync(first.dataDir)).toBe(false);

    const second = await startServer(settings);
    const { cookie } = owner;
    owner = new ConsoleVisitor(second.url);
    owner.cookie = cookie;
    expect(await avatar()).toEqual(made);
    const film = await fetch(second.url + made.previewUrl, { headers: { range: 'bytes=0-99' } });
    expect([film.status, (await film.arrayBuffer()).byteLength]).toEqual([206, 100]);
    expect(await (await fetch(second.url + made.thumbnailUrl)).text()).toBe(still);

    const client = new TestClient(second.url.replace(/^http/, 'ws'), { license, avatarId });
    // Told when voice and picture are open.
    await client.event('realtime.session.created', 0, 100_000);
    expect(client.types().filter((type) => /fail|error/.test(type))).toEqual([]);
    client.socket.close();
    const bundles = (await readdir(join(second.dataDir, 'bundles'))).filter((name) => !name.startsWith('.'));
    expect(bundles).toHaveLength(1);

    const ordered = await owner.post(`${project}/generations`, { avatar: avatarId, text: 'Hello there.' });
    const generation = `${project}/generations/${ordered.body.generationId}`;
    const state = async () => (await owner.get(generation)).body;
    await expect.poll(async () => ['done', 'failed'].includes((await state()).state), WAIT).toBe(true);
    expect(await state()).toMatchObject({ state: 'done' });
    await second.stop();
    await s3.stop();
    await database.stop();
  });
});
