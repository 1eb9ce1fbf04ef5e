import { buildToolCallDone } from '@visavis/protocol';
import { describe, expect, it, vi } from 'vitest';
import { connected, settle } from './testing.ts';

describe('tools', () => {
  const ADD = { turnId: 'r1', callId: 'c1', name: 'add', argumentsJson: '{"a":2}', outputIndex: 0 };
  const toolCall = buildToolCallDone(ADD);

  it('returns the result once and asks the avatar to go on', async () => {
    const onToolCall = vi.fn(async () => ({ sum: 4 }));
    const { world } = await connected({ onToolCall });
    const before = world.socket.sent.length;
    world.socket.receive(toolCall);
    world.socket.receive(toolCall);
    await settle();
    expect(onToolCall).toHaveBeenCalledExactlyOnceWith({ callId: 'c1', name: 'add', arguments: { a: 2 } });
    expect(world.socket.sent.slice(before)).toEqual([
      { type: 'conversation.item.create', item: { type: 'function_call_output', call_id: 'c1', output: '{"sum":4}' } },
      { type: 'response.create' },
    ]);
  });

  it('asks once for an answer to several tools, when the last is done', async () => {
    const done = new Map<string, (result: string) => void>();
    const { world } = await connected({
      onToolCall: ({ callId }) => new Promise<string>((resolve) => void done.set(callId, resolve)),
    });
    const before = world.socket.sent.length;
    for (const callId of ['c1', 'c2']) {
      world.socket.receive(buildToolCallDone({ ...ADD, callId }));
    }
    done.get('c2')?.('second');
    await settle();
    done.get('c1')?.('first');
    await settle();
    const sent = world.socket.sent.slice(before).map(({ item, type }) => (item as { output?: string })?.output ?? type);
    expect(sent).toEqual(['second', 'first', 'response.create']);
  });

  it('asks for answers to later replies beside a handler that never ends, and one that throws', async () => {
    const { world } = await connected({
      onToolCall: ({ callId }) => {
        if (callId === 'c1') return new Promise<string>(() => {});
        if (callId === 'c2') throw new Error('no such city');
        return callId;
      },
    });
    const before = world.socket.sent.length;
    for (const callId of ['c1', 'c2']) world.socket.receive(buildToolCallDone({ ...ADD, callId }));
    await settle();
    for (const callId of ['c3', 'c4', 'c3']) {
      world.socket.receive(buildToolCallDone({ ...ADD, callId, turnId: 'r2' }));
      await settle();
    }
    const sent = world.socket.sent.slice(before).map(({ item, type }) => (item as { output?: string })?.output ?? type);
    expect(sent).toEqual(['{"error":"no such city"}', 'c3', 'response.create', 'c4', 'response.create']);
  });

  it('tells the model when the tool failed', async () => {
    const { world } = await connected({
      onToolCall: () => {
        throw new Error('no such city');
      },
    });
    world.socket.receive(toolCall);
    await settle();
    expect(world.socket.sent.at(-2)).toMatchObject({ item: { output: '{"error":"no such city"}' } });
  });

  it('answers nothing when nobody handles tools', async () => {
    const { world } = await connected();
    const before = world.socket.sent.length;
    world.socket.receive(toolCall);
    await settle();
    expect(world.socket.sent).toHaveLength(before);
  });
});
