import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { request as requestTls } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { newDataDir } from '../../apps/server/src/db/testing/embedded-folder.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../..');
const START_TIMEOUT_MS = 120_000;
/** A sixth of a server's start is compiling the same files again. */
const COMPILE_CACHE = path.join(tmpdir(), 'visavis-compile-cache');
const STOP_TIMEOUT_MS = 15_000;

/** How a server is started: a program, what it is told, and where. */
export type ServerProgram = { readonly path: string; readonly arguments: readonly string[]; readonly folder: string };

const FROM_SOURCES: ServerProgram = {
  path: process.execPath,
  arguments: ['apps/server/src/main.ts'],
  folder: REPOSITORY,
};

export type TestServer = {
  readonly url: string;
  readonly license: string;
  readonly dataDir: string;
  readonly child: ChildProcess;
  /** Everything that the server printed so far. */
  output(): string;
  /** What the server and its media workers hold at this moment (Linux). */
  footprint(): Promise<Footprint>;
  /** Process ids of its media workers (Linux). */
  mediaWorkers(): readonly number[];
  /** Ends the server with SIGTERM and resolves with its exit code. */
  stop(): Promise<number | null>;
};

type Footprint = {
  readonly openCalls: number;
  readonly processes: number;
  readonly udpSockets: number;
  /** Resident memory of all processes together. */
  readonly memoryMiB: number;
};

/**
 * Starts the real server in a process of its own, on a free port and a fresh data folder. `DATA_DIR` in the environment: on this one, which `stop` removes too. With `TLS` its certificate lies in `DATA_DIR/tls/certificate.pem`.
 */
export async function startServer(
  environment: Readonly<Record<string, string>> = {},
  program: ServerProgram = FROM_SOURCES,
): Promise<TestServer> {
  const port = await freePort();
  const dataDir = environment.DATA_DIR ?? (await freshDataDir(environment));
  const license = `sk_navtalk_${'e2eTestKey'.padEnd(32, '0')}`;
  const child = spawn(program.path, program.arguments, {
    cwd: program.folder,
    env: {
      ...process.env,
      PORT: String(port),
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      DEMO_LICENSE: license,
      STUN_PORT: '0',
      // Opening all of them takes as long as all else that a server does for a short test.
      PREPARE_AVATARS: 'false',
      HISTORY_GAP_MS: '150',
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const url = `${environment.TLS === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  await waitForHealth(url, child, () => printed);
  return {
    url,
    license,
    dataDir,
    child,
    output: () => printed,
    footprint: () => measureFootprint(url, child.pid ?? 0),
    mediaWorkers: () => mediaWorkersOf(child.pid ?? 0),
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      const code = await exited;
      clearTimeout(timer);
      await rm(dataDir, { recursive: true, force: true });
      return code;
    },
  };
}

async function waitForHealth(url: string, child: ChildProcess, output: () => string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`The server ended with code ${child.exitCode}:\n${output()}`);
    try {
      if (await isHealthy(url)) return;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  child.kill('SIGKILL');
  throw new Error(`The server was not healthy after ${START_TIMEOUT_MS} ms:\n${output()}`);
}

/** With the empty embedded database that tests share: making it takes seconds. */
async function freshDataDir({ DATABASE_URL }: Readonly<Record<string, string>>): Promise<string> {
  return DATABASE_URL === undefined ? newDataDir() : mkdtemp(path.join(tmpdir(), 'visavis-e2e-'));
}

/** Asks without knowing the certificate, which the server may just have made. */
async function isHealthy(url: string): Promise<boolean> {
  if (url.startsWith('http:')) return (await fetch(`${url}/health`)).ok;
  return new Promise((resolve, reject) => {
    const request = requestTls(`${url}/health`, { rejectUnauthorized: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('error', reject);
    request.end();
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('No port.')),
      );
    });
  });
}

async function measureFootprint(url: string, pid: number): Promise<Footprint> {
  const health = (await (await fetch(`${url}/health`)).json()) as { calls: { open: number } };
  const processes = [pid, ...(await childrenOf(pid))];
  const sizes = await Promise.all(processes.map(residentMiB));
  const sockets = await Promise.all(processes.map(udpSocketsOf));
  return {
    openCalls: health.calls.open,
    processes: processes.length,
    udpSockets: sockets.reduce((sum, count) => sum + count, 0),
    memoryMiB: sizes.reduce((sum, size) => sum + size, 0),
  };
}

/** Children, their children, and so on. */
async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const direct = text
    .split(' ')
    .filter((word) => word !== '')
    .map(Number);
  return [...direct, ...(await Promise.all(direct.map(childrenOf))).flat()];
}

function mediaWorkersOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter((word) => word !== '')
    .map(Number)
    .filter((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('media-worker'));
}

async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

/** Sockets of a process that are in the kernel's UDP tables. */
async function udpSocketsOf(pid: number): Promise<number> {
  const tables = await Promise.all(
    ['udp', 'udp6'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'utf8').catch(() => '')),
  );
  // Tenth column of each row below the heading: the inode of the socket.
  const rows = tables.flatMap((table) => table.trim().split('\n').slice(1));
  const inodes = new Set(rows.map((row) => row.trim().split(/\s+/)[9]));
  const names = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const links = await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')));
  return links.filter((link) => {
    const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1];
    return inode !== undefined && inodes.has(inode);
  }).length;
}
