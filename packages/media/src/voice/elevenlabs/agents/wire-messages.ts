import * as z from 'zod';
import { readWireMessage } from '../../shared/read-wire-message.ts';

// The messages of a conversation with an agent over its WebSocket (`/v1/convai/conversation`), as ElevenLabs publishes them in
// `@elevenlabs/types` 0.23.0 and in its Python SDK 2.78.0, read on 2026-11-30. Fields that nothing reads are left out.

const MAX_CHARACTERS = 20_000;
const words = z.string().max(MAX_CHARACTERS);
const id = z.coerce.number();

const alignment = z.object({
  chars: z.array(z.string()).max(MAX_CHARACTERS),
  char_start_times_ms: z.array(z.number()).max(MAX_CHARACTERS),
});

const serverMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('conversation_initiation_metadata'),
    conversation_initiation_metadata_event: z.object({
      agent_output_audio_format: z.string(),
      user_input_audio_format: z.string().default('pcm_16000'),
    }),
  }),
  z.object({
    type: z.literal('audio'),
    audio_event: z.object({ audio_base_64: z.string(), event_id: id, alignment: alignment.nullish() }),
  }),
  z.object({ type: z.literal('agent_response'), agent_response_event: z.object({ agent_response: words }) }),
  z.object({
    type: z.literal('agent_response_correction'),
    agent_response_correction_event: z.object({ original_agent_response: words, corrected_agent_response: words }),
  }),
  z.object({ type: z.literal('user_transcript'), user_transcription_event: z.object({ user_transcript: words }) }),
  z.object({
    type: z.literal('tentative_user_transcript'),
    tentative_user_transcription_event: z.object({ user_transcript: words }),
  }),
  z.object({ type: z.literal('interruption'), interruption_event: z.object({ event_id: id }) }),
  z.object({ type: z.literal('vad_score'), vad_score_event: z.object({ vad_score: z.number() }) }),
  z.object({ type: z.literal('ping'), ping_event: z.object({ event_id: id }) }),
  z.object({
    type: z.literal('client_tool_call'),
    client_tool_call: z.object({
      tool_name: words,
      tool_call_id: words,
      parameters: z.record(z.string(), z.unknown()).default({}),
    }),
  }),
  z.object({
    type: z.literal('error'),
    error_event: z.object({
      code: z.number().optional(),
      message: words.optional(),
      error_type: words.optional(),
      reason: words.optional(),
    }),
  }),
]);

export type AgentMessage = z.output<typeof serverMessageSchema>;
export type AgentError = Extract<AgentMessage, { type: 'error' }>['error_event'];
export type Alignment = z.output<typeof alignment>;

export type Initiation = {
  readonly type: 'conversation_initiation_client_data';
  readonly conversation_config_override?: {
    readonly agent: {
      readonly prompt: { readonly prompt: string };
      readonly first_message: string;
      readonly language?: string;
    };
    readonly tts?: { readonly voice_id: string };
  };
};

export type ClientMessage =
  | Initiation
  | { readonly user_audio_chunk: string }
  | { readonly type: 'pong'; readonly event_id: number }
  | { readonly type: 'user_message' | 'contextual_update'; readonly text: string }
  | { readonly type: 'user_activity' }
  | {
      readonly type: 'client_tool_result';
      readonly tool_call_id: string;
      readonly result: string;
      readonly is_error: boolean;
    };

/** Null: no message that a talk uses, or none at all. */
export function readAgentMessage(data: string): AgentMessage | null {
  return readWireMessage(serverMessageSchema, data);
}
