import * as z from 'zod';
import { LIMITS } from '../../limits.ts';
import { languageTagSchema, shortTextSchema } from './avatars.ts';

/** The answer to it is a sound file (`audio/wav`). */
export const voicePreviewSchema = z.object({
  voice: shortTextSchema,
  provider: shortTextSchema.default('local'),
  language: languageTagSchema.default('en'),
  /** What is said; left out: a sentence in the language, or in English. */
  text: z.string().trim().min(1, 'must not be empty').max(LIMITS.characters.voiceSample).optional(),
});
