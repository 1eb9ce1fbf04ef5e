import { FILM_STEPS } from '@visavis/protocol';
import { filmSettingsSchema } from '@visavis/protocol/rest';
import * as z from 'zod';

export const filmTaskSchema = z.object({
  picture: z.object({ kind: z.enum(['video', 'image', 'bundle']), path: z.string() }),
  sound: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('none') }),
    z.object({ kind: z.literal('file'), path: z.string() }),
    z.object({ kind: z.literal('text'), text: z.string(), voice: z.string(), language: z.string() }),
  ]),
  options: filmSettingsSchema,
  workFolder: z.string(),
  cacheFolder: z.string(),
  outPath: z.string(),
});

/** What the process that makes a film tells the server. */
export const filmMessageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('progress'), share: z.number().min(0).max(1), step: z.enum(FILM_STEPS) }),
  /** Before the work begins, and again before drawing. */
  z.object({ kind: z.literal('length'), durationMs: z.number().positive() }),
  /** The picture that was drawn last, small: JPEG in base64. */
  z.object({ kind: z.literal('preview'), jpeg: z.base64().max(400_000) }),
  z.object({
    kind: z.literal('made'),
    durationMs: z.number().positive(),
    widthPx: z.number().int().positive(),
    heightPx: z.number().int().positive(),
  }),
  z.object({ kind: z.literal('refused'), code: z.string(), message: z.string() }),
  z.object({ kind: z.literal('broke'), detail: z.string() }),
]);
export type FilmMessage = z.output<typeof filmMessageSchema>;
