import type { SessionCommand } from '@visavis/media/session-events';
import { LIMITS } from '@visavis/protocol';
import { describe, expect, it, vi } from 'vitest';
import type { ServerToolCall, ServerTools } from '../../ports.ts';
import { CallTools, joinTools } from './server-tools.ts';

const tool = (name: string) => ({ name, description: '', parameters: {} });
const WEATHER = { ...tool('weather'), serverWaitMs: 5000 };

/** Tools whose results come when the test says so. */
function openTools(run?: ServerTools['run']) {
  const sent: SessionCommand[] = [];
  const closed: string[] = [];
  const calls: { call: ServerToolCall; signal: AbortSignal; answer: (output: string) => void }[] = [];
  const waiting: ServerTools['run'] = (call, signal) =>
    new Promise((resolve) => calls.push({ call, signal, answer: resolve }));
  const tools = new CallTools(
    { tools: [WEATHER], run: run ?? waiting, close: () => closed.push('closed') },
    (command) => sent.push(command),
  );
  const called = (callId: string, name = 'weather') =>
    tools.take({ type: 'tool-call-done', turnId: 'r', callId, name, argumentsJson: '{}' });
  return { tools, sent, calls, called, closed };
}

describe('tools that the server answers', () => {
  it('run side by side, and each result is given to the session as it comes', async () => {
    const { sent, calls, called } = openTools();
    expect([called('c1'), called('c2')]).toEqual([true, true]);
    expect(calls.map(({ call }) => call.callId)).toEqual(['c1', 'c2']);
    calls[1]?.answer('rain');
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    calls[0]?.answer('sun');
    await vi.waitFor(() => expect(sent).toHaveLength(2));
    expect(sent).toEqual([
      { type: 'tool-result', callId: 'c2', output: 'rain', reply: true },
      { type: 'tool-result', callId: 'c1', output: 'sun', reply: true },
    ]);
  });

  it('are nobody else’s business: neither their calls nor that one took too long; those of the client are', () => {
    const { tools, called } = openTools();
    called('c1');
    const delta = { type: 'tool-call-delta', turnId: 'r', callId: 'c1', delta: '{' } as const;
    expect(tools.take({ ...delta, name: 'weather' })).toBe(true);
    expect(tools.take({ type: 'tool-call-timed-out', callId: 'c1' })).toBe(true);
    expect(tools.take({ ...delta, name: 'add' })).toBe(false);
    expect(called('c2', 'add')).toBe(false);
    expect(tools.take({ type: 'tool-call-timed-out', callId: 'c2' })).toBe(false);
  });

  it('are answered by nobody else: a client’s result for one, and a client’s tool by its name, are left out', () => {
    const { tools, called } = openTools();
    called('c1');
    expect(tools.admit({ type: 'tool-result', callId: 'c1', output: 'forged', reply: true })).toBeNull();
    const own = { type: 'tool-result', callId: 'c2', output: '4', reply: true } as const;
    expect(tools.admit(own)).toBe(own);
    const patch = { prompt: 'Be kind.', tools: [tool('weather'), tool('add')] };
    expect(tools.admit({ type: 'configure', patch })).toEqual({
      type: 'configure',
      patch: { prompt: 'Be kind.', tools: [WEATHER, tool('add')] },
    });
    const many = Array.from({ length: LIMITS.counts.tools }, (_, index) => tool(`t${index}`));
    expect(joinTools(many, [WEATHER])).toHaveLength(LIMITS.counts.tools);
    const long = many.map(({ name }) => ({ ...tool(name), description: 'x'.repeat(4000) }));
    const joined = joinTools([], [WEATHER, ...long.map((given) => ({ ...given, serverWaitMs: 5000 }))]);
    expect(joined).toContainEqual(WEATHER);
    expect(JSON.stringify(joined).length).toBeLessThanOrEqual(LIMITS.characters.toolsJson);
  });

  it('fail in a sentence for the model, and are broken off when the call ends', async () => {
    const broken = openTools(() => Promise.reject(new Error('secret of the server')));
    broken.called('c1');
    await vi.waitFor(() => expect(broken.sent).toHaveLength(1));
    expect(broken.sent[0]).toMatchObject({ output: expect.stringContaining('The tool failed.') });
    expect(JSON.stringify(broken.sent)).not.toContain('secret');
    const { tools, sent, calls, called, closed } = openTools();
    called('c1');
    tools.end();
    expect(closed).toEqual(['closed']);
    expect(calls[0]?.signal.aborted).toBe(true);
    calls[0]?.answer('late');
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent).toEqual([]);
  });

  it('stop for a model that calls round in circles, until the user says something', async () => {
    const { tools, sent, called } = openTools(async () => 'again');
    for (let count = 0; count < 40; count += 1) called(`c${count}`);
    await vi.waitFor(() => expect(sent).toHaveLength(40));
    expect(sent.filter((command) => 'output' in command && command.output === 'again')).toHaveLength(32);
    // One last time it may answer; whatever it calls then, it is not asked again.
    const refused = sent.filter((command) => command.type === 'tool-result' && command.output !== 'again');
    expect(refused.map((command) => 'reply' in command && command.reply)).toEqual([true, ...Array(7).fill(false)]);
    tools.take({ type: 'user-transcript-done', itemId: 'i', text: 'Go on' });
    called('fresh');
    await vi.waitFor(() => expect(sent.at(-1)).toMatchObject({ callId: 'fresh', output: 'again', reply: true }));
  });
});
