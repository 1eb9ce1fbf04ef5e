import * as z from 'zod';

// What OpenAI's reference allows in the messages that clients send. Strict: anything else is a mistake of ours.

const format = z.strictObject({ type: z.literal('audio/pcm'), rate: z.literal(24_000) });
const text = z.string().min(1);
const eventId = z.string().max(512).optional();

const turnDetection = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('server_vad'),
    threshold: z.number().min(0).max(1),
    prefix_padding_ms: z.int().min(0),
    silence_duration_ms: z.int().min(0),
    create_response: z.boolean(),
    interrupt_response: z.boolean(),
  }),
  z.strictObject({
    type: z.literal('semantic_vad'),
    eagerness: z.enum(['low', 'medium', 'high', 'auto']),
    create_response: z.boolean(),
    interrupt_response: z.boolean(),
  }),
]);

const session = z.strictObject({
  type: z.literal('realtime'),
  output_modalities: z.array(z.enum(['audio', 'text'])).length(1),
  instructions: z.string(),
  audio: z.strictObject({
    input: z.strictObject({
      format,
      transcription: z.strictObject({ model: text }),
      turn_detection: turnDetection.nullable(),
    }),
    output: z.strictObject({ format, voice: text.optional() }),
  }),
  tools: z.array(
    z.strictObject({
      type: z.literal('function'),
      name: text,
      description: z.string(),
      parameters: z.record(z.string(), z.unknown()),
    }),
  ),
  tool_choice: z.enum(['auto', 'none', 'required']),
});

const inputText = z.strictObject({ type: z.literal('input_text'), text });
const outputText = z.strictObject({ type: z.literal('output_text'), text });
const inputImage = z.strictObject({
  type: z.literal('input_image'),
  image_url: z.string().regex(/^data:image\/(png|jpeg);base64,/),
});

const message = <Role extends string, Part extends z.ZodType>(role: Role, part: Part) =>
  z.strictObject({
    id: z.string().max(32).optional(),
    type: z.literal('message'),
    role: z.literal(role),
    content: z.array(part).min(1),
  });

const item = z.union([
  message('user', z.union([inputText, inputImage])),
  message('system', inputText),
  message('assistant', outputText),
  z.strictObject({ type: z.literal('function_call'), call_id: text, name: text, arguments: z.string() }),
  z.strictObject({ type: z.literal('function_call_output'), call_id: text, output: z.string() }),
]);

export const clientMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('session.update'), event_id: eventId, session }),
  z.strictObject({ type: z.literal('input_audio_buffer.append'), event_id: eventId, audio: z.base64() }),
  z.strictObject({ type: z.literal('input_audio_buffer.commit'), event_id: eventId }),
  z.strictObject({ type: z.literal('input_audio_buffer.clear'), event_id: eventId }),
  z.strictObject({ type: z.literal('conversation.item.create'), event_id: eventId, item }),
  z.strictObject({ type: z.literal('conversation.item.delete'), event_id: eventId, item_id: text }),
  z.strictObject({
    type: z.literal('conversation.item.truncate'),
    event_id: eventId,
    item_id: text,
    content_index: z.int().min(0),
    audio_end_ms: z.int().min(0),
  }),
  z.strictObject({
    type: z.literal('response.create'),
    event_id: eventId,
    response: z.strictObject({
      instructions: z.string().optional(),
      input: z.array(item).optional(),
      tool_choice: z.enum(['auto', 'none', 'required']).optional(),
      metadata: z.record(z.string().max(64), z.string().max(512)).optional(),
    }),
  }),
  z.strictObject({ type: z.literal('response.cancel'), event_id: eventId, response_id: text.optional() }),
]);

export type ReceivedMessage = z.output<typeof clientMessageSchema>;
export type ReceivedItem = z.output<typeof item>;
export type ReceivedResponse = Extract<ReceivedMessage, { type: 'response.create' }>['response'];
