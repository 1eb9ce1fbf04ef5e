import * as z from 'zod';

// What the reference of Gemini's Live API (https://ai.google.dev/api/live) and the types of @google/genai 2.32.0, read on 2026-11-30,
// allow in the messages that clients send. Strict: anything else is a mistake of ours, since the service closes on unknown fields.

const empty = z.strictObject({});
const text = z.string().min(1);
const part = z.strictObject({ text });
const content = z.strictObject({ role: z.enum(['user', 'model']), parts: z.array(part).min(1) });
const blob = (type: RegExp) => z.strictObject({ mimeType: z.string().regex(type), data: z.base64().min(1) });

const setup = z.strictObject({
  model: z.string().regex(/^models\/\S+$/),
  generationConfig: z.strictObject({
    responseModalities: z.tuple([z.literal('AUDIO')]),
    speechConfig: z.strictObject({
      voiceConfig: z.strictObject({ prebuiltVoiceConfig: z.strictObject({ voiceName: text }) }),
    }),
  }),
  systemInstruction: z.strictObject({ parts: z.array(part).min(1) }),
  tools: z
    .array(
      z.strictObject({
        functionDeclarations: z
          .array(
            z.strictObject({
              name: z.string().regex(/^[\w.:-]{1,128}$/),
              description: z.string(),
              parametersJsonSchema: z.record(z.string(), z.unknown()),
            }),
          )
          .min(1),
      }),
    )
    .optional(),
  realtimeInputConfig: z.strictObject({ automaticActivityDetection: z.strictObject({ disabled: z.literal(true) }) }),
  sessionResumption: z.strictObject({ handle: text.optional() }),
  contextWindowCompression: z.strictObject({ slidingWindow: empty }),
  inputAudioTranscription: empty,
  outputAudioTranscription: empty,
  historyConfig: z.strictObject({ initialHistoryInClientContent: z.literal(true) }).optional(),
});

const functionResponse = z.strictObject({
  id: text,
  name: text,
  response: z.record(z.string(), z.unknown()),
  scheduling: z.enum(['SILENT', 'WHEN_IDLE', 'INTERRUPT']),
});

/** Exactly one field each, as the reference wants it. */
export const clientMessageSchema = z.union([
  z.strictObject({ setup }),
  z.strictObject({
    clientContent: z.strictObject({ turns: z.array(content).min(1).optional(), turnComplete: z.boolean() }),
  }),
  z.strictObject({
    realtimeInput: z.union([
      z.strictObject({ audio: blob(/^audio\/pcm;rate=16000$/) }),
      z.strictObject({ video: blob(/^image\/(?:jpeg|png)$/) }),
      z.strictObject({ activityStart: empty }),
      z.strictObject({ activityEnd: empty }),
    ]),
  }),
  z.strictObject({ toolResponse: z.strictObject({ functionResponses: z.array(functionResponse).min(1) }) }),
]);

export type ReceivedMessage = z.output<typeof clientMessageSchema>;
export type ReceivedContent = z.output<typeof content>;
export type ReceivedSetup = z.output<typeof setup>;
