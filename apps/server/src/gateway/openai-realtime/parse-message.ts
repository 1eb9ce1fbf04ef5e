import { LIMITS, textFault } from '@visavis/protocol';
import {
  type Fields,
  isBase64,
  isFields,
  isImageDataUrl,
  type ParseResult,
  parseFrame,
  type TypedFields,
} from '@visavis/protocol/schemas';
import type { OpenAiMessage, ResponseWish } from './client-message.ts';
import { readModality, readSessionPatch } from './session-patch.ts';
import { Unusable } from './unusable.ts';

const { characters } = LIMITS;

/** Reads one frame of a client. Whatever is no message of the interface becomes one that is answered with an error. Never throws. */
export function parseMessage(frame: string | Uint8Array): ParseResult<OpenAiMessage> {
  return parseFrame<OpenAiMessage>(frame, (fields) => ({ ok: true, message: readMessage(fields) }));
}

function readMessage(fields: TypedFields): OpenAiMessage {
  const eventId = typeof fields.event_id === 'string' ? fields.event_id.slice(0, characters.word) : null;
  try {
    return { eventId, ...readTyped(fields) } as OpenAiMessage;
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    return { type: 'unusable', eventId, code: error.code, text: error.message, param: error.param };
  }
}

type Read = OpenAiMessage extends infer Message ? (Message extends unknown ? Omit<Message, 'eventId'> : never) : never;

function readTyped(fields: TypedFields): Read {
  switch (fields.type) {
    case 'session.update':
      return { type: 'session-update', patch: readSessionPatch(fieldsOf(fields, 'session')) };
    case 'input_audio_buffer.append':
      return { type: 'audio-append', audioBase64: readSoundText(fields) };
    case 'input_audio_buffer.commit':
      return { type: 'audio-commit' };
    case 'input_audio_buffer.clear':
      return { type: 'audio-clear' };
    case 'output_audio_buffer.clear':
      return { type: 'output-clear' };
    case 'conversation.item.create':
      return readItem(fieldsOf(fields, 'item'));
    case 'conversation.item.delete':
      return { type: 'item-delete', itemId: textOf(fields, 'item_id', characters.callId) };
    case 'conversation.item.retrieve':
      return { type: 'item-retrieve', itemId: textOf(fields, 'item_id', characters.callId) };
    case 'conversation.item.truncate':
      return {
        type: 'item-truncate',
        itemId: textOf(fields, 'item_id', characters.callId),
        contentIndex: numberOf(fields, 'content_index', 0),
        audioEndMs: numberOf(fields, 'audio_end_ms', 0),
      };
    case 'response.create':
      return { type: 'respond', ...readWish(isFields(fields.response) ? fields.response : {}) };
    case 'response.cancel':
      return { type: 'cancel', responseId: typeof fields.response_id === 'string' ? fields.response_id : null };
    default:
      throw new Unusable('invalid_value', `There is no message of the type ${fields.type.slice(0, 80)}.`, 'type');
  }
}

function readSoundText({ audio }: TypedFields): string {
  if (typeof audio !== 'string' || !isBase64(audio))
    throw new Unusable('invalid_value', 'audio is not base64.', 'audio');
  return audio;
}

function readItem(item: Fields): Read {
  const itemId = typeof item.id === 'string' && item.id !== '' ? textOf(item, 'id', characters.callId) : null;
  if (item.type === 'function_call_output') {
    const callId = textOf(item, 'call_id', characters.callId);
    return { type: 'tool-result', itemId, callId, output: textOf(item, 'output', characters.toolResult) };
  }
  if (item.type === 'function_call') {
    return {
      type: 'call-item',
      itemId,
      callId: textOf(item, 'call_id', characters.callId),
      name: textOf(item, 'name', characters.toolName),
      argumentsJson: textOf(item, 'arguments', characters.recordedMessage),
    };
  }
  if (item.type !== 'message')
    throw new Unusable('invalid_value', 'An item is a message, or a call or its output.', 'item.type');
  return readMessageItem(item, itemId);
}

function readMessageItem({ role, content }: Fields, itemId: string | null): Read {
  const parts = Array.isArray(content) ? content.filter(isFields) : [];
  const text = parts.flatMap((part) => textOfPart(part)).join('\n');
  const limit = role === 'system' ? characters.instructions : characters.userText;
  const fault = textFault(text, limit);
  if (fault !== null) throw new Unusable('string_above_max_length', `The text of the item ${fault}.`, 'item.content');
  if (role === 'assistant' || role === 'system') return { type: 'item', itemId, role, text };
  if (role !== 'user')
    throw new Unusable('invalid_value', 'A message is of the user, the assistant or the system.', 'item.role');
  const dataUrls = parts.flatMap((part) => (part.type === 'input_image' ? [pictureOf(part)] : []));
  if (dataUrls.length > 0) return { type: 'image', itemId, text, dataUrls, reply: true };
  if (text.trim() === '') {
    const hint = 'The item holds neither text nor a picture; sound comes by input_audio_buffer.append.';
    throw new Unusable('invalid_value', hint, 'item.content');
  }
  return { type: 'user-text', itemId, text };
}

/** Of sound, its words: a talk that is told again has no more of it. */
function textOfPart({ text, transcript }: Fields): string[] {
  const words = typeof text === 'string' ? text : transcript;
  return typeof words === 'string' && words !== '' ? [words] : [];
}

function pictureOf({ image_url: url }: Fields): string {
  if (typeof url === 'string' && isImageDataUrl(url)) return url;
  throw new Unusable('invalid_value', 'image_url is not a JPEG, PNG or WebP data URL.', 'item.content');
}

function readWish(response: Fields): ResponseWish {
  if (response.conversation === 'none') {
    throw new Unusable('unsupported', 'Responses outside of the conversation are not made.', 'response.conversation');
  }
  const modality = readModality(response);
  const instructions = instructionsOf(response);
  return {
    ...(instructions === '' ? {} : { instructions }),
    ...(modality === undefined ? {} : { modality }),
    metadata: readMetadata(response.metadata),
  };
}

/** What stands in `input` is for this one response, as its instructions are. */
function instructionsOf({ instructions, input }: Fields): string {
  const items = Array.isArray(input) ? input.filter(isFields) : [];
  const texts = items.flatMap(({ content }) =>
    Array.isArray(content) ? content.filter(isFields).flatMap(textOfPart) : [],
  );
  const whole = [...(typeof instructions === 'string' ? [instructions] : []), ...texts].join('\n\n').trim();
  const fault = textFault(whole, characters.instructions);
  if (fault !== null) throw new Unusable('string_above_max_length', `instructions ${fault}.`, 'response.instructions');
  return whole;
}

const METADATA_PAIRS = 16;
const METADATA_CHARACTERS = 512;

function readMetadata(given: unknown): ResponseWish['metadata'] {
  if (!isFields(given)) return null;
  const pairs = Object.entries(given).flatMap(([key, value]) =>
    typeof value === 'string' ? [[key, value] as const] : [],
  );
  const isOver = pairs.some(([key, value]) => key.length > METADATA_CHARACTERS || value.length > METADATA_CHARACTERS);
  if (pairs.length > METADATA_PAIRS || isOver) {
    throw new Unusable('invalid_value', `metadata has at most ${METADATA_PAIRS} short texts.`, 'response.metadata');
  }
  return Object.fromEntries(pairs);
}

function fieldsOf(fields: Fields, key: string): Fields {
  const value = fields[key];
  if (isFields(value)) return value;
  throw new Unusable('missing_required_parameter', `${key} is missing, or no object.`, key);
}

function textOf(fields: Fields, key: string, limit: number): string {
  const value = fields[key];
  if (typeof value !== 'string')
    throw new Unusable('missing_required_parameter', `${key} is missing, or no text.`, key);
  const fault = textFault(value, limit);
  if (fault !== null) throw new Unusable('string_above_max_length', `${key} ${fault}.`, key);
  return value;
}

function numberOf(fields: Fields, key: string, fallback: number): number {
  const value = fields[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : fallback;
}
