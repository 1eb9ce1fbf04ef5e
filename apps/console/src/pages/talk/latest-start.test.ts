import { expect, it, vi } from 'vitest';
import { LatestStart } from './latest-start.ts';

function setUp() {
  const loading = Promise.withResolvers<string>();
  const [begin, onFailure] = [vi.fn(), vi.fn()];
  const starter = new LatestStart<string>();
  const start = (name: string, loaded: string | null = null) =>
    starter.start({ loaded, load: () => loading.promise, begin: () => begin(name), onFailure });
  return { starter, start, loading, begin, onFailure };
}

it('begins one call, though the button was pressed twice before it could', async () => {
  const { start, loading, begin } = setUp();
  expect([start('first'), start('second')]).toEqual([false, false]);
  loading.resolve('sdk');
  await loading.promise;
  expect(begin.mock.calls).toEqual([['second']]);
});

it('begins none, and fails none, for whoever has left meanwhile', async () => {
  const [left, failed] = [setUp(), setUp()];
  for (const { start, starter } of [left, failed]) {
    start('call');
    starter.cancel();
  }
  left.loading.resolve('sdk');
  failed.loading.reject(new Error('gone'));
  await Promise.allSettled([left.loading.promise, failed.loading.promise]);
  expect(left.begin).not.toHaveBeenCalled();
  expect(failed.onFailure).not.toHaveBeenCalled();
});

it('begins at once with what is loaded, in place of what still waits', async () => {
  const { start, loading, begin } = setUp();
  start('waiting');
  expect(start('at once', 'sdk')).toBe(true);
  expect(begin.mock.calls).toEqual([['at once']]);
  loading.resolve('sdk');
  await loading.promise;
  expect(begin).toHaveBeenCalledTimes(1);
});

it('tells why it cannot begin', async () => {
  const { start, loading, onFailure } = setUp();
  start('call');
  loading.reject('gone');
  await vi.waitFor(() => expect(onFailure).toHaveBeenCalledWith('gone'));
});
