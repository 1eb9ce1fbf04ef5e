import { once } from 'node:events';
import { createServer } from 'node:net';

/** A TCP port of the loopback that is free at the moment, for a program that cannot choose one itself. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('The loopback has no free port.');
  return address.port;
}
