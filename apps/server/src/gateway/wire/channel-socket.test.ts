import { expect, it } from 'vitest';
import { ChannelSocket } from './channel-socket.ts';

it('keeps all that is said before the channel opens, in order, and counts it until then', () => {
  const sent: string[] = [];
  const socket = new ChannelSocket((text) => sent.push(text));
  const texts = Array.from({ length: 300 }, (_, at) => `${at}`.padEnd(1000, 'x'));
  for (const text of texts) socket.send(text, () => {});
  expect(sent).toEqual([]);
  expect(socket.bufferedAmount).toBeGreaterThanOrEqual(300_000);
  socket.open();
  socket.send('last', () => {});
  expect(sent).toEqual([...texts, 'last']);
  expect(socket.bufferedAmount).toBe(0);
});

it('forgets what waits when it closes', () => {
  const socket = new ChannelSocket(() => {});
  socket.send('x'.repeat(1000), () => {});
  socket.close();
  expect(socket.bufferedAmount).toBe(0);
});
