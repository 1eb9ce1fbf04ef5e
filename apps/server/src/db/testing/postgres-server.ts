import { execFileSync, type SpawnOptions, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** A PostgreSQL server of this test run, reachable only through a socket in its own folder. */
export type PostgresServer = {
  /** Makes an empty database and gives its URL. */
  newDatabase(): Promise<string>;
  /** Kills the server's first process at once, as a crash would; its others end by themselves. */
  kill(): void;
  /** Starts it again after `kill`, and resolves when it has recovered. */
  restart(): Promise<void>;
  stop(): Promise<void>;
};

const INSTALLATIONS = '/usr/lib/postgresql';

/** The programs of the newest installed PostgreSQL, or null. */
export function findPostgres(): string | null {
  if (!existsSync(INSTALLATIONS)) return null;
  const majors = readdirSync(INSTALLATIONS).sort((a, b) => Number(b) - Number(a));
  const folder = majors
    .map((major) => join(INSTALLATIONS, major, 'bin'))
    .find((bin) => existsSync(join(bin, 'postgres')));
  return folder ?? null;
}

type User = { readonly name: string; readonly uid: number; readonly gid: number };

/** PostgreSQL refuses to run as root; then it runs as `postgres`, or as `nobody`. */
function serverUser(): User | null {
  if (process.getuid?.() !== 0) return null;
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' }));
      return { name, uid: id('-u'), gid: id('-g') };
    } catch {
      // This machine has no such user.
    }
  }
  throw new Error('running as root, and there is no user postgres or nobody to run PostgreSQL as');
}

/** An empty cluster that the servers of all tests are copies of: making one takes seconds. */
function clusterTemplate(binFolder: string, user: User | null): string {
  const release = execFileSync(join(binFolder, 'postgres'), ['--version'], { encoding: 'utf8' });
  const name = `visavis-test-cluster-${user?.uid ?? process.getuid?.()}-${release.replaceAll(/[^\w.]+/g, '-')}`;
  const template = join(tmpdir(), name);
  if (existsSync(template)) return template;
  const folder = mkdtempSync(`${template}-`);
  if (user) chownSync(folder, user.uid, user.gid);
  const identity = user ? { uid: user.uid, gid: user.gid } : {};
  const unfinished = join(folder, 'data');
  const options = ['-D', unfinished, '-U', 'tester', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  execFileSync(join(binFolder, 'initdb'), options, { ...identity, cwd: folder, stdio: 'pipe' });
  try {
    renameSync(unfinished, template);
  } catch {
    // Another test process was quicker.
  }
  rmSync(folder, { recursive: true, force: true });
  return template;
}

export async function startPostgres(binFolder: string): Promise<PostgresServer> {
  const user = serverUser();
  const folder = mkdtempSync(join(tmpdir(), 'visavis-postgres-'));
  if (user) chownSync(folder, user.uid, user.gid);
  chmodSync(folder, 0o700);
  const dataFolder = join(folder, 'data');
  const identity = user ? { uid: user.uid, gid: user.gid } : {};
  execFileSync('cp', ['-a', clusterTemplate(binFolder, user), dataFolder]);
  // The server serves the folder's socket only: it listens on no port.
  const settings = ['listen_addresses=', `unix_socket_directories=${folder}`, 'max_connections=200', 'fsync=off'];
  const options = ['-D', dataFolder, ...settings.flatMap((setting) => ['-c', setting])];
  const run = () => runServer(join(binFolder, 'postgres'), options, { ...identity, cwd: folder });
  let server = run();
  const urlOf = (database: string): string =>
    `postgres://tester@localhost/${database}?host=${encodeURIComponent(folder)}`;
  await waitUntilReady(urlOf('postgres'));

  let count = 0;
  return {
    async newDatabase() {
      count += 1;
      const name = `test_${process.pid}_${count}`;
      await withClient(urlOf('postgres'), (client) => client.query(`create database ${name}`));
      return urlOf(name);
    },
    kill() {
      server.process.kill('SIGKILL');
    },
    async restart() {
      await server.exited;
      // As long as processes of the one that was killed are there, a new one ends at once.
      for (let attempt = 0; ; attempt += 1) {
        server = run();
        const isReady = waitUntilReady(urlOf('postgres')).then(() => true);
        isReady.catch(() => {});
        if (await Promise.race([isReady, server.exited.then(() => false)])) return;
        if (attempt >= 200) throw new Error('the PostgreSQL server does not start again');
        await sleep(50);
      }
    },
    async stop() {
      // SIGQUIT: at once, whoever is connected.
      server.process.kill('SIGQUIT');
      await server.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function runServer(path: string, options: readonly string[], identity: SpawnOptions) {
  const process = spawn(path, options, { ...identity, stdio: 'ignore' });
  const exited = new Promise<void>((resolve) => process.once('exit', () => resolve()));
  return { process, exited };
}

async function withClient(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

async function waitUntilReady(url: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await withClient(url, (client) => client.query('select 1'));
      return;
    } catch (error) {
      if (attempt >= 200) throw error;
      await sleep(50);
    }
  }
}
