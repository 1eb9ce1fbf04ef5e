import * as z from 'zod';
import { LIMITS } from '../../limits.ts';
import { VOICE_SLOTS } from '../../names.ts';
import { instantSchema, pageQuerySchema, publicIdSchema } from './common.ts';

export const ratingSchema = z.enum(['up', 'down']);
export type Rating = z.output<typeof ratingSchema>;

export const conversationQuerySchema = pageQuerySchema.extend({
  from: instantSchema.optional(),
  to: instantSchema.optional(),
  status: z.enum(['active', 'completed', 'failed']).optional(),
  avatarId: publicIdSchema.optional(),
  licenceId: publicIdSchema.optional(),
  /** As those who talked rated it. */
  rating: ratingSchema.optional(),
  /** A phrase that was said or told to a tool, or by one, or a session id. */
  text: z.string().trim().min(1).max(LIMITS.characters.note).optional(),
  /** A search for `text` is newest first. Talks that go on have no length and come last by it. */
  sort: z.enum(['newest', 'oldest', 'longest', 'shortest']).optional(),
});

export const conversationSchema = z.object({
  sessionId: z.string(),
  avatarId: z.string(),
  /** Null when the avatar was deleted. */
  avatarName: z.string().nullable(),
  licenceId: z.string(),
  /** Null when the project has no such key any more. */
  keyName: z.string().nullable(),
  /** Page that the call came from, like `https://shop.example`; null: it was no page, or it is not known. */
  origin: z.string().nullable(),
  /** Who called, as the token's `userId` said; null: it did not say. */
  callerId: z.string().nullable(),
  status: z.enum(['active', 'completed', 'failed']),
  /** Why it ended: a code of the errors, `client-closed-` with the close code of the socket, or words. */
  reason: z.string().nullable(),
  startedAt: instantSchema,
  endedAt: instantSchema.nullable(),
  /** Messages, and calls of tools: one each. */
  messageCount: z.int(),
  /** How what the person said began, or the avatar where nobody else spoke; null: nothing was said. */
  firstWords: z.string().nullable(),
  /** Half of its answers began sooner after the person's turn; null: none was measured. */
  latencyMs: z.int().nullable(),
  /** By whoever talked, after the call; null: not rated. */
  rating: ratingSchema.nullable(),
  /** What they added to it; empty: nothing. */
  ratingText: z.string(),
});
export type Conversation = z.output<typeof conversationSchema>;

/** A place in a document of the avatar. */
export const sourceSchema = z.object({
  /** Name of the document. */
  source: z.string(),
  /** Null: it has no pages. */
  page: z.int().nullable(),
  /** Which of its parts, from 1. */
  part: z.int(),
});

export const messageSchema = z.object({
  /** Its place in the talk, in one numbering with calls of tools. */
  messageId: z.int(),
  /** `tool`: only in records of before calls of tools stood on their own, where they could not be read. */
  role: z.enum(['user', 'assistant', 'tool']),
  text: z.string(),
  at: instantSchema,
  /** When it began to be heard: milliseconds since the start of the talk, as in its film. */
  offsetMs: z.int(),
  /** When it was over, on the same time line. */
  endMs: z.int(),
  /** Of an answer: from the end of the person's turn to its first sound; null: not measured. */
  latencyMs: z.int().nullable(),
  /** The person cut this reply short; `text` is what was heard. */
  interrupted: z.boolean(),
  /** A member of the project said it in place of the avatar; null: nobody did. */
  by: z.literal('operator').nullable(),
  /** Of an answer: where in the avatar's documents stands what it was made with. */
  sources: z.array(sourceSchema),
});
export type Message = z.output<typeof messageSchema>;

export const toolCallSchema = z.object({
  /** Its place in the talk, in one numbering with messages. */
  ordinal: z.int(),
  /** As the voice named it. */
  callId: z.string(),
  name: z.string(),
  /** One JSON object, as the model wrote it. */
  argumentsJson: z.string(),
  /** The server answered it, or was to; null: the client. */
  by: z.literal('server').nullable(),
  /** `open`: its result is waited for; `timed-out`: the talk went on without it; `unanswered`: the talk ended first. */
  state: z.enum(['open', 'answered', 'timed-out', 'unanswered']),
  /** Null: no result came. */
  output: z.string().nullable(),
  requestedAt: instantSchema,
  answeredAt: instantSchema.nullable(),
  /** When the model called: milliseconds since the start of the talk. */
  offsetMs: z.int(),
  /** From the call to its result; null: none came. */
  durationMs: z.int().nullable(),
});
export type ToolCall = z.output<typeof toolCallSchema>;

const figureSchema = z.number().nullable();

/** What a part of the voice has counted in the talk; null: it does not count that. */
export const usageRowSchema = z.object({
  /** `voice`: one that hears, thinks and speaks in one piece. */
  part: z.enum(VOICE_SLOTS),
  /** Those from a cache and of sound included. */
  inputTokens: figureSchema,
  cachedInputTokens: figureSchema,
  audioInputTokens: figureSchema,
  /** Those of sound included. */
  outputTokens: figureSchema,
  audioOutputTokens: figureSchema,
  /** Of sound that was listened to. */
  seconds: figureSchema,
  /** Of text that was to be spoken, heard or not. */
  characters: figureSchema,
});
export type UsageRow = z.output<typeof usageRowSchema>;

export const transcriptSchema = conversationSchema.extend({
  messages: z.array(messageSchema),
  toolCalls: z.array(toolCallSchema),
  /** What services have counted, as far as they do; empty while the talk goes on, and of one that was cut off with its server. */
  usage: z.array(usageRowSchema),
  /** Where the film of the talk can be watched for some hours; null when it was not recorded. */
  recordingUrl: z.string().nullable(),
  /** How long the talk had lasted when the film begins; null: not known. Such films end with their talk. */
  recordingOffsetMs: z.int().nullable(),
});
export type Transcript = z.output<typeof transcriptSchema>;

export const conversationParamsSchema = z.object({
  projectId: publicIdSchema,
  sessionId: z.string().min(1).max(LIMITS.characters.token),
});
export const callerParamsSchema = z.object({
  projectId: publicIdSchema,
  callerId: z.string().min(1).max(LIMITS.characters.word),
});
export const exportQuerySchema = z.object({ format: z.enum(['json', 'text']).default('json') });

const sessionIdsSchema = z.array(publicIdSchema).min(1).max(LIMITS.counts.chosenTalks);
export const chosenConversationsSchema = z.object({ sessionIds: sessionIdsSchema });
export const exportConversationsSchema = z.object({
  sessionIds: sessionIdsSchema,
  format: z.enum(['json', 'text']).default('json'),
});
/** `kept`: those that are going on, or are no talks of the project. */
export const deletedConversationsSchema = z.object({ deleted: z.array(z.string()), kept: z.array(z.string()) });
export type DeletedConversations = z.output<typeof deletedConversationsSchema>;
