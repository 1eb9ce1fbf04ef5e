import * as z from 'zod';
import { LIMITS } from '../limits.ts';

// What operators and the server write to each other over MQTT, as JSON in one message each.

/** What topics begin with, unless a setting names something else. */
export const OPERATOR_TOPIC_PREFIX = 'navtalk/transparent';

const word = z.string().max(LIMITS.characters.parameter);
const texts = {
  text: z.string().exactOptional(),
  content: z.string().exactOptional(),
  message: z.string().exactOptional(),
  delta: z.string().exactOptional(),
};

/** Clients write some keys in two ways, and the text under several names, or under `data`. */
const operatorMessageSchema = z.object({
  type: z.enum([
    'transparent.reply.text',
    'transparent.reply.delta',
    'transparent.reply.done',
    'transparent.operator.presence',
  ]),
  ...texts,
  data: z.object(texts).exactOptional(),
  messageId: word.exactOptional(),
  message_id: word.exactOptional(),
  traceId: word.exactOptional(),
  trace_id: word.exactOptional(),
  sequence: z.number().int().exactOptional(),
  status: word.exactOptional(),
  online: z.boolean().exactOptional(),
});

export type OperatorMessage =
  /** One whole answer. */
  | { readonly kind: 'text'; readonly text: string }
  /** A piece of an answer. `sequence`: its number, null where pieces have none; `answerId`: the answer that it is of. */
  | { readonly kind: 'delta'; readonly text: string; readonly answerId: string; readonly sequence: number | null }
  /** The answer is over. `text` may hold it as a whole. */
  | { readonly kind: 'done'; readonly text: string; readonly answerId: string }
  | { readonly kind: 'presence'; readonly isOnline: boolean };

/** Null: it is no message of an operator. */
export function readOperatorMessage(json: string): OperatorMessage | null {
  const parsed = operatorMessageSchema.safeParse(parseJson(json));
  if (!parsed.success) return null;
  const { type, data = {}, sequence = null, ...fields } = parsed.data;
  const given =
    type === 'transparent.reply.delta' ? ['delta', 'text', 'content', 'message'] : ['text', 'content', 'message'];
  const all: Readonly<Record<string, unknown>> = { ...data, ...fields };
  const found = given.map((name) => all[name]).find((value) => typeof value === 'string' && value !== '');
  const text = typeof found === 'string' ? found.replaceAll('\u0000', '') : '';
  const answerId = fields.messageId ?? fields.message_id ?? fields.traceId ?? fields.trace_id ?? '';
  switch (type) {
    case 'transparent.reply.text':
      return { kind: 'text', text };
    case 'transparent.reply.delta':
      return { kind: 'delta', text, answerId, sequence };
    case 'transparent.reply.done':
      return { kind: 'done', text, answerId };
    case 'transparent.operator.presence':
      return { kind: 'presence', isOnline: fields.online ?? fields.status === 'online' };
  }
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

/** Words of a user, as operators of NavTalk read them: keys that clients know in two ways stand there in both. */
export function writeUserText(said: {
  readonly projectId: string;
  readonly sessionId: string;
  readonly messageId: string;
  readonly text: string;
  readonly inputType: 'text' | 'audio';
  readonly avatarName: string;
  readonly at: Date;
}): string {
  const { projectId, sessionId, messageId, text, inputType, avatarName, at } = said;
  return JSON.stringify({
    type: 'transparent.user.text',
    source: 'user',
    inputType,
    text,
    messageId,
    message_id: messageId,
    traceId: messageId,
    trace_id: messageId,
    session_id: sessionId,
    sessionId,
    roomId: sessionId,
    project_id: projectId,
    projectId,
    avatarName,
    created_at: at.toISOString(),
  });
}
