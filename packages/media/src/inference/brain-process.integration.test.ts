import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../core/clock.ts';
import { deferred } from '../core/deferred.ts';
import { silentLogger } from '../core/logger.ts';
import type { BrainPart, BrainRequest } from '../core/machine-brain.ts';
import { ManualClock } from '../core/manual-clock.ts';
import { BrainProcess, type BrainProcessOptions } from './brain-process.ts';

const ENTRY = new URL('./fake-brain.fixture.ts', import.meta.url);
const never = new AbortController().signal;

function open(options: Partial<BrainProcessOptions> = {}, modelPath = 'model'): BrainProcess {
  const place = { name: 'fake', modelPath, runtimePath: '' };
  const brain = new BrainProcess({ place, logger: silentLogger, clock: systemClock, entry: ENTRY, ...options });
  onTestFinished(() => brain.close());
  return brain;
}

function asking(text: string, maxTokens = 10): BrainRequest {
  return { messages: [{ role: 'user', text }], tools: [], maxTokens };
}

async function answer(brain: BrainProcess, text: string, signal = never): Promise<string> {
  const parts: BrainPart[] = [];
  await brain.think(asking(text), (part) => parts.push(part), signal);
  return parts.map((part) => (part.kind === 'words' ? part.text : part.name)).join('');
}

it('hands on the parts of answers, and says why there is none', async () => {
  const brain = open();
  expect(await Promise.all(['one', 'two', 'three', 'four'].map((text) => answer(brain, text)))).toEqual([
    'one',
    'two',
    'three',
    'four',
  ]);
  await expect(answer(brain, 'fail')).rejects.toThrow('No room for it.');
  expect(await answer(brain, 'after it')).toBe('after it');
});

it('is replaced when it dies; what waited is answered by the next one', async () => {
  const brain = open();
  expect(await answer(brain, 'ready')).toBe('ready');
  const [died, ...others] = await Promise.allSettled(['die', 'dawdle', 'waits'].map((text) => answer(brain, text)));
  expect(died).toMatchObject({ reason: { message: 'The language model of this machine was lost.' } });
  expect(others).toMatchObject([{ status: 'rejected' }, { value: 'waits' }]);
});

it('is replaced when it hangs', async () => {
  const clock = new ManualClock();
  const brain = open({ clock });
  expect(await answer(brain, 'ready')).toBe('ready');
  const hanging = expect(answer(brain, 'hang')).rejects.toThrow('was lost');
  clock.advance(60_000);
  await hanging;
  expect(await answer(brain, 'again')).toBe('again');
});

it('an answer that nobody wants any more ends at once, and frees its place', async () => {
  const brain = open();
  const aborter = new AbortController();
  const busy = ['dawdle', 'dawdle'].map((text) => answer(brain, text, aborter.signal));
  const waiting = answer(brain, 'next');
  aborter.abort();
  for (const each of busy) await expect(each).rejects.toThrow('Cancelled.');
  expect(await waiting).toBe('next');
  await expect(answer(brain, 'too late', aborter.signal)).rejects.toThrow('Cancelled.');
});

it('sixteen wait for it and no more, and one that is withdrawn gives up its place', async () => {
  const brain = open();
  const [holding, withdrawing] = [new AbortController(), new AbortController()];
  const settled = (asked: Promise<string>): Promise<string> => asked.catch((error: Error) => error.message);
  expect(await answer(brain, 'ready')).toBe('ready');
  const busy = ['dawdle', 'dawdle'].map((text) => settled(answer(brain, text, holding.signal)));
  const waiting = Array.from({ length: 16 }, () => settled(answer(brain, 'waits', withdrawing.signal)));
  await expect(answer(brain, 'one more')).rejects.toThrow('Too many wait for the language model of this machine.');
  // Reading ahead of an answer is for idle moments.
  expect(await brain.think(asking('ahead', 0), () => expect.unreachable(), never)).toBeUndefined();
  withdrawing.abort();
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(['Cancelled.']));
  const next = answer(brain, 'next');
  holding.abort();
  await Promise.all(busy);
  expect(await next).toBe('next');
});

it('lets nobody wait for longer than half a minute, and says for what', async () => {
  const clock = new ManualClock();
  const loading = expect(answer(open({ clock }, 'huge'), 'one')).rejects.toThrow('is still being loaded');
  clock.advance(30_000);
  await loading;
  const brain = open({ clock });
  expect(await answer(brain, 'ready')).toBe('ready');
  const aborter = new AbortController();
  const dawdling = ['dawdle', 'dawdle'].map((text) => answer(brain, text, aborter.signal).catch(() => 'given up'));
  const waiting = expect(answer(brain, 'next')).rejects.toThrow('is busy');
  clock.advance(30_000);
  await waiting;
  // The places are not those of who gave up waiting.
  aborter.abort();
  expect(await Promise.all(dawdling)).toEqual(['given up', 'given up']);
  expect(await answer(brain, 'after it')).toBe('after it');
});

it('takes no memory before anybody asks, and is loaded as soon as a talk is about to', async () => {
  const told: string[] = [];
  const lost: unknown[] = [];
  const ready = deferred<void>();
  const info = (_: unknown, message: string): void => {
    told.push(message);
    ready.resolve();
  };
  const entry = new URL('./no-such-file.ts', import.meta.url);
  const unused = new BrainProcess({
    place: { name: 'fake', modelPath: 'model', runtimePath: '' },
    logger: { ...silentLogger, warn: (fields) => lost.push(fields) },
    clock: systemClock,
    entry,
  });
  const brain = open({ logger: { ...silentLogger, info } });
  await brain.think(asking('ahead', 0), () => expect.unreachable(), never);
  await ready.promise;
  expect(told).toEqual(['The language model of this machine is ready.']);
  expect(lost).toEqual([]);
  await unused.close();
});

it('says that it does not start, and tries again when it is asked again', async () => {
  const brain = open({}, 'broken');
  await expect(answer(brain, 'one')).rejects.toThrow('does not start');
  await expect(answer(brain, 'two')).rejects.toThrow('does not start');
});

it('ends what waits when it is closed, twice', async () => {
  const brain = open();
  const waiting = expect(answer(brain, 'dawdle')).rejects.toThrow('is closed');
  await brain.close();
  await brain.close();
  await waiting;
  await expect(answer(brain, 'more')).rejects.toThrow('is closed');
});
