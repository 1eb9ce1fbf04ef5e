import * as z from 'zod';
import { LIMITS } from '../../limits.ts';
import { instantSchema, nameSchema, publicIdSchema } from './common.ts';

/** What is known of a file before it is sent; all of it may be left out. */
export const createUploadLinkSchema = z
  .object({
    /** For people. */
    name: nameSchema.optional(),
    /** Length of the file. Known, it is kept free for it. */
    bytes: z.int().positive().max(LIMITS.bytes.linkedVideo).optional(),
  })
  .nullish();

/** A link to which one file is sent. */
export const uploadLinkSchema = z.object({
  uploadId: publicIdSchema,
  /** Send the file here; then it is the address of the file for films. */
  url: z.url(),
  name: z.string(),
  /** `ready`: the file is there. */
  state: z.enum(['open', 'ready']),
  /** Of the whole file; null: not known yet. */
  bytes: z.int().nullable(),
  /** So much has come. */
  received: z.int(),
  /** By the bytes of the file; null while it is `open`. */
  kind: z.enum(['picture', 'video', 'sound']).nullable(),
  /** Like `mp4`. */
  format: z.string().nullable(),
  /** A day after the link was got, or a week after its file was used last. */
  expiresAt: instantSchema,
});
export type UploadLink = z.output<typeof uploadLinkSchema>;

export const uploadParamsSchema = z.object({ uploadId: publicIdSchema });
export const projectUploadParamsSchema = z.object({ projectId: publicIdSchema, uploadId: publicIdSchema });
