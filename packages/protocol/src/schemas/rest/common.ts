import * as z from 'zod';
import { LIMITS } from '../../limits.ts';

/** 32 hexadecimal digits. */
export const publicIdSchema = z.string().regex(/^[0-9a-f]{32}$/, 'must be 32 hexadecimal digits');

/** ISO 8601, UTC. */
export const instantSchema = z.iso.datetime();

export const nameSchema = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(LIMITS.characters.name, `must have ${LIMITS.characters.name} characters at most`)
  // Control characters would break lists and mails.
  .regex(/^\P{Cc}*$/u, 'must be one line');

/** Every refusal of `/api/v1`. */
export const apiErrorSchema = z.object({
  error: z.object({
    /** Like `not-found`; a closed list. */
    code: z.string(),
    /** One sentence for a person, saying what to do. */
    message: z.string(),
  }),
});
export type ApiError = z.output<typeof apiErrorSchema>;

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
    message: 'must look like https://shop.example, without a path',
  });
