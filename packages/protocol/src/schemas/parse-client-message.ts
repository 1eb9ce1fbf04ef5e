import { LIMITS } from '../limits.ts';
import type { ClientMessage } from '../v2/client-message.ts';
import { type Fields, isFields } from './fields.ts';
import { PAYLOADS } from './payloads.ts';

export type ParseFailureKind = 'malformed-json' | 'binary' | 'too-large' | 'unknown-type' | 'invalid';

export type ParseResult =
  | { readonly ok: true; readonly message: ClientMessage }
  | { readonly ok: false; readonly kind: ParseFailureKind; readonly type?: string; readonly detail: string };

const MAX_REPORTED_TYPE_LENGTH = 80;

/**
 * Reads one frame of a v2 client: any name with or without `realtime.`, payload in `data` or at top level. Never throws.
 * @param frame Text of a text frame, or the bytes of a binary one (which v2 does not know).
 */
export function parseClientMessage(frame: string | Uint8Array): ParseResult {
  if (frame.length > LIMITS.bytes.imageFrame) {
    return { ok: false, kind: 'too-large', detail: `${frame.length} bytes, at most ${LIMITS.bytes.imageFrame}` };
  }
  if (typeof frame !== 'string') return { ok: false, kind: 'binary', detail: `${frame.length} bytes` };
  let whole: unknown;
  try {
    whole = JSON.parse(frame);
  } catch {
    return { ok: false, kind: 'malformed-json', detail: `${frame.length} characters that are no JSON` };
  }
  if (!isFields(whole)) return { ok: false, kind: 'invalid', detail: 'the message is not a JSON object' };
  if (typeof whole.type !== 'string') return { ok: false, kind: 'invalid', detail: 'type is not a string' };
  return parseTyped(whole.type, whole);
}

function parseTyped(givenType: string, whole: Fields): ParseResult {
  const type = givenType.slice(0, MAX_REPORTED_TYPE_LENGTH);
  const schema = PAYLOADS.get(givenType.startsWith('realtime.') ? givenType.slice('realtime.'.length) : givenType);
  if (schema === undefined) return { ok: false, kind: 'unknown-type', type, detail: 'no message has this type' };
  const { type: _type, data, ...topLevel } = whole;
  const parsed = schema.safeParse(isFields(data) ? { ...topLevel, ...data } : topLevel);
  if (parsed.success) return { ok: true, message: parsed.data };
  return { ok: false, kind: 'invalid', type, detail: parsed.error.issues[0]?.message ?? 'not valid' };
}
