import * as z from 'zod';
import { LIMITS } from '../../limits.ts';
import { FIRST_VOICE, VOICE_SLOTS } from '../../names.ts';
import { FIELD_FAULTS } from '../../refusals.ts';
import { languageTagSchema, shortTextSchema, voiceDescriptionSchema, voicePartSchema } from './avatars.ts';
import { instantSchema, nameSchema, publicIdSchema } from './common.ts';

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

/** What avatars may name, with what may be set of it. */
export const listedVoiceSchema = z.object({
  slot: z.enum(VOICE_SLOTS),
  id: z.string(),
  title: z.string(),
  /** JSON schema of its options: an object of texts, numbers, yes and no, and choices. */
  options: z.record(z.string(), z.unknown()),
  takesKey: z.boolean(),
  /** Where its key is sent; null: where its options say, or it takes none. */
  keyOrigin: z.string().nullable(),
  /** Recogniser, thinker and speaker of this voice may be chosen. */
  hasParts: z.boolean(),
  /** Avatars of this voice may call tools; false of parts, which leave that to their voice. */
  callsTools: z.boolean(),
  /** Models that its service shuts down: their names without days, the day by which, and what answers in their place. */
  retiring: z.array(z.object({ names: z.array(z.string()), by: z.string(), successor: z.string() })),
});
export type ListedVoice = z.output<typeof listedVoiceSchema>;

/** A key at a service. The key itself is never told again. */
export const voiceKeySchema = z.object({
  keyId: publicIdSchema,
  name: z.string(),
  /** The only place that it is sent to. */
  origin: z.string(),
  /** Its last characters; empty where it is short. */
  endsIn: z.string(),
  createdAt: instantSchema,
});
export type VoiceKey = z.output<typeof voiceKeySchema>;

export const createVoiceKeySchema = z.object({
  name: nameSchema,
  origin: z
    .string()
    .max(LIMITS.characters.origin)
    .regex(/^https?:\/\/[^/?#@\s]+$/, FIELD_FAULTS.origin)
    .refine((origin) => URL.canParse(origin), FIELD_FAULTS.origin)
    // As the addresses of services are compared with it: no usual port, names as they are looked up.
    .transform((origin) => new URL(origin).origin),
  key: z
    .string()
    .trim()
    .min(1)
    .max(LIMITS.characters.serviceKey)
    .regex(/^[!-~]+$/, FIELD_FAULTS['one-line']),
});

export const voiceKeyParamsSchema = z.object({ projectId: publicIdSchema, keyId: publicIdSchema });

export const tryPartSchema = z.object({ slot: z.enum(VOICE_SLOTS), part: voicePartSchema });

export const triedPartSchema = z.object({
  works: z.boolean(),
  /** One sentence that says why it does not; empty when it does. */
  message: z.string(),
});
export type TriedPart = z.output<typeof triedPartSchema>;

/** A language model that a program on the machine of the server offers. */
export const serverModelSchema = z.object({
  /** Of the program. */
  name: z.string(),
  model: z.string(),
  /** It answers for the built-in avatars. */
  isUsed: z.boolean(),
});
export type ServerModel = z.output<typeof serverModelSchema>;

/** Null: none; the voice of the server's settings again. */
export const useServerModelSchema = z.object({ model: serverModelSchema.pick({ name: true, model: true }).nullable() });
