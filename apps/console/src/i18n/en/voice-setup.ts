import type { Widened } from '../widened.ts';

export const en = {
  voice: 'Hears, thinks and speaks',
  slots: {
    voice: 'Settings',
    thinker: 'Thinks with',
    recogniser: 'Hears with',
    speaker: 'Speaks with',
  },
  asServer: 'As the server has it',
  own: 'Of its own',
  key: (origin: string) => (origin === '' ? 'Key' : `Key for ${origin}`),
  noKey: 'None',
  keySet: (day: string, endsIn: string) => (endsIn === '' ? `set on ${day}` : `set on ${day}, ends in …${endsIn}`),
  strayKey: 'A key that is gone, or for another place',
  newKey: 'New key',
  keepKey: 'Keep this key',
  models: 'Language models on this machine',
  modelsHint: 'One click, and the built-in avatars think with it; calls that start from now on do.',
  use: (name: string, model: string) => `Use ${model} of ${name}`,
  stopUsing: (model: string) => `${model} answers now: stop using it`,
  retiring: (model: string, day: string, successor: string) =>
    `${model} is shut down by ${day}; ${successor} answers in its place.`,
  tryIt: 'Try it',
  works: 'It answers.',
} as const;

export type VoiceSetupTexts = Widened<typeof en>;
