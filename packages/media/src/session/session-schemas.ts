import { EAGERNESS, LIMITS, TOOL_TREE, treeFault } from '@visavis/protocol';
import * as z from 'zod';
import type { SessionCommand, SessionConfig } from './session-events.ts';

// What a call's process takes from the gateway's. Both are ours, but what a message holds came from outside: a check that
// was forgotten at a door is made up for here, before anything walks the message.

const { characters, counts, bytes } = LIMITS;

const text = (limit: number) => z.string().max(limit);
const word = text(characters.word);
/** A prompt with what the avatar knows behind it, under a heading. */
const promptText = text(characters.prompt + characters.knowledge + characters.word);
const durationMs = z.number().min(0).max(3_600_000);
const share = z.number().min(0).max(1);

const toolSchema = z.object({
  name: text(characters.toolName),
  description: text(characters.toolDescription),
  parameters: z.record(z.string(), z.unknown()).superRefine((parameters, context) => {
    const fault = treeFault(parameters, TOOL_TREE);
    if (fault !== null) context.addIssue({ code: 'custom', message: `The tree ${fault}.` });
  }),
  serverWaitMs: durationMs.exactOptional(),
});
const toolsSchema = z.array(toolSchema).max(counts.tools);

const turnDetectionSchema = z.object({
  threshold: share,
  prefixPaddingMs: durationMs,
  silenceDurationMs: durationMs,
  endsBy: z.enum(['silence', 'sense', 'client']).exactOptional(),
  eagerness: z.enum(EAGERNESS).exactOptional(),
});

const partSchema = z.object({
  id: word,
  options: z.record(word, z.union([text(characters.url), z.number(), z.boolean()])),
  apiKey: text(characters.url).exactOptional(),
  isOperators: z.literal(true).exactOptional(),
});
const partsSchema = z.object({
  voice: partSchema.exactOptional(),
  recogniser: partSchema.exactOptional(),
  thinker: partSchema.exactOptional(),
  speaker: partSchema.exactOptional(),
});

const iceServerSchema = z.object({
  urls: z.array(text(characters.url)).max(counts.allowedOrigins),
  username: text(characters.url).exactOptional(),
  credential: text(characters.url).exactOptional(),
});

/** Paths come from the server's own settings. */
const pathText = text(4096);
const sizePx = z.number().int().min(16).max(4096);

export const sessionConfigSchema: z.ZodType<SessionConfig> = z.object({
  sessionId: word,
  avatar: z.object({ id: word, name: text(characters.parameter), bundlePath: pathText }),
  provider: word,
  parts: partsSchema.exactOptional(),
  model: word,
  voice: word,
  language: word,
  prompt: promptText,
  firstMessage: text(characters.firstMessage),
  tools: toolsSchema,
  turnDetection: turnDetectionSchema,
  audioBack: z.boolean(),
  recordingPathStem: pathText.exactOptional(),
  recordingLimits: z.object({ maxBytes: z.number().min(0), minFreeBytes: z.number().min(0) }).exactOptional(),
  beganAtUnixMs: z.number().min(0).exactOptional(),
  widthPx: sizePx,
  heightPx: sizePx,
  iceServers: z.array(iceServerSchema).max(counts.allowedOrigins),
  connection: z.enum(['offer', 'answer', 'none']).exactOptional(),
  waitsForTools: z.boolean().exactOptional(),
  looksUp: z.boolean().exactOptional(),
});

const patchSchema = z.object({
  voice: word.exactOptional(),
  language: word.exactOptional(),
  prompt: promptText.exactOptional(),
  firstMessage: text(characters.firstMessage).exactOptional(),
  tools: toolsSchema.exactOptional(),
  turnDetection: turnDetectionSchema.exactOptional(),
  answersTurns: z.boolean().exactOptional(),
  interruptsReplies: z.boolean().exactOptional(),
});

const historySchema = z
  .array(
    z.object({
      role: z.enum(['user', 'assistant', 'system']),
      text: text(characters.instructions),
    }),
  )
  .max(counts.heldItems);

const sdpSchema = text(characters.sdp).refine(
  (sdp) => sdp.split('\n').every((line) => line.length <= characters.sdpLine),
  'A line of the description is too long.',
);

/** Every command but the user's sound, which has a lane of its own. */
export type WrittenCommand = Exclude<SessionCommand, { type: 'user-audio' }>;

export const writtenCommandSchema: z.ZodType<WrittenCommand> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('begin') }),
  z.object({ type: z.literal('user-audio-clear') }),
  z.object({ type: z.literal('user-audio-commit') }),
  z.object({ type: z.literal('user-text'), text: text(characters.instructions), reply: z.boolean() }),
  z.object({ type: z.literal('history'), items: historySchema }),
  z.object({ type: z.literal('image'), dataUrl: text(bytes.imageFrame), reply: z.boolean() }),
  z.object({ type: z.literal('configure'), patch: patchSchema }),
  z.object({
    type: z.literal('respond'),
    instructions: text(characters.instructions).exactOptional(),
    always: z.literal(true).exactOptional(),
  }),
  z.object({
    type: z.literal('say'),
    text: text(characters.spokenText),
    by: z.literal('operator').exactOptional(),
    utteranceId: text(characters.utteranceId).exactOptional(),
    isInterruptible: z.literal(false).exactOptional(),
    replaces: z.literal(true).exactOptional(),
  }),
  z.object({ type: z.literal('answer-by'), by: z.enum(['voice', 'operator']) }),
  z.object({ type: z.literal('interrupt'), force: z.literal(true).exactOptional() }),
  z.object({
    type: z.literal('express'),
    expression: z.enum(['neutral', 'smile', 'concerned', 'surprised', 'nod']),
    intensity: z.number(),
    durationMs: z.number(),
  }),
  z.object({
    type: z.literal('tool-result'),
    callId: text(characters.callId),
    output: text(characters.toolResult),
    reply: z.boolean(),
  }),
  z.object({
    type: z.literal('looked-up'),
    lookUpId: word,
    passages: z
      .array(
        z.object({
          source: word,
          page: z.number().int().nullable(),
          part: z.number().int(),
          text: text(characters.toolResult),
        }),
      )
      .max(counts.sources),
  }),
  z.object({
    type: z.literal('remote-description'),
    description: z.object({ type: z.enum(['offer', 'answer']), sdp: sdpSchema }),
  }),
  z.object({
    type: z.literal('remote-candidate'),
    candidate: z.object({
      candidate: text(characters.candidate),
      sdpMid: text(characters.mediaId),
      sdpMLineIndex: z.number().int().min(0).max(1000),
    }),
  }),
  z.object({ type: z.literal('channel-message'), text: text(bytes.frame * 4) }),
  z.object({ type: z.literal('close'), reason: word }),
]);
