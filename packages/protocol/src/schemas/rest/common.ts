import * as z from 'zod';
import { LIMITS } from '../../limits.ts';
import { FIELD_FAULTS } from '../../refusals.ts';

/** 32 hexadecimal digits. */
export const publicIdSchema = z.string().regex(/^[0-9a-f]{32}$/, 'must be 32 hexadecimal digits');

/** ISO 8601, UTC. */
export const instantSchema = z.iso.datetime();

export const nameSchema = z
  .string()
  .trim()
  .min(1)
  .max(LIMITS.characters.name)
  // Control characters would break lists and mails.
  .regex(/^\P{Cc}*$/u, FIELD_FAULTS['one-line']);

/** A whole number within the bounds that `LIMITS.ranges` has for it. */
export function numberWithin(range: keyof typeof LIMITS.ranges) {
  const [least, most] = LIMITS.ranges[range];
  return z.int().min(least).max(most);
}

/** What stands in a sentence. */
export const sentenceValuesSchema = z.record(z.string(), z.union([z.string(), z.number()]));

/** Every refusal of `/api/v1`. */
export const apiErrorSchema = z.object({
  error: z.object({
    /** Like `not-found`; a closed list. */
    code: z.string(),
    /** One sentence for a person, saying what to do. */
    message: z.string(),
    /** Which sentence it is, and the values in it: see docs/rest-api.md. Left out where there is no table for it. */
    reason: z.string().optional(),
    values: sentenceValuesSchema.optional(),
    /** What is wrong with which field. */
    fields: z
      .array(
        z.object({
          /** Names and places from the outside in, like `allowedOrigins.0`. */
          path: z.string(),
          /** Like `too-long`; `invalid` where `message` alone says it. */
          code: z.string(),
          /** The bound that was passed. */
          limit: z.number().optional(),
          /** The end of a sentence that begins with the name of the field, or a sentence of its own. */
          message: z.string(),
        }),
      )
      .optional(),
  }),
});
export type ApiError = z.output<typeof apiErrorSchema>;
export type FieldProblem = NonNullable<ApiError['error']['fields']>[number];

export const emptySchema = z.object({}).strict();

/** `nextCursor` of a page is the `cursor` of the next; null at the end. */
export const pageQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(LIMITS.characters.token).optional(),
});

export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

/** A web origin as browsers send it: scheme, host and port, nothing behind. */
export const originSchema = z
  .string()
  .max(LIMITS.characters.origin)
  .refine((text) => URL.canParse(text) && new URL(text).origin === text && /^https?:/.test(text), {
    message: FIELD_FAULTS.origin,
  });
