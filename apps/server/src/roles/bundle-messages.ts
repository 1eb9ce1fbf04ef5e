import { AVATAR_NOTICE_CODES, MAKING_STEPS } from '@visavis/protocol';
import * as z from 'zod';

export const bundleTaskSchema = z.object({
  inputPath: z.string(),
  outDir: z.string(),
  id: z.string(),
  displayName: z.string(),
});

/** What the process that makes a bundle tells the server. */
export const bundleMessageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('progress'), share: z.number().min(0).max(1), step: z.enum(MAKING_STEPS) }),
  /** What is seen in the file, small: WebP in base64. */
  z.object({ kind: z.literal('picture'), webp: z.base64().max(400_000) }),
  z.object({
    kind: z.literal('made'),
    thumbnail: z.string().nullable(),
    preview: z.string().nullable(),
    notice: z.enum(AVATAR_NOTICE_CODES).nullable(),
  }),
  z.object({ kind: z.literal('refused'), code: z.string(), message: z.string() }),
  z.object({ kind: z.literal('broke'), detail: z.string() }),
]);
export type BundleMessage = z.output<typeof bundleMessageSchema>;
