import * as z from 'zod';
import { FILM_FORMATS, FILM_QUALITIES } from '../../film-options.ts';
import { FILM_STATES, FILM_SYNC_MODES } from '../../films.ts';
import { LIMITS } from '../../limits.ts';
import { instantSchema, numberWithin, publicIdSchema } from './common.ts';

const { url, word, language, parameter, spokenText } = LIMITS.characters;
const urlSchema = z.string().max(url);

const [firstMs, lastMs] = LIMITS.ranges.filmMs;
const timeSchema = z.number().min(firstMs).max(lastMs);
const placeSchema = z.number().min(0).max(65_535);
const sideSchema = numberWithin('filmSidePx').multipleOf(2);

/** What is made of a clip, and how. */
export const filmSettingsSchema = z.object({
  syncMode: z
    .enum(FILM_SYNC_MODES)
    .optional()
    .meta({ description: 'Where clip and sound differ in length; `loop` when left out.' }),
  speaker: z
    .union([z.literal('auto'), z.strictObject({ x: placeSchema, y: placeSchema, timeMs: timeSchema.optional() })], {
      error: 'must be a place in a picture of the clip, or auto',
    })
    .optional()
    .meta({
      description:
        'A place on the face that speaks, in pixels of the picture at `timeMs` (the first one when left out), or `auto`: the face that talks in the clip. The largest when left out.',
    }),
  segments: z
    .array(z.strictObject({ startMs: timeSchema, endMs: timeSchema }))
    .min(1)
    .max(LIMITS.counts.filmSegments)
    .optional()
    .meta({
      description:
        'The only stretches of the clip that speak, one part of the sound after the other; between them picture and sound stay. The film is as long as the clip.',
    }),
  output: z
    .strictObject({
      widthPx: sideSchema.optional(),
      heightPx: sideSchema.optional(),
      format: z.enum(FILM_FORMATS).optional(),
      quality: z.enum(FILM_QUALITIES).optional(),
    })
    .optional()
    .meta({
      description:
        'Of one side the other one follows, of both the picture fills what its proportions allow. As the clip, `mp4`, `high` when left out.',
    }),
  originalVolume: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .meta({ description: 'How loud the sound of the clip is under the speech; 0 when left out.' }),
});
export type FilmSettings = z.output<typeof filmSettingsSchema>;

/** One of the pictures and one of the sounds are needed. A field that is not known is refused: a film that was meant otherwise costs points. */
export const createGenerationSchema = z.strictObject({
  videoUrl: urlSchema.optional().meta({ description: 'A clip: mouth and jaw are drawn anew, all else stays.' }),
  imageUrl: urlSchema.optional().meta({ description: 'A photo of one person.' }),
  avatar: z
    .string()
    .max(parameter)
    .optional()
    .meta({ description: 'Id or name of an avatar.', examples: ['navtalk.Leo'] }),
  audioUrl: urlSchema.optional().meta({ description: 'Sound, or a film with sound.' }),
  audioBase64: z
    .string()
    .max(LIMITS.bytes.filmOrder)
    .optional()
    .meta({ description: 'The bytes of a sound file, bare or as a data URL; up to 6 MB.' }),
  text: z
    .string()
    .max(spokenText)
    .optional()
    .meta({ description: 'What is said.', examples: ['Welcome!'] }),
  voice: z.string().max(word).optional().meta({ description: 'Of the text; that of the avatar when left out.' }),
  language: z.string().max(language).optional().meta({ description: 'Of the text; found out when left out.' }),
  ...filmSettingsSchema.shape,
  callbackUrl: urlSchema
    .optional()
    .meta({ description: 'Where it is posted how the film ended, signed by the Standard Webhooks specification.' }),
});
export type CreateGeneration = z.output<typeof createGenerationSchema>;

export const generationSchema = z.object({
  generationId: publicIdSchema,
  state: z.enum(FILM_STATES),
  /** 0 to 1. */
  progress: z.number(),
  /** What is being done; empty: nothing. */
  step: z.string(),
  /** Waiting films that are made before it, as people take turns, and itself; 0: it does not wait. */
  queuePosition: z.int(),
  /** Null: not known as yet. */
  secondsLeft: z.int().nullable(),
  /** Good for six hours, and new with every answer; null: it is not done. */
  videoUrl: z.string().nullable(),
  /** A small picture of how far it is, while it is made; null: there is none. */
  previewUrl: z.string().nullable(),
  /** Of the message to `callbackUrl`: `unsent` until the film is over; null: nobody is told. */
  callback: z.enum(['unsent', 'waiting', 'delivered', 'failed']).nullable(),
  /** Of film. */
  seconds: z.number(),
  widthPx: z.int(),
  heightPx: z.int(),
  bytes: z.int(),
  /** What was charged. */
  points: z.number(),
  failure: z.object({ code: z.string(), message: z.string() }).nullable(),
  picture: z.object({
    kind: z.enum(['video', 'image', 'avatar']),
    url: z.string().nullable(),
    avatarId: z.string().nullable(),
  }),
  sound: z.object({
    kind: z.enum(['url', 'data', 'text', 'none']),
    url: z.string().nullable(),
    text: z.string().nullable(),
    /** Of the text. */
    voice: z.string().nullable(),
    /** Of the text; empty: found out. */
    language: z.string().nullable(),
  }),
  /** As ordered. */
  options: filmSettingsSchema,
  createdAt: instantSchema,
  startedAt: instantSchema.nullable(),
  finishedAt: instantSchema.nullable(),
});
export type Generation = z.output<typeof generationSchema>;

/** What an order would become. */
export const generationEstimateSchema = z.object({
  seconds: z.number(),
  /** What it would cost. */
  points: z.number(),
  /** False: a text has yet to be spoken, so that length and price are about so much. */
  isExact: z.boolean(),
  /** Null: nothing is charged. */
  pointsLeft: z.number().nullable(),
});
export type GenerationEstimate = z.output<typeof generationEstimateSchema>;

export const generationParamsSchema = z.object({ generationId: publicIdSchema });
export const projectGenerationParamsSchema = generationParamsSchema.extend({ projectId: publicIdSchema });
