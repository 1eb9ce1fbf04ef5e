import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { MAKING_PROBLEMS } from '@visavis/protocol';
import { AVATAR_MAKING_LIMITS_MS } from '../control/avatars/making/avatar-limits.ts';
import type { BundleOutcome, BundleRunner } from '../control/avatars/making/avatar-workshop.ts';
import type { Logger } from '../ports.ts';
import { bundleMessageSchema } from './bundle-messages.ts';
import { followMakingChild, startMakingChild } from './making-child.ts';

const ENTRY = fileURLToPath(new URL('./bundle-child.ts', import.meta.url));
const PICTURE = /\.(jpg|png|webp|bmp)$/;

/** Makes bundles, each in a process of its own. */
export function createBundleRunner(logger: Logger, timeLimits = AVATAR_MAKING_LIMITS_MS): BundleRunner {
  return (task, { signal, onProgress, onPicture }) => {
    const timeLimitMs = timeLimits[PICTURE.test(task.inputPath) ? 'picture' : 'video'];
    if (signal.aborted) return Promise.resolve({ kind: 'broke', detail: 'It was stopped before its start.' });
    return follow(startMakingChild(ENTRY, task, logger), { signal, onProgress, onPicture, timeLimitMs });
  };
}

type FollowOptions = Parameters<BundleRunner>[1] & { readonly timeLimitMs: number };

export function follow(
  child: ChildProcess,
  { signal, onProgress, onPicture, timeLimitMs }: FollowOptions,
): Promise<BundleOutcome> {
  return followMakingChild<BundleOutcome>(child, {
    signal,
    timeLimitMs,
    atTimeLimit: { kind: 'refused', code: 'time-limit', message: MAKING_PROBLEMS['time-limit'] },
    take(data) {
      const { data: message } = bundleMessageSchema.safeParse(data);
      if (message === undefined) return undefined;
      if (message.kind === 'progress') onProgress(message.share, message.step);
      else if (message.kind === 'picture') onPicture(Buffer.from(message.webp, 'base64'));
      else return message;
      return null;
    },
  });
}
