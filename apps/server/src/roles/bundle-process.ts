import { type ChildProcess, fork } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '@visavis/media/child-environment';
import { MAKING_PROBLEMS } from '@visavis/protocol';
import type { BundleOutcome, BundleRunner } from '../control/avatars/making/avatar-workshop.ts';
import type { Logger } from '../ports.ts';
import { bundleMessageSchema } from './bundle-messages.ts';

const ENTRY = fileURLToPath(new URL('./bundle-child.ts', import.meta.url));
/** A picture takes some seconds: one that takes minutes holds others up for nothing. */
const TIME_LIMITS: Readonly<Record<'picture' | 'video', number>> = { picture: 4 * 60_000, video: 15 * 60_000 };
const PICTURE = /\.(jpg|png|webp|bmp)$/;
const HEAP_LIMIT_MB = 2048;
const MAX_ERROR_TEXT = 2_000;
/** Of glibc: with an arena for each thread, a process that makes bundles holds 230 MB more. Others do not know it. */
const ALLOCATION = { MALLOC_ARENA_MAX: '1' } as const;

/** Makes bundles, each in a process of its own with low priority: crashes of native code and memory never reach calls. */
export function createBundleRunner(logger: Logger, timeLimits: typeof TIME_LIMITS = TIME_LIMITS): BundleRunner {
  return (task, { signal, onProgress, onPicture }) => {
    const timeLimitMs = timeLimits[PICTURE.test(task.inputPath) ? 'picture' : 'video'];
    if (signal.aborted) return Promise.resolve({ kind: 'broke', detail: 'It was stopped before its start.' });
    const child = fork(ENTRY, [JSON.stringify(task)], {
      execArgv: [...process.execArgv, `--max-old-space-size=${HEAP_LIMIT_MB}`],
      env: childEnvironment(ALLOCATION),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    lowerPriority(child, logger);
    return follow(child, { signal, onProgress, onPicture, timeLimitMs });
  };
}

type FollowOptions = Parameters<BundleRunner>[1] & { readonly timeLimitMs: number };

/** Resolves when the process has ended. Whatever it says, nothing is thrown: a fault in the making of one avatar is that avatar's. */
export function follow(
  child: ChildProcess,
  { signal, onProgress, onPicture, timeLimitMs }: FollowOptions,
): Promise<BundleOutcome> {
  let outcome: BundleOutcome | null = null;
  let errorText = '';
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  const timer = setTimeout(() => {
    outcome = { kind: 'refused', code: 'time-limit', message: MAKING_PROBLEMS['time-limit'] };
    kill();
  }, timeLimitMs);
  signal.addEventListener('abort', kill, { once: true });
  child.stderr?.on('data', (part: Buffer) => {
    errorText = `${errorText}${part.toString()}`.slice(-MAX_ERROR_TEXT);
  });
  child.on('message', (data) => {
    const { data: message } = bundleMessageSchema.safeParse(data);
    if (message?.kind === 'progress') onProgress(message.share, message.step);
    else if (message?.kind === 'picture') onPicture(Buffer.from(message.webp, 'base64'));
    else if (message !== undefined) outcome ??= message;
    else errorText = `${errorText}It said what nobody understands. `.slice(-MAX_ERROR_TEXT);
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
    logger.debug({ error: String(error) }, 'The process that makes an avatar keeps its priority');
  }
}
