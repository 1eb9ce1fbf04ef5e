import { type Eagerness, jsonFault } from '@visavis/protocol';
import * as z from 'zod';
import { replyUsageSchema, transcriptUsageSchema } from './counted-usage.ts';

// The messages of OpenAI's Realtime API that a talk uses, as published in its reference
// (https://developers.openai.com/api/reference/resources/realtime). Fields that nothing reads are left out.

/** Sound of both directions: PCM16 little-endian, mono, 24 kHz, in base64. */
export const WIRE_AUDIO_FORMAT = { type: 'audio/pcm', rate: 24_000 } as const;

type ContentPart =
  | { readonly type: 'input_text' | 'output_text'; readonly text: string }
  | { readonly type: 'input_image'; readonly image_url: string };

export type ConversationItem =
  | {
      readonly id?: string;
      readonly type: 'message';
      readonly role: 'user' | 'assistant' | 'system';
      readonly content: readonly ContentPart[];
    }
  | {
      readonly type: 'function_call';
      readonly call_id: string;
      readonly name: string;
      readonly arguments: string;
    }
  | { readonly type: 'function_call_output'; readonly call_id: string; readonly output: string };

export type TurnDetection =
  | {
      readonly type: 'server_vad';
      readonly threshold: number;
      readonly prefix_padding_ms: number;
      readonly silence_duration_ms: number;
      readonly create_response: boolean;
      readonly interrupt_response: boolean;
    }
  | {
      readonly type: 'semantic_vad';
      readonly eagerness: Eagerness;
      readonly create_response: boolean;
      readonly interrupt_response: boolean;
    };

export type SessionSettings = {
  readonly type: 'realtime';
  readonly output_modalities: readonly ['audio'];
  readonly instructions: string;
  readonly audio: {
    readonly input: {
      readonly format: typeof WIRE_AUDIO_FORMAT;
      readonly transcription: { readonly model: string };
      /** Null: the client ends turns. */
      readonly turn_detection: TurnDetection | null;
    };
    readonly output: { readonly format: typeof WIRE_AUDIO_FORMAT; readonly voice?: string };
  };
  readonly tools: readonly {
    readonly type: 'function';
    readonly name: string;
    readonly description: string;
    readonly parameters: Readonly<Record<string, unknown>>;
  }[];
  readonly tool_choice: 'auto';
};

export type ResponseSettings = {
  readonly instructions?: string;
  /** Replaces the conversation as context of this one response. */
  readonly input?: readonly ConversationItem[];
  readonly tool_choice?: 'none';
  readonly metadata?: Readonly<Record<string, string>>;
};

/** `event_id` comes back in an `error` that the message caused. */
export type ClientMessage = { readonly event_id?: string } & (
  | { readonly type: 'session.update'; readonly session: SessionSettings }
  | { readonly type: 'input_audio_buffer.append'; readonly audio: string }
  | { readonly type: 'input_audio_buffer.commit' | 'input_audio_buffer.clear' }
  | { readonly type: 'conversation.item.create'; readonly item: ConversationItem }
  | { readonly type: 'conversation.item.delete'; readonly item_id: string }
  | {
      readonly type: 'conversation.item.truncate';
      readonly item_id: string;
      readonly content_index: number;
      readonly audio_end_ms: number;
    }
  | { readonly type: 'response.create'; readonly response: ResponseSettings }
  | { readonly type: 'response.cancel'; readonly response_id: string }
);

const text = z.string().nullish();

export const serviceErrorSchema = z.object({ type: text, code: text, message: text, param: text, event_id: text });
export type ServiceError = z.output<typeof serviceErrorSchema>;

const ofResponse = { response_id: z.string(), item_id: z.string() };
const itemText = { item_id: z.string() };

const serverMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('error'), error: serviceErrorSchema }),
  z.object({ type: z.literal('session.created') }),
  z.object({ type: z.literal('session.updated') }),
  z.object({
    type: z.literal('input_audio_buffer.speech_started'),
    item_id: z.string(),
    audio_start_ms: z.number().default(0),
  }),
  z.object({
    type: z.literal('input_audio_buffer.speech_stopped'),
    item_id: z.string(),
    audio_end_ms: z.number().default(0),
  }),
  z.object({ type: z.literal('input_audio_buffer.committed'), item_id: z.string() }),
  z.object({
    type: z.literal('conversation.item.added'),
    item: z.object({ id: text, type: z.string(), role: text, call_id: text }),
  }),
  z.object({
    type: z.literal('conversation.item.input_audio_transcription.delta'),
    ...itemText,
    delta: z.string().default(''),
  }),
  z.object({
    type: z.literal('conversation.item.input_audio_transcription.completed'),
    ...itemText,
    transcript: z.string().default(''),
    usage: transcriptUsageSchema.nullish().catch(null),
  }),
  z.object({
    type: z.literal('conversation.item.input_audio_transcription.failed'),
    ...itemText,
    error: serviceErrorSchema.optional(),
  }),
  z.object({
    type: z.literal('response.created'),
    response: z.object({ id: z.string(), metadata: z.record(z.string(), z.unknown()).nullish() }),
  }),
  z.object({
    type: z.literal('response.output_item.added'),
    response_id: z.string(),
    item: z.object({ id: z.string(), type: z.string(), name: text, call_id: text }),
  }),
  z.object({
    type: z.literal('response.output_audio.delta'),
    ...ofResponse,
    content_index: z.number().default(0),
    delta: z.string(),
  }),
  z.object({ type: z.literal('response.output_audio_transcript.delta'), ...ofResponse, delta: z.string() }),
  z.object({ type: z.literal('response.output_text.delta'), ...ofResponse, delta: z.string() }),
  z.object({
    type: z.literal('response.function_call_arguments.delta'),
    ...ofResponse,
    call_id: text,
    delta: z.string(),
  }),
  z.object({
    type: z.literal('response.function_call_arguments.done'),
    ...ofResponse,
    call_id: text,
    name: text,
    arguments: z.string(),
  }),
  z.object({
    type: z.literal('response.done'),
    response: z.object({
      id: z.string(),
      status: z.string().default('completed'),
      status_details: z.object({ reason: text, error: serviceErrorSchema.nullish() }).nullish(),
      usage: replyUsageSchema.nullish().catch(null),
    }),
  }),
]);

export type ServerMessage = z.output<typeof serverMessageSchema>;

/** Names of the beta of the interface, which servers that imitate it still use. */
const BETA_NAMES: ReadonlyMap<string, ServerMessage['type']> = new Map([
  ['response.audio.delta', 'response.output_audio.delta'],
  ['response.audio_transcript.delta', 'response.output_audio_transcript.delta'],
  ['response.text.delta', 'response.output_text.delta'],
  ['conversation.item.created', 'conversation.item.added'],
]);

/** Null for everything that a talk does not need, and for what is no such message at all. */
export function readServerMessage(data: string): ServerMessage | null {
  if (jsonFault(data) !== null) return null;
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || !('type' in value) || typeof value.type !== 'string') return null;
  const parsed = serverMessageSchema.safeParse({ ...value, type: BETA_NAMES.get(value.type) ?? value.type });
  return parsed.success ? parsed.data : null;
}
