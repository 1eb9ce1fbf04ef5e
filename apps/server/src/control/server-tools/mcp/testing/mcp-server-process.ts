import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export type McpServerProcess = {
  readonly url: string;
  /** What it was asked, in order: names of methods and of tools. */
  asked(): Promise<readonly string[]>;
  stop(): Promise<void>;
};

/** A server of the official package, in a process of its own; it takes requests with `authorization: Bearer right` alone. */
export async function startMcpServer(): Promise<McpServerProcess> {
  const program = new URL('./mcp-server-program.ts', import.meta.url).pathname;
  const child: ChildProcess = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.stdout === null) throw new Error('The server has no output.');
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error('The server did not start.')));
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      resolve(line);
    });
  });
  return {
    url,
    asked: async () => (await (await fetch(new URL('/asked', url))).json()) as readonly string[],
    async stop() {
      if (child.exitCode !== null) return;
      child.kill();
      await once(child, 'exit');
    },
  };
}
