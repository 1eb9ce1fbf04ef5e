import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../core/clock.ts';
import { silentLogger } from '../core/logger.ts';
import type { BrainMessage, BrainPart, BrainRequest } from '../core/machine-brain.ts';
import { testBrain } from '../testing/test-models.ts';
import { LlamaBrain } from './llama-brain.ts';
import { given } from './llama-runtime.fixture.ts';
import { MachineModels } from './machine-models.ts';

const place = testBrain();
const LIMIT_MS = 200_000;
const never = new AbortController().signal;
const SYSTEM = {
  role: 'system',
  text: 'You are Mia, the receptionist of a hotel. Answer in one short sentence.',
} as const satisfies BrainMessage;
const TOOL = {
  name: 'get_weather',
  description: 'Tells the weather of a place.',
  parameters: { type: 'object', properties: { place: { type: 'string' } }, required: ['place'] },
};

const CALL: BrainMessage = {
  role: 'call',
  name: 'get_weather',
  argumentsJson: '{"place":"Bern"}',
  outcome: 'Sunny.',
};

function open(): MachineModels {
  const models = new MachineModels({
    places: place === null ? {} : { brain: { ...place, contextTokens: 512 } },
    logger: silentLogger,
    clock: systemClock,
  });
  onTestFinished(() => models.close());
  return models;
}

function asking(said: readonly BrainMessage[], more: Partial<BrainRequest> = {}) {
  return { kind: 'think' as const, messages: [SYSTEM, ...said], tools: [], maxTokens: 12, ...more };
}

function user(text: string): BrainMessage {
  return { role: 'user', text };
}

it.skipIf(place === null)(
  'a small model streams its answers, several at once, gives one up at once, and holds a talk that is too long for it',
  async () => {
    const models = open();
    const ask = async (request: BrainRequest & { kind: 'think' }, signal = never): Promise<BrainPart[]> => {
      const parts: BrainPart[] = [];
      await models.run(request, signal, (part) => parts.push(part));
      return parts;
    };
    const [one, two] = await Promise.all([
      ask(asking([user('What is the capital of France?')])),
      ask(asking([user('Good morning, who are you?')])),
    ]);
    for (const parts of [one, two]) {
      expect(parts.length).toBeGreaterThan(2);
      expect(parts.map((part) => (part.kind === 'words' ? part.text : '')).join('')).toMatch(/[a-z]{2}/);
    }

    const aborter = new AbortController();
    const story = models.run(asking([user('Tell me a long story.')], { maxTokens: 400 }), aborter.signal, () =>
      aborter.abort(),
    );
    await expect(story).rejects.toThrow('Cancelled.');

    const long = Array.from({ length: 40 }, (_, turn): BrainMessage[] => [
      user(`What did you say about the number ${turn}, and why does it matter so much to you?`),
      { role: 'assistant', text: `I said that ${turn} is a number like all the others.` },
    ]).flat();
    expect(await ask(asking([...long, user('And now?')]))).not.toEqual([]);
    expect(await ask(asking(long, { maxTokens: 0 }))).toEqual([]);
  },
  LIMIT_MS,
);

it.skipIf(place === null)(
  'a small model that has tools answers with words or a call whose arguments fit, also once it was told what one gave',
  async () => {
    const models = open();
    for (const said of [[user('Call get_weather for Paris.')], [user('How is the weather in Bern?'), CALL]]) {
      const parts: BrainPart[] = [];
      await models.run(asking(said, { tools: [TOOL] }), never, (part) => parts.push(part));
      expect(parts).not.toEqual([]);
      for (const part of parts) {
        if (part.kind === 'call') expect(JSON.parse(part.argumentsJson)).toEqual({ place: expect.any(String) });
      }
    }
  },
  LIMIT_MS,
);

it('a model is told of its tools, of calls and of what they gave, both as it reads ahead and as it answers', async () => {
  const runtimePath = fileURLToPath(new URL('./llama-runtime.fixture.ts', import.meta.url));
  const brain = await LlamaBrain.open({ name: 'fake', modelPath: 'model', runtimePath });
  const told = {
    history: [
      { type: 'system', text: SYSTEM.text },
      { type: 'user', text: 'How is the weather in Bern?' },
      {
        type: 'model',
        response: [{ type: 'functionCall', name: 'get_weather', params: { place: 'Bern' }, result: 'Sunny.' }],
      },
    ],
    functions: { get_weather: { description: TOOL.description, params: TOOL.parameters } },
  };
  const request = asking([user('How is the weather in Bern?'), CALL], { tools: [TOOL] });
  const parts: BrainPart[] = [];
  await brain.think(request, { signal: never, onReading() {}, onPart: (part) => parts.push(part) });
  expect(given).toEqual([told, told]);
  expect(parts).toEqual([{ kind: 'call', name: 'get_weather', argumentsJson: '{"place":"Bern"}' }]);
});

it('says so where there is no language model', async () => {
  const models = new MachineModels({ places: {}, logger: silentLogger, clock: systemClock });
  await expect(models.run(asking([user('Hello?')]))).rejects.toThrow('no such model');
});
