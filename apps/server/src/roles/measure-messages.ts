import { FILM_SYNC_MODES } from '@visavis/protocol';
import * as z from 'zod';

export const measureTaskSchema = z.object({
  videoPath: z.string().nullable(),
  isClip: z.boolean(),
  sound: z.union([z.object({ path: z.string() }), z.object({ durationMs: z.number() })]),
  syncMode: z.enum(FILM_SYNC_MODES),
  isWholeClip: z.boolean(),
});

/** What the process that looks at the files of a film tells the server. */
export const measureMessageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('measured'), durationMs: z.number().positive() }),
  z.object({ kind: z.literal('refused'), code: z.string(), message: z.string() }),
  z.object({ kind: z.literal('broke'), detail: z.string() }),
]);
export type MeasureMessage = z.output<typeof measureMessageSchema>;
