import { randomUUID } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import { deferred } from '../../core/deferred.ts';
import { errorMessage } from '../../core/error-message.ts';
import type { BrainMessage, BrainPart, BrainRequest, MachineBrain } from '../../core/machine-brain.ts';
import { CascadeFailure } from '../cascade/cascade-failure.ts';
import { NO_OUTCOME, noteText, SILENCE, systemPrompt } from '../cascade/model-prompt.ts';
import { type Asked, noteOn, recordingThinker, type ThinkingTalk } from '../cascade/recording-thinker.ts';
import type { RecordedItem, TalkRecord } from '../cascade/talk-record.ts';
import type { Thinker, ThinkerInput, Thought } from '../cascade/thinker.ts';
import { WithoutReasoning } from '../cascade/without-reasoning.ts';

/** Spoken, this is more than anybody listens to. */
const MAX_ANSWER_TOKENS = 400;
/** The prompt tells the time; a new one is read from its beginning, talk and all. */
const TIME_HOLDS_MS = 600_000;

/** Thinks by the language model of this machine. */
export function openMachineThinker(brain: MachineBrain, clock: Clock): Thinker {
  return recordingThinker({ sees: false, open: () => openThinking(brain, clock) });
}

function openThinking(brain: MachineBrain, clock: Clock): ThinkingTalk {
  let told: { readonly now: Date; readonly atMs: number } | null = null;
  const timed = (input: ThinkerInput): ThinkerInput => {
    const atMs = clock.nowMs();
    if (told === null || atMs - told.atMs > TIME_HOLDS_MS) told = { now: input.now, atMs };
    return { ...input, now: told.now };
  };
  return {
    think: (talk, { input, found }, signal) => think(brain, requestOf(talk, { input: timed(input), found }), signal),
    expect: (talk, input, signal) => {
      const { tools } = input.config;
      const messages = [systemOf(timed(input)), ...talk.flatMap(messagesOf)];
      // What goes wrong here goes wrong again where somebody waits for it, and is told.
      brain.think({ messages, tools, maxTokens: 0 }, () => {}, signal).catch(() => {});
    },
  };
}

async function requestOf(talk: TalkRecord, { input, found }: Asked): Promise<BrainRequest> {
  const said = input.said.join('\n').trim();
  const messages = talk.flatMap(messagesOf);
  const note = await noteOn(found);
  if (note !== null) messages.push({ role: 'user', text: noteText(note) });
  if (said !== '') messages.push({ role: 'user', text: said });
  const last = messages.at(-1);
  if (last?.role !== 'user' && last?.role !== 'call') messages.push({ role: 'user', text: SILENCE });
  return { messages: [systemOf(input), ...messages], tools: input.config.tools, maxTokens: MAX_ANSWER_TOKENS };
}

function systemOf(input: ThinkerInput): BrainMessage {
  return { role: 'system', text: systemPrompt(input) };
}

function messagesOf(item: RecordedItem): BrainMessage[] {
  switch (item.kind) {
    case 'user':
      return item.text === '' ? [] : [{ role: 'user', text: item.text }];
    case 'assistant':
      return [{ role: 'assistant', text: item.text }];
    case 'system':
      return [{ role: 'user', text: noteText(item.text) }];
    case 'call': {
      const { name, argumentsJson } = item.call;
      return [{ role: 'call', name, argumentsJson, outcome: item.outcome ?? NO_OUTCOME }];
    }
  }
}

async function* think(
  brain: MachineBrain,
  request: Promise<BrainRequest>,
  signal: AbortSignal,
): AsyncGenerator<Thought> {
  const words = new WithoutReasoning();
  for await (const part of partsOf(brain, await request, signal)) {
    const text = part.kind === 'words' ? words.take(part.text) : words.end();
    if (text !== '') yield { kind: 'words', text };
    if (part.kind === 'call') {
      yield { kind: 'call', callId: `call_${randomUUID()}`, name: part.name, argumentsJson: part.argumentsJson };
    }
  }
  const rest = words.end();
  if (rest !== '') yield { kind: 'words', text: rest };
}

/** The parts of an answer as they come. It is given up when nobody reads on. */
async function* partsOf(brain: MachineBrain, request: BrainRequest, signal: AbortSignal): AsyncGenerator<BrainPart> {
  const leaving = new AbortController();
  const parts: BrainPart[] = [];
  let news = deferred<void>();
  let isOver = false;
  const tell = (): void => {
    const { resolve } = news;
    news = deferred();
    resolve();
  };
  const onPart = (part: BrainPart): void => {
    parts.push(part);
    tell();
  };
  const answered = brain.think(request, onPart, AbortSignal.any([signal, leaving.signal])).then(
    () => null,
    (error: unknown) => new CascadeFailure('internal', true, errorMessage(error)),
  );
  void answered.then(() => {
    isOver = true;
    tell();
  });
  try {
    while (!isOver || parts.length > 0) {
      const part = parts.shift();
      if (part === undefined) await news.promise;
      else yield part;
    }
    const failure = await answered;
    if (failure !== null) throw failure;
  } finally {
    leaving.abort();
  }
}
