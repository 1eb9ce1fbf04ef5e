import * as z from 'zod';
import { LIMITS } from '../../limits.ts';
import { FIRST_VOICE } from '../../names.ts';
import { languageTagSchema, shortTextSchema, voiceDescriptionSchema } from './avatars.ts';

/** The voices of one provider. */
export const providerVoicesSchema = z.object({
  provider: z.string(),
  voices: z.array(voiceDescriptionSchema),
  /** They can be heard before a call. */
  hasSamples: z.boolean(),
  /** Avatars may name voices that are not listed. */
  takesOtherNames: z.boolean(),
});
export type ProviderVoices = z.output<typeof providerVoicesSchema>;

/** The answer to it is a sound file (`audio/wav`). */
export const voicePreviewSchema = z.object({
  voice: shortTextSchema,
  provider: shortTextSchema.default(FIRST_VOICE),
  language: languageTagSchema.default('en'),
  /** What is said; left out: a sentence in the language, or in English. */
  text: z.string().trim().min(1, 'must not be empty').max(LIMITS.characters.voiceSample).optional(),
});
