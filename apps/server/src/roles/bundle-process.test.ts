import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { expect, it, vi } from 'vitest';
import { follow } from './bundle-process.ts';

it('takes what the making process says that is no message of its kind for that avatar’s fault, not for the server’s', async () => {
  const child = Object.assign(new EventEmitter(), { kill: vi.fn(), stderr: new EventEmitter(), pid: 1 });
  const onProgress = vi.fn();
  const following = follow(child as unknown as ChildProcess, {
    signal: new AbortController().signal,
    onProgress,
    onPicture() {},
    timeLimitMs: 60_000,
  });
  child.emit('message', { kind: 'progress', share: 0.5, step: 'finding the face' });
  for (const odd of [null, 7, {}, { kind: 'progress', share: 0.5, step: 'looking' }, { kind: 'made' }])
    child.emit('message', odd);
  child.emit('close', 1, null);
  expect(await following).toEqual({ kind: 'broke', detail: expect.stringContaining('nobody understands') });
  expect(onProgress.mock.calls).toEqual([[0.5, 'finding the face']]);
});
