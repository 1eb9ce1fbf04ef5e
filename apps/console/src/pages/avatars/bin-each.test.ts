import { expect, it, vi } from 'vitest';
import { binEach } from './bin-each.ts';

const answers: Readonly<Record<string, string | null>> = {
  nora: '2026-02-01T00:00:00Z',
  unmade: null,
  otto: '2026-02-01T00:00:00Z',
};
const bin = async (name: string) => {
  const restorableUntil = answers[name];
  if (restorableUntil === undefined) throw new Error('The server does not answer.');
  return { restorableUntil };
};

it('tells once which can be restored', async () => {
  const tell = vi.fn();
  await binEach(['nora', 'unmade', 'otto'], bin, tell);
  expect(tell.mock.calls).toEqual([[['nora', 'otto']]]);
  await binEach(['unmade'], bin, tell);
  expect(tell).toHaveBeenCalledTimes(1);
});

it('tells it also of those that were deleted before one could not be', async () => {
  const tell = vi.fn();
  await expect(binEach(['nora', 'refused', 'otto'], bin, tell)).rejects.toThrow('does not answer');
  expect(tell.mock.calls).toEqual([[['nora']]]);
  await expect(binEach(['refused'], bin, tell)).rejects.toThrow('does not answer');
  expect(tell).toHaveBeenCalledTimes(1);
});
