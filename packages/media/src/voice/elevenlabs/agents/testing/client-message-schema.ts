import * as z from 'zod';

// What `@elevenlabs/types` 0.23.0 (read on 2026-11-30) allows in the messages that clients send. Strict: anything else is a mistake of
// ours.

const text = z.string().min(1);
const override = z.strictObject({
  agent: z.strictObject({
    prompt: z.strictObject({ prompt: z.string() }),
    first_message: z.string(),
    language: z.enum(['en', 'de', 'pt', 'pt-br', 'fr']).optional(),
  }),
  tts: z.strictObject({ voice_id: text }).optional(),
});

export const clientMessageSchema = z.union([
  z.strictObject({ user_audio_chunk: z.base64().min(1) }),
  z.strictObject({
    type: z.literal('conversation_initiation_client_data'),
    conversation_config_override: override.optional(),
  }),
  z.strictObject({ type: z.literal('pong'), event_id: z.int() }),
  z.strictObject({ type: z.literal('user_message'), text }),
  z.strictObject({ type: z.literal('contextual_update'), text }),
  z.strictObject({ type: z.literal('user_activity') }),
  z.strictObject({
    type: z.literal('client_tool_result'),
    tool_call_id: text,
    result: z.string(),
    is_error: z.boolean(),
  }),
]);

export type ReceivedMessage = z.output<typeof clientMessageSchema>;
export type TypedMessage = Extract<ReceivedMessage, { type: string }>;
