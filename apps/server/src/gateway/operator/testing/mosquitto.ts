import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../../testing/free-port.ts';

export const SERVER_ACCESS = { username: 'visavis', password: 'password of the server' };
export const OPERATOR_ACCESS = { username: 'project', password: 'password of the operator' };

/** Eclipse Mosquitto's folder of programs, or null. Debian puts its servers where only root's path looks. */
export function findMosquitto(): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];
  return folders.map((folder) => join(folder, 'mosquitto')).find(existsSync) ?? null;
}

export function warnNoMosquitto(): void {
  const words = 'operators at a broker outside: apt-get install mosquitto';
  if (process.env.CI === 'true') throw new Error(`Missing for ${words}`);
  console.warn(`SKIPPED: ${words}`);
}

/** A broker of its own, which knows the server and one operator, and lets the latter no further than `{prefix}/project`. */
export class Mosquitto {
  readonly url: string;
  readonly #program: string;
  readonly #folder: string;
  readonly #port: number;
  #process: ChildProcess | null = null;

  static async start(program: string, prefix: string): Promise<Mosquitto> {
    const folder = await mkdtemp(join(tmpdir(), 'visavis-mosquitto-'));
    const port = await freePort();
    const passwords = join(folder, 'passwords');
    await writeFile(passwords, '', { mode: 0o600 });
    for (const { username, password } of [SERVER_ACCESS, OPERATOR_ACCESS]) {
      await promisify(execFile)('mosquitto_passwd', ['-b', passwords, username, password]);
    }
    const rights = [
      `user ${SERVER_ACCESS.username}`,
      `topic read ${prefix}/+/+/reply`,
      `topic read ${prefix}/+/agent/presence`,
      `topic write ${prefix}/+/+/user`,
      `user ${OPERATOR_ACCESS.username}`,
      `topic readwrite ${prefix}/project/#`,
    ];
    await writeFile(join(folder, 'rights'), `${rights.join('\n')}\n`);
    const lines = [
      `listener ${port} 127.0.0.1`,
      'allow_anonymous false',
      `password_file ${passwords}`,
      `acl_file ${join(folder, 'rights')}`,
      // Else it becomes a user who may not read this folder.
      ...(process.getuid?.() === 0 ? ['user root'] : []),
    ];
    await writeFile(join(folder, 'mosquitto.conf'), `${lines.join('\n')}\n`);
    const broker = new Mosquitto(program, folder, port);
    await broker.up();
    return broker;
  }

  private constructor(program: string, folder: string, port: number) {
    this.#program = program;
    this.#folder = folder;
    this.#port = port;
    this.url = `mqtt://127.0.0.1:${port}`;
  }

  async up(): Promise<void> {
    this.#process = spawn(this.#program, ['-c', join(this.#folder, 'mosquitto.conf')], { stdio: 'ignore' });
    while (!(await isOpen(this.#port))) {
      if (this.#process.exitCode !== null) throw new Error(`mosquitto ended with ${this.#process.exitCode}`);
    }
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    const ended = this.#process;
    if (ended === null) return;
    this.#process = null;
    const exited = new Promise((resolve) => ended.once('exit', resolve));
    ended.kill('SIGKILL');
    await exited;
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (isOpen: boolean) => {
      socket.destroy();
      setTimeout(() => resolve(isOpen), isOpen ? 0 : 20);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
