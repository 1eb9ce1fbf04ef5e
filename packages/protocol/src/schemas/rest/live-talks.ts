import * as z from 'zod';
import { LIMITS } from '../../limits.ts';
import { instantSchema, publicIdSchema } from './common.ts';

const liveLineSchema = z.object({
  /** Within the talk, in the order that they were begun. */
  lineId: z.int(),
  role: z.enum(['user', 'assistant']),
  /** Null: the avatar itself. */
  by: z.literal('operator').nullable(),
  text: z.string(),
  /** It is being said. */
  isOpen: z.boolean(),
});
export type LiveLine = z.output<typeof liveLineSchema>;

const liveTalkSchema = z.object({
  sessionId: z.string(),
  avatarId: z.string(),
  avatarName: z.string(),
  startedAt: instantSchema,
  /** Who answers: the avatar's voice, or people. */
  answeredBy: z.enum(['voice', 'operator']),
  /** Its voice can answer. */
  canGiveBack: z.boolean(),
  /** Since when the person waits for an answer of people; null: they do not. */
  waitsSince: instantSchema.nullable(),
  /** What was said last, the newest at the end. */
  lines: z.array(liveLineSchema),
});
export type LiveTalk = z.output<typeof liveTalkSchema>;

export const liveTalksSchema = z.object({
  /** Changes with everything else here. */
  version: z.int(),
  /** A program of operators is at the broker. */
  isOperatorThere: z.boolean(),
  talks: z.array(liveTalkSchema),
});
export type LiveTalks = z.output<typeof liveTalksSchema>;

export const liveTalksQuerySchema = z.object({
  /** The answer comes once there is another version, or after a quarter of a minute. */
  version: z.coerce.number().int().min(0).optional(),
});
export const liveTalkParamsSchema = z.object({ projectId: publicIdSchema, sessionId: publicIdSchema });
export const operatorAnswerSchema = z.object({
  text: z.string().trim().min(1, 'must not be empty').max(LIMITS.characters.spokenText),
});
export const snippetsSchema = z.object({
  snippets: z
    .array(z.string().trim().min(1, 'must not be empty').max(LIMITS.characters.snippet))
    .max(LIMITS.counts.snippets),
});
export type Snippets = z.output<typeof snippetsSchema>;
