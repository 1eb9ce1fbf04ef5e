import * as z from 'zod';

// What the types of `openai` 7.59.0 (`resources/live`, read on 2026-11-30) allow in the messages that clients send. Strict, as the
// service is: it refuses fields that it does not know.

const text = z.string().min(1);
/** At most 500 tokens. */
const content = z.string().min(1).max(2000);

const message = z.union([
  z.strictObject({
    role: z.enum(['developer', 'user']),
    content: z.tuple([z.strictObject({ type: z.literal('input_text'), text })]),
  }),
  z.strictObject({
    role: z.literal('assistant'),
    content: z.tuple([z.strictObject({ type: z.literal('output_text'), text })]),
  }),
]);

const session = z.strictObject({
  model: text,
  instructions: z.string(),
  audio: z.strictObject({
    format: z.strictObject({ type: z.literal('audio/pcm'), rate: z.union([z.literal(16_000), z.literal(24_000)]) }),
    output: z.strictObject({ voice: text }),
  }),
  input: z.array(message).max(128).optional(),
  delegation: z.strictObject({
    type: z.literal('responses'),
    responses: z.strictObject({
      model: text,
      instructions: z.string(),
      tools: z
        .array(
          z.strictObject({
            type: z.literal('function'),
            name: text,
            description: z.string(),
            parameters: z.record(z.string(), z.unknown()),
          }),
        )
        .optional(),
    }),
  }),
});

const appended = <Type extends string>(type: Type) =>
  z.strictObject({ type: z.literal(type), content, delegation_id: z.null() });

export const clientMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('session.start'), session }),
  z.strictObject({ type: z.literal('session.input_audio.append'), audio: z.base64().min(1) }),
  appended('session.instructions.append'),
  appended('session.thinking.append'),
  z.strictObject({
    type: z.literal('response.item.create'),
    item: z.strictObject({ type: z.literal('function_call_output'), call_id: text, output: z.string() }),
  }),
  z.strictObject({ type: z.literal('response.create') }),
]);

export type ReceivedMessage = z.output<typeof clientMessageSchema>;
