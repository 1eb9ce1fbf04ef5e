import * as z from 'zod';
import { composedVoice } from '../cascade/composed-voice.ts';
import {
  definePart,
  NO_OPTIONS,
  type RecogniserEntry,
  type SpeakerEntry,
  type ThinkerEntry,
  type VoiceEntry,
} from '../catalogue-entry.ts';
import { localVoices } from './local-voices.ts';
import { neuralVoices } from './neural/neural-voices.ts';

const id = localVoices.provider;
const optionsSchema = NO_OPTIONS;

export const localRecogniser: RecogniserEntry = definePart({
  slot: 'recogniser',
  id,
  optionsSchema,
  title: 'This machine (PocketSphinx, English)',
  describe: () => ({ languages: ['en'], hearsAtOnce: true }),
  open: async (_options, { local }) => (await local()).parts.recogniser,
});

export const localSpeakerEntry: SpeakerEntry = {
  ...definePart({
    slot: 'speaker' as const,
    id,
    optionsSchema,
    title: 'This machine (flite; other languages with eSpeak NG)',
    describe: () => ({ timings: 'phone' as const, languages: 'any' as const }),
    open: async (_options, { local }) => (await local()).parts.speaker,
  }),
  voices: () => localVoices,
};

export const localNeuralEntry: SpeakerEntry = {
  ...definePart({
    slot: 'speaker' as const,
    id: 'local-neural',
    optionsSchema: z.strictObject({
      waits: z.boolean().default(false).meta({
        title: 'Always this voice',
        description: 'On a machine that is too slow for it there are pauses, and not the built-in voice in its place.',
      }),
    }),
    title: 'This machine, neural (a model, English)',
    describe: () => ({ timings: 'phone' as const, languages: 'any' as const }),
    open: async ({ waits }, { local, isUnhurried = waits }) => {
      const { neural } = await local();
      if (neural !== null) return isUnhurried ? neural.patient : neural.inTalks;
      throw new Error('There is no neural mouth on this machine: “visavis models pull kokoro-82m”, then restart it.');
    },
  }),
  voices: () => neuralVoices,
};

/** Frozen: a demonstration that needs nothing. What is to hold a talk is a model. */
export const demoThinkerEntry: ThinkerEntry = definePart({
  slot: 'thinker',
  id: 'demo',
  title: 'Rules, for trying out (English)',
  optionsSchema,
  describe: () => ({ sees: false, tools: false, isDemonstration: true }),
  open: async () => (await import('./brain/demo-thinker.ts')).demoThinker,
});

export const localVoiceEntry: VoiceEntry = composedVoice({
  id,
  title: 'Built in: ears, rules and mouth of this machine',
  offer: { toAvatars: true, toOperator: true, isDemonstration: true, isDouble: false },
  parts: {
    recogniser: { id, options: {} },
    thinker: { id: demoThinkerEntry.id, options: {} },
    speaker: { id, options: {} },
    isOpen: false,
  },
  voices: localVoices,
  answers: true,
  usualModel: id,
});
