import { expect, it } from 'vitest';
import { EarlyCommands } from './early-commands.ts';

it('early commands keep their order, and a minute of sound at most', () => {
  const early = new EarlyCommands();
  early.add({ type: 'user-text', text: 'first', reply: false });
  for (let second = 0; second < 70; second += 1) early.add({ type: 'user-audio', bytes: new Uint8Array(48_000) });
  early.add({ type: 'respond' });
  const taken = early.take();
  expect(taken[0]?.type).toBe('user-text');
  expect(taken.at(-1)?.type).toBe('respond');
  expect(taken.filter((command) => command.type === 'user-audio')).toHaveLength(60);
  expect(early.dropped).toBe(10);
  expect(early.take()).toEqual([]);
});

it('early commands are bounded by what they hold, too', () => {
  const commands = new EarlyCommands();
  const text = 'x'.repeat(1_000_000);
  for (let count = 0; count < 20; count += 1) commands.add({ type: 'user-text', text, reply: false });
  expect(commands.dropped).toBe(12);
  for (let count = 0; count < 7000; count += 1) commands.add({ type: 'user-audio', bytes: new Uint8Array(1) });
  expect(commands.dropped).toBe(12 + 1000);
  expect(commands.take()).toHaveLength(8 + 6000);
});
