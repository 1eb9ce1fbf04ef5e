import { once } from 'node:events';
import { createServer } from 'node:net';

type Place = { readonly host: string; readonly port: number };

const PORTS_TRIED = 100;
const LAST_PORT = 65_535;

/**
 * Resolves when this port can be listened on.
 * @throws As Node does: `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`.
 */
export async function checkPort({ host, port }: Place): Promise<void> {
  const probe = createServer();
  probe.listen(port, host);
  await once(probe, 'listening');
  await new Promise((resolve) => probe.close(resolve));
}

export function isPortTaken(error: unknown): boolean {
  const { code, syscall } = (error instanceof Error ? error : {}) as NodeJS.ErrnoException;
  return code === 'EADDRINUSE' && (syscall === 'listen' || syscall === 'bind');
}

/** The next port above this one that is free now; null when none of the following hundred is. */
export async function nextFreePort({ host, port }: Place): Promise<number | null> {
  for (let next = port + 1; next <= Math.min(port + PORTS_TRIED, LAST_PORT); next += 1) {
    const isFree = await checkPort({ host, port: next }).then(
      () => true,
      () => false,
    );
    if (isFree) return next;
  }
  return null;
}
