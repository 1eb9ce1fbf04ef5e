import type { SessionCommand } from '@visavis/media/session-events';
import { LIMITS } from '@visavis/protocol';
import { describe, expect, it, vi } from 'vitest';
import type { Passage, ServerToolCall, ServerTools } from '../../ports.ts';
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

describe('what documents say', () => {
  const PASSAGE = { source: 'handbook.pdf', page: 2, part: 5, text: 'Breakfast is from seven to ten.' };

  function openDocuments(lookUp: NonNullable<ServerTools['lookUp']>, run: ServerTools['run'] = async () => '') {
    const sent: SessionCommand[] = [];
    const tools = new CallTools({ tools: [WEATHER], run, close() {}, lookUp }, (command) => sent.push(command));
    const ask = (text: string, lookUpId = text) => tools.take({ type: 'look-up', lookUpId, text });
    return { tools, sent, ask };
  }

  it('is given to the session for the words it asks with, and its client hears nothing of it', async () => {
    const { sent, ask } = openDocuments(async () => [PASSAGE]);
    expect(ask('When is breakfast?', 'look-up_1')).toBe(true);
    await vi.waitFor(() => expect(sent).toEqual([{ type: 'looked-up', lookUpId: 'look-up_1', passages: [PASSAGE] }]));
  });

  it('is looked up with the words before where few words go on with them, however often those are still being said', async () => {
    const asked: string[] = [];
    const { tools, ask } = openDocuments(async (text) => {
      asked.push(text);
      return [];
    });
    const say = (text: string) => tools.take({ type: 'user-transcript-done', itemId: 'i', text });
    ask('When is breakfast served here?');
    say('When is breakfast served here?');
    for (const text of ['An', 'End on', 'And on Sunday?']) ask(text);
    await vi.waitFor(() => expect(asked).toHaveLength(4));
    await new Promise((resolve) => setImmediate(resolve));
    say('And on Sunday?');
    ask('And on Sunday?');
    tools.admit({ type: 'user-text', text: 'Is it vegan?', reply: true });
    ask('Is it vegan?');
    await vi.waitFor(() => expect(asked).toHaveLength(6));
    expect(asked.slice(2)).toEqual([
      'End on When is breakfast served here?',
      'And on Sunday? When is breakfast served here?',
      'And on Sunday? When is breakfast served here?',
      'Is it vegan? And on Sunday?',
    ]);
  });

  it('is nothing where it fails, where too much is asked at once, and where there are no documents', async () => {
    const waiting: ((passages: Passage[]) => void)[] = [];
    const { sent, ask } = openDocuments(() => new Promise((resolve) => waiting.push(resolve)));
    for (const no of [1, 2, 3, 4, 5]) ask(`What about number ${no} of all of them?`, `${no}`);
    await vi.waitFor(() => expect(sent).toEqual([{ type: 'looked-up', lookUpId: '5', passages: [] }]));
    const broken = openDocuments(() => Promise.reject(new Error('The database is away.')));
    broken.ask('When?', 'b');
    await vi.waitFor(() => expect(broken.sent).toEqual([{ type: 'looked-up', lookUpId: 'b', passages: [] }]));
  });

  it('stands at the reply that follows a search, once', async () => {
    const place = { source: 'handbook.pdf', page: 2, part: 5 };
    const { tools, sent } = openDocuments(
      async () => [],
      async (_call, _signal, cite) => {
        cite?.([place]);
        return '{}';
      },
    );
    const search = async () => {
      const before = sent.length;
      tools.take({ type: 'tool-call-done', turnId: 'r', callId: `c${before}`, name: 'weather', argumentsJson: '{}' });
      await vi.waitFor(() => expect(sent).toHaveLength(before + 1));
    };
    await search();
    expect([tools.takeFound(), tools.takeFound()]).toEqual([[place], []]);
    // Not at the reply to something else that the user says before.
    const speak = () => tools.take({ type: 'user-speech-started', itemId: 'i', audioStartMs: 0 });
    const hear = (text: string) => tools.take({ type: 'user-transcript-done', itemId: 'i', text });
    await search();
    for (const step of [speak, () => hear(' ')]) step();
    expect(tools.takeFound()).toEqual([place]);
    await search();
    for (const step of [speak, () => hear('Never mind.')]) step();
    expect(tools.takeFound()).toEqual([]);
    await search();
    tools.admit({ type: 'user-text', text: 'Never mind.', reply: true });
    expect(tools.takeFound()).toEqual([]);
    // Words that come late are those it was searched for.
    speak();
    await search();
    hear('How is the weather?');
    expect(tools.takeFound()).toEqual([place]);
  });
});
