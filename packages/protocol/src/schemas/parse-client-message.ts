import { LIMITS } from '../limits.ts';
import { jsonFault, treeFault } from '../trees.ts';
import type { ClientMessage } from '../v2/client-message.ts';
import { type Fields, isFields } from './fields.ts';
import { isOverLimit } from './over-limit.ts';
import { PAYLOADS } from './payloads.ts';

export type ParseFailureKind =
  | 'malformed-json'
  | 'binary'
  /** Larger than a message of its kind may be; no client that means well sends it. */
  | 'too-large'
  | 'unknown-type'
  /** A text, tree or list in it passes one of `LIMITS`. */
  | 'over-limit'
  | 'invalid';

type ParseFailure = {
  readonly ok: false;
  readonly kind: ParseFailureKind;
  readonly type?: string;
  readonly detail: string;
};

export type ParseResult<Message = ClientMessage> = { readonly ok: true; readonly message: Message } | ParseFailure;

/** A JSON object with a type, within the bounds of `LIMITS`. */
export type TypedFields = Fields & { readonly type: string };

const MAX_REPORTED_TYPE_LENGTH = 80;

const IMAGE_TYPE = /"type"\s{0,8}:\s{0,8}"(?:realtime\.)?input_image"/;
/** How much of a large message is searched for its type, at either end: clients write it before or after the picture. */
export const SEARCHED_CHARACTERS = 1024;

/** Whether a message may be one with a picture, the only kind that may be large; told without reading it. */
export function mayHoldPicture(beginning: string, end: string): boolean {
  return IMAGE_TYPE.test(beginning) || IMAGE_TYPE.test(end);
}

/**
 * Reads one frame of a v2 client: any name with or without `realtime.`, payload in `data` or at top level. Never throws.
 * @param frame Text of a text frame, or the bytes of a binary one (which v2 does not know).
 * @param prefix What the sender leaves out of its types.
 */
export function parseClientMessage(frame: string | Uint8Array, prefix = ''): ParseResult {
  return parseFrame(frame, (fields) => parseTyped(`${prefix}${fields.type}`, fields));
}

/** Reads one frame of whatever client speaks JSON; only messages with pictures may be large. Never throws, unless `parse` does. */
export function parseFrame<Message extends { readonly type: string }>(
  frame: string | Uint8Array,
  parse: (fields: TypedFields) => ParseResult<Message>,
): ParseResult<Message> {
  const { bytes } = LIMITS;
  const isLarge = frame.length > bytes.frame;
  if (frame.length > bytes.imageFrame) return tooLarge(frame, bytes.imageFrame);
  if (typeof frame !== 'string') {
    return isLarge ? tooLarge(frame, bytes.frame) : { ok: false, kind: 'binary', detail: `${frame.length} bytes` };
  }
  if (isLarge && !mayHoldPicture(frame.slice(0, SEARCHED_CHARACTERS), frame.slice(-SEARCHED_CHARACTERS))) {
    return tooLarge(frame, bytes.frame);
  }
  const read = readFields(frame);
  const result = read.ok ? parse(read.message) : read;
  const isPicture = result.ok && result.message.type === 'image';
  return isLarge && !isPicture ? tooLarge(frame, bytes.frame) : result;
}

function tooLarge(frame: string | Uint8Array, limit: number): ParseFailure {
  return { ok: false, kind: 'too-large', detail: `${frame.length} bytes, at most ${limit}` };
}

function readFields(frame: string): ParseResult<TypedFields> {
  const nesting = jsonFault(frame);
  if (nesting !== null) return { ok: false, kind: 'over-limit', detail: `the message ${nesting}` };
  let whole: unknown;
  try {
    whole = JSON.parse(frame);
  } catch {
    return { ok: false, kind: 'malformed-json', detail: `${frame.length} characters that are no JSON` };
  }
  const tree = treeFault(whole);
  if (tree !== null) return { ok: false, kind: 'over-limit', detail: `the message ${tree}` };
  if (!isFields(whole)) return { ok: false, kind: 'invalid', detail: 'the message is not a JSON object' };
  if (typeof whole.type !== 'string') return { ok: false, kind: 'invalid', detail: 'type is not a string' };
  return { ok: true, message: { ...whole, type: whole.type } };
}

function parseTyped(givenType: string, whole: Fields): ParseResult {
  const type = givenType.slice(0, MAX_REPORTED_TYPE_LENGTH);
  const schema = PAYLOADS.get(givenType.startsWith('realtime.') ? givenType.slice('realtime.'.length) : givenType);
  if (schema === undefined) return { ok: false, kind: 'unknown-type', type, detail: 'no message has this type' };
  const { type: _type, data, ...topLevel } = whole;
  const parsed = schema.safeParse(isFields(data) ? { ...topLevel, ...data } : topLevel);
  if (parsed.success) return { ok: true, message: parsed.data };
  const kind = isOverLimit(parsed.error) ? 'over-limit' : 'invalid';
  return { ok: false, kind, type, detail: parsed.error.issues[0]?.message ?? 'not valid' };
}
