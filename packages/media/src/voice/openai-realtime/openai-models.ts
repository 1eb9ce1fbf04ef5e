import type { RetiringModel } from '../catalogue-entry.ts';

export const DEFAULT_MODEL = 'gpt-realtime-2.1';

/**
 * Models that OpenAI shuts down on 2027-01-20 or has shut down, and what it names in their place
 * (https://developers.openai.com/api/docs/deprecations, read on 2026-11-30). Clients and avatars go on naming them for years.
 */
const RETIRED: readonly (readonly [pattern: RegExp, successor: string])[] = [
  [/^gpt-(?:4o-mini-realtime-preview|realtime-mini)(?:-\d{4}-\d{2}-\d{2})?$/, 'gpt-realtime-2.1-mini'],
  [/^gpt-(?:4o-realtime-preview|realtime)(?:-\d{4}-\d{2}-\d{2})?$/, DEFAULT_MODEL],
];

/** The same for whoever looks after avatars that name them. */
export const RETIRING_MODELS: readonly RetiringModel[] = RETIRED.map(([pattern, successor]) => ({
  ...{ pattern: pattern.source, by: '2027-01-20', successor },
}));

/** Writes down what the user says. Of the older ones, `gpt-4o-mini-transcribe` among them, none lives beyond 2027-02-26. */
const TRANSCRIPTION_MODEL = 'gpt-transcribe';
/** Servers of others that speak OpenAI's interface know this name, or take any. */
const USUAL_TRANSCRIPTION_MODEL = 'whisper-1';

/** The model that answers to this name. `isOpenAi`: another server may still have a retired model, and gets its name as it is. */
export function modelName(model: string, isOpenAi: boolean): string {
  if (model === '') return DEFAULT_MODEL;
  const successor = RETIRED.find(([pattern]) => pattern.test(model))?.[1];
  return isOpenAi && successor !== undefined ? successor : model;
}

export function transcriptionModel(isOpenAi: boolean): string {
  return isOpenAi ? TRANSCRIPTION_MODEL : USUAL_TRANSCRIPTION_MODEL;
}
