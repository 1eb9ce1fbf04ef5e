import * as z from 'zod';
import { LIMITS } from '../../limits.ts';
import { FIELD_FAULTS } from '../../refusals.ts';
import { instantSchema, publicIdSchema } from './common.ts';

const urlSchema = z.url({ protocol: /^https?$/, error: FIELD_FAULTS.url }).max(LIMITS.characters.url);
/** `message`: one post per message; `session`: one post with the whole talk at its end. */
const kindSchema = z.enum(['message', 'session']);

export const webhookSchema = z.object({
  webhookId: publicIdSchema,
  kind: kindSchema,
  url: z.string(),
  isEnabled: z.boolean(),
  createdAt: instantSchema,
});
export type Webhook = z.output<typeof webhookSchema>;

export const createWebhookSchema = z.object({ kind: kindSchema, url: urlSchema });
export const updateWebhookSchema = z.object({ kind: kindSchema, url: urlSchema, isEnabled: z.boolean() }).partial();
/** `secret` verifies signatures, by the Standard Webhooks specification. */
export const createdWebhookSchema = webhookSchema.extend({ secret: z.string() });
export const webhookSecretSchema = z.object({ secret: z.string() });

export const deliverySchema = z.object({
  deliveryId: publicIdSchema,
  event: z.string(),
  /** In lists its first 2,000 characters. */
  body: z.string(),
  /** Characters of the whole body. */
  bodyLength: z.int(),
  state: z.enum(['waiting', 'running', 'delivered', 'failed']),
  attempts: z.array(
    z.object({
      at: instantSchema,
      /** HTTP status; null when there was no answer. */
      status: z.int().nullable(),
      error: z.string().nullable(),
      /** Why there was no answer, like `unknown-host`; null: there was one, or it is of an attempt before this was kept. */
      fault: z.string().nullable(),
      durationMs: z.number(),
      /** How the answer began, up to 1,000 bytes; null: there was none, or it was not kept. */
      answer: z.string().nullable(),
      /** False: only a setting of the operator opens the receiver's host, and answers of such hosts are shown to nobody. */
      isAnswerKept: z.boolean(),
    }),
  ),
  /** When it is tried next; null: it is not. */
  nextAttemptAt: instantSchema.nullable(),
  createdAt: instantSchema,
  deliveredAt: instantSchema.nullable(),
});
export type Delivery = z.output<typeof deliverySchema>;

export const webhookParamsSchema = z.object({ projectId: publicIdSchema, webhookId: publicIdSchema });
export const deliveryParamsSchema = webhookParamsSchema.extend({ deliveryId: publicIdSchema });
