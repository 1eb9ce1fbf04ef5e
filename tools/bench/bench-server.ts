import { setTimeout as delay } from 'node:timers/promises';
import { startServer, type TestServer } from '../../tests/support/server-process.ts';
import { childrenOf, waitUntilCalm } from './process-usage.ts';

const CALM_LIMIT_MS = 90_000;
const WORKER_LIMIT_MS = 30_000;

export type BenchServer = TestServer & {
  /** The one media worker process. */
  readonly workerPid: number;
};

/** Runs `measure` against the real server, which is stopped afterwards whatever happens. */
export async function withBenchServer<Value>(
  print: (line: string) => void,
  measure: (server: BenchServer) => Promise<Value>,
  settings: Readonly<Record<string, string>> = {},
): Promise<Value> {
  const server = await startBenchServer(print, settings);
  // A benchmark that is ended from outside leaves no server behind.
  const abandon = (): boolean => server.child.kill('SIGKILL');
  const end = (): never => process.exit(1);
  process.once('exit', abandon);
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  try {
    return await measure(server);
  } finally {
    process.off('exit', abandon);
    process.off('SIGTERM', end);
    process.off('SIGINT', end);
    await server.stop();
  }
}

/** The real server with one media worker, once everything that it prepares at its start is done. */
async function startBenchServer(
  print: (line: string) => void,
  settings: Readonly<Record<string, string>>,
): Promise<BenchServer> {
  print('starting the server and waiting until it has prepared its avatars …');
  const server = await startServer({
    PREPARE_AVATARS: 'true',
    MEDIA_WORKERS: '1',
    MAX_CALLS: '12',
    MEDIA_PORTS: '25000-25299',
    ...settings,
  });
  const deadline = performance.now() + WORKER_LIMIT_MS;
  let workerPid: number | undefined;
  while (workerPid === undefined) {
    if (performance.now() > deadline) throw new Error('The server has no media worker.');
    workerPid = (await childrenOf(server.child.pid ?? 0))[0];
    await delay(100);
  }
  if (!(await waitUntilCalm(workerPid, CALM_LIMIT_MS))) print('the media worker did not come to rest; numbers suffer');
  return { ...server, workerPid };
}
