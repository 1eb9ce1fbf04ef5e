import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import { expect, test } from 'vitest';
import { newDataDir } from '../../apps/server/src/db/testing/embedded-folder.ts';

const MAIN = path.resolve(import.meta.dirname, '../../apps/server/src/main.ts');

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

/** Ids of the processes that were told to serve this port (Linux). */
async function serversOn(port: number): Promise<string[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(names.map((name) => readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')));
  return names.filter((_name, index) => commands[index]?.includes(`--port\0${port}\0`));
}

/** `npm start` in a package of its own, as a supervisor runs it: npm, a shell, the server. */
async function startByNpm(dataDir: string, port: number): Promise<ChildProcess> {
  const folder = path.join(dataDir, 'package');
  await mkdir(folder);
  const start = `"${process.execPath}" "${MAIN}" --port ${port} --host 127.0.0.1 --stun-port 0`;
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({ name: 'site', scripts: { start } }));
  return spawn('npm', ['start'], { cwd: folder, env: { ...process.env, DATA_DIR: dataDir }, stdio: 'ignore' });
}

test.each(['SIGTERM', 'SIGKILL'] as const)(
  'the server closes when the npm that started it is gone by %s',
  async (signal) => {
    const [dataDir, port] = [await newDataDir(), await freePort()];
    const npm = await startByNpm(dataDir, port);
    await expect.poll(() => isListening(port), { timeout: 60_000, interval: 200 }).toBe(true);
    npm.kill(signal);
    await expect.poll(() => serversOn(port), { timeout: 30_000, interval: 200 }).toEqual([]);
    expect(await isListening(port)).toBe(false);
    await rm(dataDir, { recursive: true, force: true });
  },
);
