import { type CallSnapshot, VisavisCall } from '@visavis/sdk';
import { describe, expect, it } from 'vitest';
import { PendingToolCalls } from './pending-tool-calls.ts';

const toolCall = (callId: string) => ({ callId, name: 'book_table', arguments: { guests: 4 } });

function watched(): { call: Parameters<PendingToolCalls['follow']>[0]; change(part: Partial<CallSnapshot>): void } {
  const { snapshot } = new VisavisCall({ host: 'localhost' }, {
    openMicrophone: () => Promise.reject(new Error('none')),
  } as never);
  const listeners = new Set<(next: CallSnapshot) => void>();
  const on = ((_name: string, listener: (next: CallSnapshot) => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }) as VisavisCall['on'];
  return {
    call: { snapshot, on },
    change: (part) => {
      for (const listener of listeners) listener({ ...snapshot, ...part });
    },
  };
}

describe('tool calls that are answered by hand', () => {
  it('wait in their order, and each gets its own answer', async () => {
    const tools = new PendingToolCalls();
    let told = 0;
    tools.subscribe(() => {
      told += 1;
    });
    const [first, second] = [tools.ask(toolCall('c1')), tools.ask(toolCall('c2'))];
    expect(tools.calls.map(({ callId }) => callId)).toEqual(['c1', 'c2']);
    tools.answer('c2', 'Table 9');
    tools.fail('c1', 'no table left');
    await expect(second).resolves.toBe('Table 9');
    await expect(first).rejects.toThrow('no table left');
    expect(tools.calls).toEqual([]);
    expect(told).toBe(4);
  });

  it('are gone with their session: its end, a lost connection, another call', () => {
    const tools = new PendingToolCalls();
    const { call, change } = watched();
    tools.follow(call);
    change({ state: 'connected', sessionId: 's1' });
    void tools.ask(toolCall('c1'));
    change({ state: 'connected', sessionId: 's1', activity: 'speaking' });
    expect(tools.calls).toHaveLength(1);
    change({ state: 'reconnecting', sessionId: null });
    expect(tools.calls).toEqual([]);
    change({ state: 'connected', sessionId: 's2' });
    void tools.ask(toolCall('c2'));
    change({ state: 'ended', sessionId: 's2' });
    expect(tools.calls).toEqual([]);
    void tools.ask(toolCall('c3'));
    tools.follow(watched().call);
    expect(tools.calls).toEqual([]);
  });

  it('stay when a call ends that was left for another', () => {
    const tools = new PendingToolCalls();
    const [former, next] = [watched(), watched()];
    tools.follow(former.call);
    former.change({ state: 'connected', sessionId: 's1' });
    tools.follow(next.call);
    next.change({ state: 'connected', sessionId: 's2' });
    void tools.ask(toolCall('c1'));
    former.change({ state: 'ended', sessionId: 's1' });
    expect(tools.calls).toHaveLength(1);
  });
});
