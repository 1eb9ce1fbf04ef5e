import type { MachineModel } from '@visavis/protocol/rest';
import type { Widened } from '../widened.ts';

type Kind = MachineModel['kind'];
type State = MachineModel['state'];

/** English texts of the models that this server fetches onto its own machine. */
export const en = {
  title: 'Models of this machine',
  intro:
    'What this server can hear, judge, speak and think with on its own machine. Nothing is fetched unless you say so here or on the command line; what is here is used after the next start.',
  kinds: {
    'turn-end': 'End of a turn',
    ears: 'Ears',
    mouth: 'Mouth',
    brain: 'Brain',
  } satisfies Record<Kind, string>,
  purposes: {
    'turn-end': 'Tells a finished sentence from a pause, so that answers come sooner and nobody is cut off.',
    ears: 'Write down what people say.',
    mouth: 'Speaks what avatars say.',
    brain: 'Thinks of answers, without an account at a service.',
  } satisfies Record<Kind, string>,
  summaries: {
    'smart-turn-v3.2': 'Hears whether a sentence is finished, in 23 languages.',
    'whisper-base': 'Understands 99 languages.',
    'whisper-tiny.en': 'Understands English, with more mistakes, at 0.6 of the cost.',
    'kokoro-82m': 'Speaks English, in 28 voices.',
    'qwen3-1.7b': 'Answers and calls tools, in some hundred languages.',
    'qwen3-0.6b': 'The same with less sense, for small machines.',
    'qwen3-4b': 'The same with more sense, for large machines.',
  },
  own: 'A language model of your own.',
  states: {
    absent: 'Not here',
    coming: 'Coming',
    checking: 'Being checked',
    here: 'Here',
    damaged: 'Damaged',
  } satisfies Record<State, string>,
  licence: (name: string) => `Licence ${name}`,
  needs: (what: string) => `Wants ${what}`,
  needsUnknown: 'What it wants is not known',
  memory: (size: string) => `${size} of memory`,
  memoryUnknown: 'Memory not measured',
  cores: (count: number) => (count === 1 ? '1 core' : `${count} cores`),
  tooLarge: 'This machine is too small for it.',
  arrived: (some: string, all: string) => `${some} of ${all}`,
  began: (some: string, all: string) => `${some} of ${all} have come; fetching goes on from there.`,
  soundSums: 'Checked: sound.',
  soundSizes: 'Checked: all files have their sizes; their sums are not known.',
  damagedHint: 'Its files are missing, cannot be read, or are not what they should be. Fetch it again, or delete it.',
  failed: (why: string) => `It did not come: ${why}`,
  fetch: 'Fetch',
  goOn: 'Go on',
  again: 'Fetch again',
  stop: 'Stop',
  verify: 'Check',
  remove: 'Delete',
  removeTitle: (name: string) => `Delete ${name}?`,
  removeText: 'A server that has it loaded keeps it until its next start.',
  machine: (memory: string, cores: string, disk: string) =>
    `This machine: ${memory}, ${cores}, ${disk} free on the disk.`,
  from: (hub: string) => `Models come from ${hub}.`,
  runtime: 'What runs brains is not installed yet. On the command line of the server:',
} as const;

export type MachineModelsTexts = Widened<typeof en>;
