import * as z from 'zod';
import { LIMITS } from '../../limits.ts';
import { instantSchema, pageQuerySchema, publicIdSchema } from './common.ts';

export const conversationQuerySchema = pageQuerySchema.extend({
  from: instantSchema.optional(),
  to: instantSchema.optional(),
  status: z.enum(['active', 'completed', 'failed']).optional(),
  avatarId: publicIdSchema.optional(),
  licenceId: publicIdSchema.optional(),
  /** A phrase that was said, or a session id. */
  text: z.string().trim().min(1).max(LIMITS.characters.note).optional(),
});

export const conversationSchema = z.object({
  sessionId: z.string(),
  avatarId: z.string(),
  /** Null when the avatar was deleted. */
  avatarName: z.string().nullable(),
  licenceId: z.string(),
  status: z.enum(['active', 'completed', 'failed']),
  /** Why it ended. */
  reason: z.string().nullable(),
  startedAt: instantSchema,
  endedAt: instantSchema.nullable(),
  messageCount: z.int(),
});
export type Conversation = z.output<typeof conversationSchema>;

export const messageSchema = z.object({
  messageId: z.int(),
  role: z.enum(['user', 'assistant', 'tool']),
  text: z.string(),
  at: instantSchema,
  /** Milliseconds since the start of the talk. */
  offsetMs: z.int(),
  /** The person cut this reply short; `text` is what was heard. */
  interrupted: z.boolean(),
});
export type Message = z.output<typeof messageSchema>;

export const transcriptSchema = conversationSchema.extend({
  messages: z.array(messageSchema),
  /** Where the film of the talk can be watched for some hours; null when it was not recorded. */
  recordingUrl: z.string().nullable(),
});
export type Transcript = z.output<typeof transcriptSchema>;

export const conversationParamsSchema = z.object({
  projectId: publicIdSchema,
  sessionId: z.string().min(1).max(LIMITS.characters.token),
});
export const exportQuerySchema = z.object({ format: z.enum(['json', 'text']).default('json') });
