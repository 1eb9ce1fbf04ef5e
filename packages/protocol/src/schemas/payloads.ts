import * as z from 'zod';
import { LIMITS } from '../limits.ts';
import { EXPRESSION_DEFAULT_MS, EXPRESSION_MAX_MS, EXPRESSIONS } from '../names.ts';
import { textFault } from '../trees.ts';
import type { ClientMessage } from '../v2/client-message.ts';
import { base64Schema, imageDataUrlSchema } from './base64.ts';
import { configSchema, jsonTextSchema, toolsSchema } from './config.ts';
import { type Fields, firstOf, isFields, readFlag } from './fields.ts';
import { readItemTexts } from './item-text.ts';
import { atMost, isOverLimit, reportLongLine, reportOver } from './over-limit.ts';

/**
 * One schema per client message. Each gets the payload after `data` and the top level have been laid over each other, and
 * gives the normalised message.
 */
type PayloadSchema = z.ZodType<ClientMessage, unknown>;

const fieldsSchema = z.record(z.string(), z.unknown());
const { characters } = LIMITS;

/** A text that says something, of at most so many characters. */
function textUpTo(limit: number) {
  return z
    .string()
    .superRefine(atMost(limit))
    .refine((value) => value.trim() !== '', 'is empty');
}

/** Reads one value of the payload with a schema of its own. */
function read<Output>(
  schema: z.ZodType<Output>,
  value: unknown,
  name: string,
  context: z.RefinementCtx,
): Output | null {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fault = parsed.error.issues[0]?.message ?? 'is not valid';
  if (isOverLimit(parsed.error)) reportOver(fault, name, context);
  else context.addIssue({ code: 'custom', message: `${name} ${fault}` });
  return null;
}

/** A payload schema from a function that returns null after it has reported what is wrong. */
function payload(toMessage: (fields: Fields, context: z.RefinementCtx) => ClientMessage | null): PayloadSchema {
  return fieldsSchema.transform((fields, context) => toMessage(fields, context) ?? z.NEVER);
}

const inputConfig = payload((fields, context) => {
  const body = read(jsonTextSchema, firstOf(fields, 'content') ?? fields, 'content', context);
  const patch = body === null ? null : read(configSchema, body ?? {}, 'content', context);
  return patch && { type: 'configure', patch, acknowledge: false };
});

const inputFunctionCall = payload((fields, context) => {
  const body = read(jsonTextSchema, firstOf(fields, 'content', 'tools') ?? [], 'content', context);
  const tools = body === null ? null : read(toolsSchema, body ?? [], 'content', context);
  return tools && { type: 'configure', patch: { tools }, acknowledge: false };
});

const sessionUpdate = payload((fields, context) => {
  const patch = read(configSchema, firstOf(fields, 'session') ?? fields, 'session', context);
  return patch && { type: 'configure', patch, acknowledge: true };
});

const audioAppend = payload((fields, context) => {
  const audioBase64 = read(base64Schema, firstOf(fields, 'audio'), 'audio', context);
  if (audioBase64 === null) return null;
  const { sequenceNumber } = fields;
  return typeof sequenceNumber === 'number'
    ? { type: 'audio-append', audioBase64, sequenceNumber }
    : { type: 'audio-append', audioBase64 };
});

/** A tree was measured with the whole message. */
const outputSchema = z
  .unknown()
  .transform((value) => (typeof value === 'string' ? value : JSON.stringify(value ?? '')))
  .superRefine(atMost(characters.toolResult));
const callIdSchema = z.string().min(1).superRefine(atMost(characters.callId));

function toolResult(fields: Fields, reply: boolean, context: z.RefinementCtx): ClientMessage | null {
  const callId = read(callIdSchema, firstOf(fields, 'call_id', 'callId', 'id'), 'call_id', context);
  if (callId === null) return null;
  const output = read(outputSchema, firstOf(fields, 'output', 'content', 'result') ?? '', 'output', context);
  return output === null ? null : { type: 'tool-result', callId, output, reply };
}

const itemCreate = payload((fields, context) => {
  const item = read(fieldsSchema, firstOf(fields, 'item') ?? fields, 'item', context);
  if (item === null) return null;
  if (item.type === 'function_call_output') return toolResult(item, false, context);
  const role = item.role === 'assistant' || item.role === 'system' ? item.role : 'user';
  const texts = readItemTexts(firstOf(item, 'content', 'text'));
  if (texts.length === 0) context.addIssue({ code: 'custom', message: 'item holds no text' });
  else if (!reportLongItem(texts, role, context)) return { type: 'item', role, texts };
  return null;
});

function reportLongItem(texts: readonly string[], role: string, context: z.RefinementCtx): boolean {
  const limit = LIMITS.counts.itemTexts;
  if (texts.length > limit) return reportOver(`holds ${texts.length} texts, at most ${limit}`, 'item', context);
  const length = role === 'system' ? characters.instructions : characters.userText;
  return texts.some((text) => reportOver(textFault(text, length), 'a text of the item', context));
}

const functionCallOutput = payload((fields, context) => {
  const item = firstOf(fields, 'item');
  const source = isFields(item) ? item : fields;
  return toolResult(source, readFlag(firstOf(fields, 'reply'), true), context);
});

const responseCreate = payload((fields, context) => {
  const response = firstOf(fields, 'response');
  const instructions = isFields(response) ? response.instructions : fields.instructions;
  if (typeof instructions !== 'string' || instructions.trim() === '') return { type: 'respond' };
  const isTooLong = reportOver(textFault(instructions, characters.instructions), 'instructions', context);
  return isTooLong ? null : { type: 'respond', instructions };
});

const inputText = payload((fields, context) => {
  const text = read(textUpTo(characters.userText), firstOf(fields, 'content', 'text'), 'content', context);
  return text === null ? null : { type: 'user-text', text, reply: readFlag(firstOf(fields, 'reply'), true) };
});

const utteranceIdSchema = z.string().superRefine(atMost(characters.utteranceId));
const sayModeSchema = z.enum(['queue', 'replace'], { error: 'must be queue or replace' });

const say = payload((fields, context) => {
  const text = read(textUpTo(characters.spokenText), firstOf(fields, 'text', 'content'), 'text', context);
  const utteranceId = read(utteranceIdSchema, firstOf(fields, 'utteranceId') ?? '', 'utteranceId', context);
  const mode = read(sayModeSchema, firstOf(fields, 'mode') ?? 'queue', 'mode', context);
  if (text === null || utteranceId === null || mode === null) return null;
  return {
    type: 'say',
    text,
    ...(utteranceId === '' ? {} : { utteranceId }),
    ...(readFlag(firstOf(fields, 'interruptible'), true) ? {} : { isInterruptible: false }),
    ...(mode === 'replace' ? { replaces: true } : {}),
  };
});

const interrupt = payload((fields) =>
  readFlag(firstOf(fields, 'force'), false) ? { type: 'interrupt', force: true } : { type: 'interrupt' },
);

const expressionSchema = z.enum(EXPRESSIONS, { error: `must be one of ${EXPRESSIONS.join(', ')}` });

/** A number, also as text, brought into range. */
function readNumber(value: unknown, fallback: number, low: number, high: number): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && !Number.isNaN(number) ? Math.min(high, Math.max(low, number)) : fallback;
}

const express = payload((fields, context) => {
  const expression = read(expressionSchema, firstOf(fields, 'expression'), 'expression', context);
  if (expression === null) return null;
  const intensity = readNumber(fields.intensity, 1, 0, 1);
  const durationMs = readNumber(fields.durationMs, EXPRESSION_DEFAULT_MS, 0, EXPRESSION_MAX_MS);
  return { type: 'express', expression, intensity, durationMs };
});

const inputImage = payload((fields, context) => {
  const dataUrl = read(imageDataUrlSchema, firstOf(fields, 'content', 'image', 'image_url'), 'content', context);
  return dataUrl === null ? null : { type: 'image', dataUrl, reply: readFlag(firstOf(fields, 'reply'), false) };
});

const sdpSchema = textUpTo(characters.sdp).superRefine(reportLongLine);

function description(type: 'offer' | 'answer'): PayloadSchema {
  return payload((fields, context) => {
    const given = firstOf(fields, 'sdp');
    const sdp = read(sdpSchema, isFields(given) ? given.sdp : given, 'sdp', context);
    return sdp === null ? null : { type: 'description', description: { type, sdp } };
  });
}

const indexSchema = z.number().int().min(0).max(255);

const candidate = payload((fields, context) => {
  const given = Object.hasOwn(fields, 'candidate') ? fields.candidate : undefined;
  const source = isFields(given) ? given : fields;
  const line = source.candidate;
  if (given === null || line === '' || line === null) return { type: 'candidates-end' };
  const text = read(textUpTo(characters.candidate), line, 'candidate', context);
  if (text === null) return null;
  const mid = typeof source.sdpMid === 'string' && source.sdpMid !== '' ? source.sdpMid : null;
  if (mid !== null && reportOver(textFault(mid, characters.mediaId), 'sdpMid', context)) return null;
  const index = indexSchema.safeParse(source.sdpMLineIndex).data ?? indexSchema.safeParse(Number(mid ?? 0)).data ?? 0;
  return { type: 'candidate', candidate: { candidate: text, sdpMid: mid ?? String(index), sdpMLineIndex: index } };
});

function constant(message: ClientMessage): PayloadSchema {
  return z.unknown().transform(() => message);
}

/** By the name after `realtime.` has been taken off. */
export const PAYLOADS: ReadonlyMap<string, PayloadSchema> = new Map<string, PayloadSchema>([
  ['input_config', inputConfig],
  ['input_function_call', inputFunctionCall],
  ['session.update', sessionUpdate],
  ['input_audio_buffer.append', audioAppend],
  ['input_audio_buffer.clear', constant({ type: 'audio-clear' })],
  ['input_audio_buffer.commit', constant({ type: 'audio-commit' })],
  ['conversation.item.create', itemCreate],
  ['function_call_output', functionCallOutput],
  ['response.create', responseCreate],
  ['response.cancel', constant({ type: 'interrupt' })],
  ['input_text', inputText],
  ['input_image', inputImage],
  ['webrtc.signaling.offer', description('offer')],
  ['webrtc.signaling.answer', description('answer')],
  ['webrtc.signaling.iceCandidate', candidate],
  ['visavis.say', say],
  ['visavis.expression', express],
  ['visavis.interrupt', interrupt],
]);
