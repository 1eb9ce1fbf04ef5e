import * as z from 'zod';
import { serviceErrorSchema } from '../openai-realtime/wire-messages.ts';
import { base64OfPcm } from '../shared/pcm-bytes.ts';
import { readWireMessage } from '../shared/read-wire-message.ts';

// The messages of GPT-Live that a talk uses, as published in the types of `openai` 7.59.0 (`resources/live`) and in OpenAI's guides on
// Live (https://developers.openai.com/api/docs/guides/live), both read on 2026-11-30. Fields that nothing reads are left out.

type HistoryMessage =
  | {
      readonly role: 'developer' | 'user';
      readonly content: readonly [{ readonly type: 'input_text'; readonly text: string }];
    }
  | {
      readonly role: 'assistant';
      readonly content: readonly [{ readonly type: 'output_text'; readonly text: string }];
    };

/** Fixed for as long as a session. */
export type LiveSettings = {
  readonly model: string;
  readonly instructions: string;
  readonly audio: {
    readonly format: { readonly type: 'audio/pcm'; readonly rate: 24_000 };
    readonly output: { readonly voice: string };
  };
  readonly delegation: {
    readonly type: 'responses';
    readonly responses: {
      readonly model: string;
      readonly instructions: string;
      readonly tools?: readonly {
        readonly type: 'function';
        readonly name: string;
        readonly description: string;
        readonly parameters: Readonly<Record<string, unknown>>;
      }[];
    };
  };
};

export type SentMessage =
  | { readonly type: 'session.start'; readonly session: LiveSettings & { readonly input?: readonly HistoryMessage[] } }
  | { readonly type: 'session.input_audio.append'; readonly audio: string }
  | {
      readonly type: 'session.instructions.append' | 'session.thinking.append';
      readonly content: string;
      readonly delegation_id: null;
    }
  | {
      readonly type: 'response.item.create';
      readonly item: { readonly type: 'function_call_output'; readonly call_id: string; readonly output: string };
    }
  | { readonly type: 'response.create' };

export type { HistoryMessage };

export function soundMessage(pcm: Int16Array): SentMessage {
  return { type: 'session.input_audio.append', audio: base64OfPcm(pcm) };
}

const calledItem = z.object({
  type: z.literal('function_call'),
  call_id: z.string(),
  name: z.string().default(''),
  arguments: z.string().default('{}'),
});

/** Of the whole session so far. */
const secondsCounted = z.object({ seconds: z.number() });

const serverMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('session.started') }),
  z.object({ type: z.literal('session.output_audio.delta'), delta: z.string() }),
  z.object({ type: z.literal('session.input_transcript.delta'), delta: z.string() }),
  z.object({ type: z.literal('session.output_transcript.delta'), delta: z.string() }),
  z.object({
    type: z.literal('response.event'),
    event: z.object({ type: z.string(), item: calledItem.optional().catch(undefined) }),
  }),
  z.object({ type: z.literal('session.usage.updated'), usage: secondsCounted }),
  z.object({
    type: z.literal('session.closed'),
    reason: z.string().default(''),
    usage: secondsCounted.optional().catch(undefined),
  }),
  z.object({ type: z.literal('error'), error: serviceErrorSchema }),
]);

export type ServerMessage = z.output<typeof serverMessageSchema>;

/** Null for everything that a talk does not need, and for what is no such message at all. */
export function readServerMessage(data: string): ServerMessage | null {
  return readWireMessage(serverMessageSchema, data);
}
