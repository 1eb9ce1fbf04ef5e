import type { DataChannel } from 'node-datachannel';
import { expect, it } from 'vitest';
import { EventChannel } from './event-channel.ts';

function open(maxMessageSize: number) {
  const told: string[] = [];
  const sent: string[] = [];
  const state = { bufferedAmount: 0 };
  const channel = {
    onMessage: () => {},
    onClosed: () => {},
    onError: () => {},
    onOpen: () => {},
    isOpen: () => true,
    maxMessageSize: () => maxMessageSize,
    bufferedAmount: () => state.bufferedAmount,
    sendMessage: (text: string) => sent.push(text) > 0,
  } as Partial<DataChannel> as DataChannel;
  const events = new EventChannel(channel, {
    onOpen: () => {},
    onMessage: () => {},
    onTooLarge: (byteCount, mostBytes) => void told.push(`${byteCount} of ${mostBytes}`),
    onClosed: () => void told.push('closed'),
  });
  return { events, told, sent, state };
}

it('leaves a message out that is larger than the other side takes, says so, and goes on', () => {
  const { events, told, sent } = open(4096);
  events.send('\u00e4'.repeat(2049));
  events.send('{}');
  expect([told, sent]).toEqual([['4098 of 4096'], ['{}']]);
});

it('ends with a client that takes not even small messages, or none any more', () => {
  const small = open(10);
  small.events.send('{"type":"error"}');
  small.events.send('{}');
  expect([small.told, small.sent]).toEqual([['closed'], []]);
  const full = open(4096);
  full.state.bufferedAmount = 1024 * 1024 + 1;
  full.events.send('{}');
  expect([full.told, full.sent]).toEqual([['closed'], []]);
});
