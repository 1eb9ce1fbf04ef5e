import { Buffer } from 'node:buffer';
import { LIMITS } from '@visavis/protocol';
import { parseClientMessage } from '@visavis/protocol/schemas';
import { expect, it } from 'vitest';
import { createFrameReader } from './frame-reader.ts';

const frame = (message: unknown) => Buffer.from(JSON.stringify(message));
const TEXT = frame({ type: 'realtime.input_text', data: { content: 'Hello' } });
const ITEM = frame({ type: 'conversation.item.create', item: { role: 'user', content: [{ text: 'Hello' }] } });
const { turns, turnsAtOnce } = LIMITS.perSecond;

it.each([
  ['texts', { type: 'realtime.input_text', data: { content: 'Hello' } }],
  ['texts to be spoken', { type: 'visavis.say', data: { text: 'Hello' } }],
  ['requests for a reply', { type: 'response.create' }],
  ['tool results', { type: 'realtime.function_call_output', data: { call_id: 'c', output: 'y' } }],
])('takes a burst of %s, then so many a second, and says why it ignores the rest', (_kind, message) => {
  const reader = createFrameReader({ decode: parseClientMessage });
  const read = (nowMs: number) => reader.read(frame(message), false, nowMs);
  const burst = Array.from({ length: turnsAtOnce }, () => read(5000).kind);
  expect(new Set(burst)).toEqual(new Set(['message']));
  expect(read(5000)).toMatchObject({ kind: 'ignored', reason: 'too-often', first: true });
  expect(read(5000)).toMatchObject({
    kind: 'ignored',
    detail: expect.stringContaining('too many texts'),
    first: false,
  });
  const later = Array.from({ length: 100 }, () => read(6000).kind);
  expect(later.filter((kind) => kind === 'message')).toHaveLength(turns);
  expect(reader.ignored).toEqual({ 'too-often': 2 + 100 - turns });
});

it('counts no history', () => {
  const reader = createFrameReader({ decode: parseClientMessage });
  for (let count = 0; count < turnsAtOnce * 2; count += 1) expect(reader.read(ITEM, false, 0).kind).toBe('message');
  expect(reader.read(TEXT, false, 0).kind).toBe('message');
});
