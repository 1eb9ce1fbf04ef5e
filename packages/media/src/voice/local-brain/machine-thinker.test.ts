import { expect, it } from 'vitest';
import { silentLogger } from '../../core/logger.ts';
import type { BrainPart, BrainRequest, MachineBrain } from '../../core/machine-brain.ts';
import { ManualClock } from '../../core/manual-clock.ts';
import { DEFAULT_TURN_DETECTION, type VoiceConfig } from '../../core/voice-port.ts';
import type { ThinkerTalk, Thought } from '../cascade/thinker.ts';
import { openNetwork } from '../shared/service-network.ts';
import { machineThinker } from './entry.ts';

const TOOL = { name: 'open_door', description: 'Opens a door.', parameters: { type: 'object', properties: {} } };
const CONFIG: VoiceConfig = {
  voice: 'marin',
  avatarName: 'Ada',
  language: 'en',
  model: 'qwen3:4b',
  firstMessage: '',
  prompt: 'You are Ada.',
  tools: [TOOL],
  turnDetection: DEFAULT_TURN_DETECTION,
};
const never = new AbortController().signal;

/** A model that answers with these parts, and then fails where there is a fault. */
class FakeBrain implements MachineBrain {
  readonly name = 'fake';
  readonly asked: BrainRequest[] = [];
  readonly signals: AbortSignal[] = [];
  parts: readonly BrainPart[] = [{ kind: 'words', text: 'Yes.' }];
  fault: string | null = null;
  hangs = false;

  async think(request: BrainRequest, onPart: (part: BrainPart) => void, signal: AbortSignal): Promise<void> {
    this.asked.push(request);
    this.signals.push(signal);
    for (const part of this.parts) onPart(part);
    if (this.fault !== null) throw new Error(this.fault);
    if (this.hangs)
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('Cancelled.'))));
  }
}

const clock = new ManualClock();

async function openTalk(brain: MachineBrain | null): Promise<ThinkerTalk> {
  const thinker = await machineThinker.open(
    {},
    {
      clock,
      logger: silentLogger,
      network: openNetwork,
      local: () => expect.unreachable(),
      brain,
      isOperators: false,
      apiKey: undefined,
    },
  );
  return thinker!.openTalk(() => {});
}

function inputOf(...said: string[]) {
  return { said, pictures: [], instructions: null, lookUp: null, config: CONFIG, now: new Date('2026-03-05T14:30:00') };
}

async function all(thoughts: AsyncIterable<Thought>): Promise<Thought[]> {
  const gathered = [];
  for await (const thought of thoughts) gathered.push(thought);
  return gathered;
}

it('is told the prompt, the talk and the tools; answers with words and calls, without what it thought before', async () => {
  const brain = new FakeBrain();
  const talk = await openTalk(brain);
  const first = talk.begin(inputOf('Hello?'), never);
  expect(await all(first.thoughts)).toEqual([{ kind: 'words', text: 'Yes.' }]);
  first.accept();
  talk.noteSpoken('t1', 'Yes.');
  brain.parts = [
    { kind: 'words', text: '<think>A door' },
    { kind: 'words', text: '.</think>I open it.' },
    { kind: 'call', name: 'open_door', argumentsJson: '{}' },
  ];
  const second = talk.begin(inputOf('Open the door.'), never);
  const [words, call] = await all(second.thoughts);
  expect([words, call]).toMatchObject([
    { kind: 'words', text: 'I open it.' },
    { kind: 'call', name: 'open_door', argumentsJson: '{}' },
  ]);
  second.accept();
  if (call?.kind === 'call') {
    talk.noteCall('t2', call);
    talk.noteOutcome(call.callId, 'It is open.');
  }
  await all(talk.begin(inputOf(), never).thoughts);
  const [system, ...said] = brain.asked[2]!.messages;
  expect(system).toMatchObject({ role: 'system', text: expect.stringMatching(/You are Ada\.[\s\S]*5 March 2026/) });
  expect(said).toEqual([
    { role: 'user', text: 'Hello?' },
    { role: 'assistant', text: 'Yes.' },
    { role: 'user', text: 'Open the door.' },
    { role: 'call', name: 'open_door', argumentsJson: '{}', outcome: 'It is open.' },
  ]);
  expect(brain.asked[2]!.tools).toEqual([TOOL]);
});

it('reads ahead what the next answer begins with, and keeps the time in it for ten minutes', async () => {
  const brain = new FakeBrain();
  const talk = await openTalk(brain);
  talk.noteSpoken('t1', 'Good afternoon.');
  talk.expect?.(inputOf(), never);
  const later = { ...inputOf('Hello?'), now: new Date('2026-03-05T14:39:00') };
  clock.advance(540_000);
  await all(talk.begin(later, never).thoughts);
  const [ahead, asked] = brain.asked;
  expect(ahead?.maxTokens).toBe(0);
  expect(asked?.messages.slice(0, 2)).toEqual(ahead?.messages);
  clock.advance(120_000);
  await all(talk.begin({ ...later, now: new Date('2026-03-05T14:41:00') }, never).thoughts);
  expect(brain.asked[2]?.messages[0]).toMatchObject({ text: expect.stringContaining('14:41') });
});

it('gives up an answer that nobody reads any more, and says why there is none', async () => {
  const brain = new FakeBrain();
  brain.hangs = true;
  const talk = await openTalk(brain);
  for await (const thought of talk.begin(inputOf('Hello?'), never).thoughts) {
    expect(thought).toEqual({ kind: 'words', text: 'Yes.' });
    break;
  }
  expect(brain.signals[0]?.aborted).toBe(true);
  brain.hangs = false;
  brain.fault = 'Too many wait for the language model of this machine. Try again in a moment.';
  await expect(all(talk.begin(inputOf('Hello?'), never).thoughts)).rejects.toMatchObject({
    category: 'internal',
    isRetryable: true,
    message: brain.fault,
  });
});

it('cannot be opened where there is no model, and says what to do', async () => {
  await expect(openTalk(null)).rejects.toThrow('“visavis models pull” fetches one');
});
