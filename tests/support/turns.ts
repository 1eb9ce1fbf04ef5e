import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Whoever connects to this port of the machine is told when it is his turn, which lasts as long as his connection. */
    turnsPort: number;
  }
}

/** Gives turns to the files of a project, one at a time, in a group in which other projects' files run beside them. */
export async function setup({ provide }: TestProject): Promise<() => void> {
  const line = new Set<Socket>();
  const tellFirst = (): void => {
    const [first] = line;
    first?.write('your turn');
  };
  const server = createServer((socket) => {
    line.add(socket);
    if (line.size === 1) tellFirst();
    // Also when the process of a file is killed: then its turn is over, too.
    socket.on('error', () => {});
    socket.once('close', () => {
      const [first] = line;
      line.delete(socket);
      if (first === socket) tellFirst();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  provide('turnsPort', (server.address() as AddressInfo).port);
  return () => {
    for (const socket of line) socket.destroy();
    server.close();
  };
}
