import { LIMITS } from '@visavis/protocol';
import { expect, test } from 'vitest';
import { rememberedConversations, rememberedLog } from '../test-doubles.ts';
import { startCallRecord } from './call-record.ts';
import { CALL_LIMITS, processBudget } from './memory/call-memory.ts';

/** A record whose store remembers what it was given. */
function recording() {
  const store = rememberedConversations();
  const logger = rememberedLog();
  const memory = processBudget(LIMITS.budgets.allCalls).open(CALL_LIMITS, () => {});
  const call = { sessionId: 's', projectId: 'p', licenceId: 'l', avatarId: 'a' };
  const record = startCallRecord({
    callerId: null,
    store,
    logger,
    memory,
    call,
    startedAt: new Date(),
    caller: { origin: undefined },
  });
  return { store, logger, memory, record };
}

test('calls of tools and their results go to the store within the limits of their texts, and give their memory back', async () => {
  const { store, memory, record } = recording();
  const { callId, toolName, toolResult, recordedMessage } = LIMITS.characters;
  const long = 'x'.repeat(recordedMessage + 1);
  record.add({ kind: 'tool-call', callId: 'c', name: 'add', argumentsJson: '{"x":1}' });
  record.add({ kind: 'tool-result', callId: 'c', output: null });
  record.add({ kind: 'tool-result', callId: 'c', output: '4' });
  record.add({ kind: 'tool-call', callId: long, name: long, argumentsJson: long });
  record.add({ kind: 'tool-result', callId: long, output: long });
  await record.end(null, { reason: 'left', endedAt: new Date(), usage: {} });
  const at = expect.any(Date);
  const cut = (most: number) => long.slice(0, most);
  expect(store.entries.slice(1, -1)).toEqual([
    { kind: 'tool-call', value: { sessionId: 's', callId: 'c', name: 'add', argumentsJson: '{"x":1}', at } },
    { kind: 'tool-result', value: { sessionId: 's', callId: 'c', output: null, at } },
    { kind: 'tool-result', value: { sessionId: 's', callId: 'c', output: '4', at } },
    {
      kind: 'tool-call',
      value: {
        sessionId: 's',
        callId: cut(callId),
        name: cut(toolName),
        argumentsJson: cut(recordedMessage),
        at,
      },
    },
    { kind: 'tool-result', value: { sessionId: 's', callId: cut(callId), output: cut(toolResult), at } },
  ]);
  expect([record.leftOut, record.shortened, memory.held('recording')]).toEqual([0, 2, 0]);
});

test('of a call that has no room in the record, its result is left out too, without an error', async () => {
  const { store, logger, memory, record } = recording();
  expect(memory.take('recording', LIMITS.budgets.recording)).toBe(true);
  record.add({ kind: 'tool-call', callId: 'lost', name: 'add', argumentsJson: '{}' });
  memory.give('recording', LIMITS.budgets.recording);
  record.add({ kind: 'tool-result', callId: 'lost', output: '4' });
  record.add({ kind: 'tool-call', callId: 'kept', name: 'add', argumentsJson: '{}' });
  await record.end(null, { reason: 'left', endedAt: new Date(), usage: {} });
  expect(store.entries.map(({ kind, value }) => [kind, value.callId])).toEqual([
    ['start', undefined],
    ['tool-call', 'kept'],
    ['end', undefined],
  ]);
  expect([record.leftOut, logger.lines]).toEqual([2, []]);
});
