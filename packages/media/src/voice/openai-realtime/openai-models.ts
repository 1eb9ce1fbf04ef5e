import { DAY_MS, undatedModel } from '@visavis/protocol';
import type { RetiringModel } from '../catalogue-entry.ts';

export const DEFAULT_MODEL = 'gpt-realtime-2.1';

/**
 * Models that OpenAI shuts down on 2027-01-20 or has shut down, and what it names in their place
 * (https://developers.openai.com/api/docs/deprecations, read on 2026-11-30). Clients and avatars go on naming them for years.
 */
export const RETIRING_MODELS: readonly RetiringModel[] = [
  {
    names: ['gpt-realtime-mini', 'gpt-4o-mini-realtime-preview'],
    by: '2027-01-20',
    successor: 'gpt-realtime-2.1-mini',
  },
  { names: ['gpt-realtime', 'gpt-4o-realtime-preview'], by: '2027-01-20', successor: DEFAULT_MODEL },
];

/** Writes down what the user says. Of the older ones, `gpt-4o-mini-transcribe` among them, none lives beyond 2027-02-26. */
const TRANSCRIPTION_MODEL = 'gpt-transcribe';
/** Servers of others that speak OpenAI's interface know this name, or take any. */
const USUAL_TRANSCRIPTION_MODEL = 'whisper-1';

/** The model that answers to this name. `isOpenAi`: another server may still have a retired model, and gets its name as it is. */
export function modelName(model: string, isOpenAi: boolean): string {
  if (model === '') return DEFAULT_MODEL;
  const retiring = RETIRING_MODELS.find(({ names }) => names.includes(undatedModel(model)));
  return isOpenAi && retiring !== undefined ? retiring.successor : model;
}

/** From so long before its end on the operator is warned of a model. */
const WARNED_BEFORE_MS = 60 * DAY_MS;

/** What the operator is told of a model that ends soon, or has ended; null: nothing. */
export function endingSoon(model: string, now: Date): string | null {
  const retiring = RETIRING_MODELS.find(({ names }) => names.includes(undatedModel(model)));
  if (retiring === undefined || Date.parse(retiring.by) - now.getTime() > WARNED_BEFORE_MS) return null;
  return `OpenAI shuts ${model} down by ${retiring.by}. ${retiring.successor} answers in its place; name that in the avatar's settings.`;
}

export function transcriptionModel(isOpenAi: boolean): string {
  return isOpenAi ? TRANSCRIPTION_MODEL : USUAL_TRANSCRIPTION_MODEL;
}
