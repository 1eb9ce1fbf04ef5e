import * as z from 'zod';
import { languageTagSchema, shortTextSchema } from './avatars.ts';

export const MAX_PREVIEW_CHARACTERS = 300;

/** The answer to it is a sound file (`audio/wav`). */
export const voicePreviewSchema = z.object({
  voice: shortTextSchema,
  provider: shortTextSchema.default('local'),
  language: languageTagSchema.default('en'),
  /** What is said; left out: a sentence in the language, or in English. */
  text: z.string().trim().min(1, 'must not be empty').max(MAX_PREVIEW_CHARACTERS).optional(),
});
