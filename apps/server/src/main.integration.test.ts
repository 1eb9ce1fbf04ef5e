import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { TestClient } from './gateway/navtalk-v2/test-client.ts';
import { TEST_KEY } from './gateway/test-doubles.ts';

const ENTRY = fileURLToPath(new URL('./main.ts', import.meta.url));
/** Starting a fresh data folder on a busy machine. */
const START_LIMIT_MS = 180_000;
const folder = mkdtempSync(join(tmpdir(), 'visavis-main-'));
const dataDir = join(folder, 'data');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Run = { readonly child: ChildProcess; readonly exited: Promise<number | null>; output(): string };

function run(argv: readonly string[], entry = ENTRY): Run {
  const child = spawn(process.execPath, [entry, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(child, 'close').then(([code]) => code as number | null);
  return { child, exited, output: () => output };
}

/** As `npm start` has it, with a fault in what it does beside the running server. */
function entryThatFailsOnceItRuns(): string {
  const entry = join(folder, 'entry.mjs');
  const main = JSON.stringify(pathToFileURL(ENTRY).href);
  writeFileSync(
    entry,
    `import { main } from ${main};
    await main(process.argv.slice(2), () => { throw new Error('Nothing to follow'); });`,
  );
  return entry;
}

function settings(port: number): string[] {
  const given = {
    port: String(port),
    host: '127.0.0.1',
    'stun-port': '0',
    'data-dir': dataDir,
    'media-workers': '1',
    'demo-license': TEST_KEY,
    'log-format': 'json',
  };
  return Object.entries(given).flatMap(([name, value]) => [`--${name}`, value]);
}

async function healthy(port: number, { child, output }: Run): Promise<void> {
  while (child.exitCode === null) {
    const reply = await fetch(`http://127.0.0.1:${port}/health`).catch(() => null);
    if (reply !== null) return;
    await delay(100);
  }
  throw new Error(`The server ended:\n${output()}`);
}

describe('the program', () => {
  it('prints its settings, and every fault in them', async () => {
    const help = run(['--help']);
    expect(await help.exited).toBe(0);
    expect(help.output()).toMatch(/^PORT +--port/m);
    const faulty = run(['--port', 'x', '--colour', 'red']);
    expect(await faulty.exited).toBe(2);
    expect(faulty.output()).toMatch(/--colour[\s\S]*PORT must be a number/);
  });

  it(
    'serves calls of the demo key though what follows its start fails, tells them when it closes, and exits cleanly',
    async () => {
      const program = run(settings(21_210), entryThatFailsOnceItRuns());
      await healthy(21_210, program);
      const page = await fetch('http://127.0.0.1:21210/api/v1/talk-page').then((reply) => reply.json());
      expect(page).toMatchObject({ demoLicense: TEST_KEY });
      const { avatars } = page as { avatars: { avatarId: string; thumbnailUrl: string }[] };
      expect(avatars.length).toBeGreaterThan(0);
      const picture = await fetch(`http://127.0.0.1:21210${avatars[0]!.thumbnailUrl}`);
      expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/webp']);
      const client = new TestClient('ws://127.0.0.1:21210', { license: TEST_KEY, avatarId: avatars[0]!.avatarId });
      await client.event('conversation.connected.success', 0, 20_000);
      await expect.poll(() => program.output()).toContain('Nothing to follow');
      program.child.kill('SIGTERM');
      expect((await client.closed).code).toBe(1001);
      expect(client.types().at(-1)).toBe('conversation.connected.close');
      expect(await program.exited).toBe(0);
      expect(program.output()).toContain('"msg":"Closed"');
      expect(program.output().match(/"error":"Error: Nothing to follow"/g)).toHaveLength(1);
      expect(program.output()).not.toContain('could not start');
    },
    START_LIMIT_MS,
  );

  it('says in words why it cannot start, and exits with 1', async () => {
    const broken = mkdtempSync(join(tmpdir(), 'visavis-main-broken-'));
    writeFileSync(join(broken, 'file'), '');
    mkdirSync(join(broken, 'keyless'));
    writeFileSync(join(broken, 'keyless/master.key'), 'x');
    const withDataDir = (path: string) => [...settings(21_219), '--data-dir', join(broken, path)];
    const programs = [
      run(withDataDir('file')),
      run(withDataDir('keyless')),
      run([...withDataDir('new'), '--host', '203.0.113.99']),
    ];
    expect(await Promise.all(programs.map(({ exited }) => exited))).toEqual([1, 1, 1]);
    const [file, keyless, host] = programs.map(({ output }) => output());
    expect(file).toContain(`${join(broken, 'file')} is a file, where a folder should be`);
    expect(keyless).toMatch(/The master key cannot be read.*master\.key.*backup/);
    expect(host).toContain('HOST=203.0.113.99 is no address of this machine');
    rmSync(broken, { recursive: true, force: true });
  }, 60_000);

  it('names the next free port when its own is taken, off a terminal too', async () => {
    // Two in a row: the one above the taken one is no advice.
    const others = [21_211, 21_212].map((port) => createServer().listen(port, '127.0.0.1'));
    await Promise.all(others.map((other) => once(other, 'listening')));
    const program = run(settings(21_211));
    expect(await program.exited).toBe(1);
    expect(program.output()).toContain('Port 21211 is taken.');
    expect(Number(/next free port: --port (\d+)/.exec(program.output())?.[1])).toBeGreaterThan(21_212);
    for (const other of others) other.close();
  });
});
