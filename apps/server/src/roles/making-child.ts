import { type ChildProcess, fork } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { childEnvironment } from '@visavis/media/child-environment';
import type { Logger } from '../ports.ts';

const HEAP_LIMIT_MB = 2048;
const MAX_ERROR_TEXT = 2_000;
/** Of glibc: with an arena for each thread, a process that makes faces holds 230 MB more. Others do not know it. */
const ALLOCATION = { MALLOC_ARENA_MAX: '1' } as const;

/** Another attempt may succeed. */
type Broke = { readonly kind: 'broke'; readonly detail: string };

export type FollowOptions<Outcome> = {
  /** Ends the process. */
  readonly signal: AbortSignal;
  readonly timeLimitMs: number;
  readonly atTimeLimit: Outcome;
  /** Takes what the process says: how it ends, or null for what is said on the way. Undefined: nobody understands it. */
  readonly take: (data: unknown) => Outcome | null | undefined;
};

/**
 * Starts a process of low priority that makes one thing: crashes of native code and memory never reach calls. Its task comes as a
 * message: arguments are read by every user of the machine. `environment`: what it needs besides.
 */
export function startMakingChild(
  entry: string,
  task: object,
  logger: Logger,
  environment: Readonly<Record<string, string>> = {},
): ChildProcess {
  const child = fork(entry, [], {
    execArgv: [...process.execArgv, `--max-old-space-size=${HEAP_LIMIT_MB}`],
    env: childEnvironment({ ...ALLOCATION, ...environment }),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  lowerPriority(child, logger);
  // What keeps it from being read ends the process, which tells why.
  child.send(task, () => {});
  return child;
}

/** Resolves when the process has ended. Whatever it says, nothing is thrown: a fault in one making is that one's. */
export function followMakingChild<Outcome>(
  child: ChildProcess,
  { signal, timeLimitMs, atTimeLimit, take }: FollowOptions<Outcome>,
): Promise<Outcome | Broke> {
  let outcome: Outcome | null = null;
  let errorText = '';
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  const timer = setTimeout(() => {
    outcome = atTimeLimit;
    kill();
  }, timeLimitMs);
  signal.addEventListener('abort', kill, { once: true });
  child.stderr?.on('data', (part: Buffer) => {
    errorText = `${errorText}${part.toString()}`.slice(-MAX_ERROR_TEXT);
  });
  child.on('message', (data) => {
    const said = take(data);
    if (said === undefined) errorText = `${errorText}It said what nobody understands. `.slice(-MAX_ERROR_TEXT);
    else outcome ??= said;
  });
  return new Promise((resolve) => {
    const end = (detail: string): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', kill);
      resolve(outcome ?? { kind: 'broke', detail });
    };
    child.on('error', (error) => {
      // A process that never came to be tells no exit.
      if (child.pid === undefined) end(error.message);
    });
    child.on('close', (code, killedBy) => end(`The process ended (${killedBy ?? code}). ${errorText}`.trim()));
  });
}

function lowerPriority({ pid }: ChildProcess, logger: Logger): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch (error) {
    logger.debug({ error: String(error) }, 'A process that makes something keeps its priority');
  }
}
