import * as z from 'zod';
import { readWireMessage } from '../shared/read-wire-message.ts';
import { usageMetadataSchema } from './counted-usage.ts';

// The messages of Gemini's Live API that a talk uses, as published in its reference (https://ai.google.dev/api/live) and in the types
// of @google/genai 2.32.0, both read on 2026-11-30. Fields that nothing reads are left out.

export const SENT_SAMPLE_RATE_HZ = 16_000;

export type Content = { readonly role: 'user' | 'model'; readonly parts: readonly { readonly text: string }[] };

export type SetupMessage = {
  readonly model: string;
  readonly generationConfig: {
    readonly responseModalities: readonly ['AUDIO'];
    readonly speechConfig: {
      readonly voiceConfig: { readonly prebuiltVoiceConfig: { readonly voiceName: string } };
    };
  };
  readonly systemInstruction: { readonly parts: readonly { readonly text: string }[] };
  readonly tools?: readonly {
    readonly functionDeclarations: readonly {
      readonly name: string;
      readonly description: string;
      readonly parametersJsonSchema: Readonly<Record<string, unknown>>;
    }[];
  }[];
  readonly realtimeInputConfig: { readonly automaticActivityDetection: { readonly disabled: true } };
  readonly inputAudioTranscription: Readonly<Record<string, never>>;
  readonly outputAudioTranscription: Readonly<Record<string, never>>;
  readonly contextWindowCompression: { readonly slidingWindow: Readonly<Record<string, never>> };
};

type FunctionResponse = {
  readonly id: string;
  readonly name: string;
  readonly response: Readonly<Record<string, unknown>>;
  readonly scheduling: 'SILENT' | 'WHEN_IDLE';
};

export type SentMessage =
  | {
      readonly setup: SetupMessage & {
        readonly sessionResumption: { readonly handle?: string };
        readonly historyConfig?: { readonly initialHistoryInClientContent: true };
      };
    }
  | { readonly clientContent: { readonly turns?: readonly Content[]; readonly turnComplete: boolean } }
  | {
      readonly realtimeInput:
        | { readonly audio: { readonly mimeType: string; readonly data: string } }
        | { readonly video: { readonly mimeType: string; readonly data: string } }
        | { readonly activityStart: Readonly<Record<string, never>> }
        | { readonly activityEnd: Readonly<Record<string, never>> };
    }
  | { readonly toolResponse: { readonly functionResponses: readonly FunctionResponse[] } };

/** A picture as a frame of the user's camera; none where it is no data URL of one. */
export function pictureMessages(dataUrl: string | null): SentMessage[] {
  const [, mimeType, data] = /^data:(image\/[\w.+-]+);base64,(.+)$/s.exec(dataUrl ?? '') ?? [];
  return mimeType === undefined || data === undefined ? [] : [{ realtimeInput: { video: { mimeType, data } } }];
}

const transcription = z.object({ text: z.string().nullish(), finished: z.boolean().nullish() });

const serverMessageSchema = z.object({
  setupComplete: z.object({}).nullish(),
  serverContent: z
    .object({
      modelTurn: z
        .object({
          parts: z
            .array(z.object({ inlineData: z.object({ mimeType: z.string().default(''), data: z.string() }).nullish() }))
            .nullish(),
        })
        .nullish(),
      inputTranscription: transcription.nullish(),
      outputTranscription: transcription.nullish(),
      generationComplete: z.boolean().nullish(),
      turnComplete: z.boolean().nullish(),
      turnCompleteReason: z.string().nullish(),
      interrupted: z.boolean().nullish(),
    })
    .nullish(),
  toolCall: z
    .object({
      functionCalls: z
        .array(
          z.object({
            id: z.string().nullish(),
            name: z.string().default(''),
            args: z.record(z.string(), z.unknown()).nullish(),
          }),
        )
        .default([]),
    })
    .nullish(),
  usageMetadata: usageMetadataSchema.nullish().catch(null),
  toolCallCancellation: z.object({ ids: z.array(z.string()).default([]) }).nullish(),
  goAway: z.object({ timeLeft: z.string().nullish() }).nullish(),
  sessionResumptionUpdate: z.object({ newHandle: z.string().nullish(), resumable: z.boolean().nullish() }).nullish(),
});

export type ServerMessage = z.output<typeof serverMessageSchema>;
export type ServerContent = NonNullable<ServerMessage['serverContent']>;

/** Null for what is no such message. */
export function readServerMessage(data: string): ServerMessage | null {
  return readWireMessage(serverMessageSchema, data);
}
