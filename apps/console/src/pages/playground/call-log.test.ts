import type { CallEvents, CallSnapshot, ExchangeLatency, VisavisCall } from '@visavis/sdk';
import { VisavisCall as Call } from '@visavis/sdk';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CallLog, logLines, maxEntries, maxTurns } from './call-log.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A call that the test makes speak. */
function watch() {
  const listeners = new Map<string, (payload: never) => void>();
  const call = {
    snapshot: new Call({ license: 'k' }).snapshot,
    on: (name: string, listener: (payload: never) => void) => {
      listeners.set(name, listener);
      return () => listeners.delete(name);
    },
  } as unknown as VisavisCall;
  const log = new CallLog(call);
  const say = <Name extends keyof CallEvents>(name: Name, payload: CallEvents[Name]) =>
    (listeners.get(name) as ((value: CallEvents[Name]) => void) | undefined)?.(payload);
  let snapshot: CallSnapshot = call.snapshot;
  const change = (part: Partial<CallSnapshot>) => {
    snapshot = { ...snapshot, ...part };
    say('change', snapshot);
  };
  const state = () => {
    vi.runAllTimers();
    return log.state;
  };
  return { log, say, change, state };
}

const sound = { direction: 'sent', type: 'realtime.input_audio_buffer.append', message: { data: {} } } as const;
const blank: ExchangeLatency = {
  transcriptMs: null,
  firstTextMs: null,
  firstAudioMs: null,
  firstSoundMs: null,
  heardMs: null,
};

describe('log of a call', () => {
  it('keeps messages whole, with the text of what changed beside them', () => {
    const { say, change, state } = watch();
    change({ state: 'connecting' });
    const message = { type: 'realtime.session.created', data: { sessionId: 's1' } };
    say('wire', { direction: 'received', type: message.type, message, atMs: performance.now() });
    expect(state().entries).toMatchObject([
      { source: 'call', kind: 'state', detail: 'connecting' },
      { source: 'received', kind: message.type, detail: '{"data":{"sessionId":"s1"}}', message },
    ]);
    const lines = logLines(state()).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ kind: 'state' }, { kind: message.type, message }]);
  });

  it('lets one entry stand for a second of sound, and the oldest go beyond its bound', () => {
    const { say, state } = watch();
    const atMs = performance.now();
    for (let index = 0; index < 100; index += 1) say('wire', { ...sound, atMs: atMs + index * 20 });
    expect(state().entries.map(({ repeats }) => repeats)).toEqual([50, 48]);
    for (let index = 0; index < maxEntries; index += 1) say('warning', `w${index}`);
    expect(state().entries).toHaveLength(maxEntries);
    expect(state().droppedEntries).toBe(2);
  });

  it('gathers the steps of one answer, in whichever order they come, and begins anew with the next', () => {
    const { change, state } = watch();
    const steps = { ...blank, transcriptMs: 90, firstSoundMs: 240 };
    change({ latency: blank });
    change({ latency: { ...blank, heardMs: 400 } });
    change({ latency: { ...steps, heardMs: 400 } });
    change({ latency: blank });
    change({ latency: steps });
    change({ latency: { ...steps, heardMs: 380 } });
    expect(state().turns.map(({ latency }) => latency)).toEqual([
      { ...steps, heardMs: 400 },
      { ...steps, heardMs: 380 },
    ]);
    expect(logLines(state())).toContain('"kind":"turn"');
    for (let index = 0; index < maxTurns + 5; index += 1) change({ latency: { ...blank, heardMs: index } });
    expect(state().turns).toHaveLength(maxTurns);
  });
});
