import { systemClock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import type { MachineBrain } from '../core/machine-brain.ts';
import { DEFAULT_TURN_DETECTION, type VoiceConfig } from '../core/voice-port.ts';
import { findEntry } from './catalogue.ts';
import type { PartTools } from './catalogue-entry.ts';
import type { LocalVoice, LocalVoiceOptions } from './local/local-voice.ts';
import { guardedNetwork } from './shared/service-network.ts';
import type { PartChoice, VoiceSlot } from './voice-parts.ts';

const CONFIG: VoiceConfig = {
  voice: 'marin',
  avatarName: 'Ada',
  language: 'en',
  model: '',
  firstMessage: '',
  prompt: 'Answer in one word.',
  tools: [],
  turnDetection: DEFAULT_TURN_DETECTION,
};
const TURN_SAMPLES = 24_000;

type Trial = (choice: PartChoice, tools: PartTools, signal: AbortSignal) => Promise<void>;

const TRIALS: Readonly<Record<VoiceSlot, Trial>> = {
  voice: async ({ id, options }, tools, signal) => {
    const voice = await findEntry('voice', id)?.open(options, tools);
    try {
      await (await voice?.open(CONFIG, () => {}, signal))?.close();
    } finally {
      await voice?.close();
    }
  },
  thinker: async ({ id, options }, tools, signal) => {
    const thinker = await findEntry('thinker', id)?.open(options, tools);
    const said = {
      said: ['Say hello.'],
      pictures: [],
      instructions: null,
      config: CONFIG,
      lookUp: null,
      now: new Date(),
    };
    const thoughts = thinker
      ?.openTalk(() => {})
      .begin(said, signal)
      .thoughts[Symbol.asyncIterator]();
    const first = await thoughts?.next();
    await thoughts?.return?.();
    if (first?.done === true) throw new Error('It answered without words.');
  },
  speaker: async ({ id, options }, tools, signal) => {
    let samples = 0;
    const speaker = await findEntry('speaker', id)?.open(options, tools);
    const turn = speaker
      ?.openTalk(() => {})
      .beginTurn('trial', (event) => {
        if (event.type === 'audio') samples += event.pcm.length;
      });
    await turn?.speak('Hello.', CONFIG, signal);
    if (samples === 0) throw new Error('It answered without sound.');
  },
  recogniser: async ({ id, options }, tools, signal) => {
    let reason = 'It could not write down what was said.';
    const logger: Logger = {
      ...tools.logger,
      warn: (fields) => {
        if (typeof fields.reason === 'string') reason = fields.reason;
      },
    };
    const turn = (await findEntry('recogniser', id)?.open(options, { ...tools, logger }))?.listen({
      language: 'en',
      onWords: () => {},
      count: () => {},
    });
    signal.addEventListener('abort', () => turn?.discard(), { once: true });
    turn?.feed(
      Int16Array.from({ length: TURN_SAMPLES }, (_, index) => 3000 * Math.sin(index / 12)),
      0,
    );
    await turn?.finish();
    if (turn?.isLost === true) throw new Error(reason);
  },
};

export type PartTrials = {
  /** Asks a part one short thing. Rejects with a sentence that says why it does not do its work. */
  run(slot: VoiceSlot, choice: PartChoice, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
};

/** Tries parts outside of calls. `privateHosts` of the server's own network may be asked. */
export function createPartTrials({
  privateHosts,
  logger,
  brain,
  speechOf,
}: {
  privateHosts: readonly string[];
  logger: Logger;
  brain: MachineBrain | null;
} & Pick<LocalVoiceOptions, 'speechOf'>): PartTrials {
  const network = guardedNetwork(privateHosts);
  let machine: Promise<LocalVoice> | null = null;
  const local = (): Promise<LocalVoice> => {
    machine ??= import('./local/local-voice.ts').then((module) =>
      module.createLocalVoice({ logger, clock: systemClock, speechOf }),
    );
    return machine;
  };
  return {
    async run(slot, choice, signal) {
      const { apiKey } = choice;
      const given = { clock: systemClock, logger, network, local, brain, isOperators: false, apiKey };
      // A mouth that others would speak for in a talk is to fail here.
      const tools: PartTools = { ...given, isUnhurried: true };
      await TRIALS[slot](choice, tools, signal);
      signal.throwIfAborted();
    },
    close: async () => (await machine)?.close(),
  };
}
