import * as z from 'zod';
import type { ConfigPatch, Tool } from '../v2/client-message.ts';
import { type Fields, firstOf, isFields, isShallowerThan } from './fields.ts';

const MAX_TOOLS = 128;
const MAX_TOOL_DEPTH = 32;
const MAX_DURATION_MS = 10_000;

const text = z.string().trim().min(1).optional().catch(undefined);
/** Prompts keep their white space. */
const prose = z
  .string()
  .refine((value) => value.trim() !== '')
  .optional()
  .catch(undefined);
const duration = z.number().min(0).max(MAX_DURATION_MS).optional().catch(undefined);

const turnDetectionSchema = z.object({
  threshold: z.number().min(0).max(1).optional().catch(undefined),
  prefix_padding_ms: duration,
  silence_duration_ms: duration,
});

const toolFieldsSchema = z.object({
  name: z.string().trim().min(1).max(128),
  description: z.string().optional().catch(undefined),
  parameters: z.unknown().optional(),
});

/** `content` or other text that should hold JSON; other values pass through. */
export const jsonTextSchema = z.unknown().transform((value, context) => {
  if (typeof value !== 'string') return value;
  if (value.trim() === '') return undefined;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    context.addIssue({ code: 'custom', message: 'is not JSON' });
    return z.NEVER;
  }
});

/** Tool definitions from an array, one definition, or `{tools: […]}`. Entries without a usable name are left out. */
export const toolsSchema = z.unknown().transform((value): Tool[] => {
  const given = isFields(value) && Array.isArray(value.tools) ? value.tools : value;
  const entries: readonly unknown[] = Array.isArray(given) ? given : [given];
  return entries.slice(0, MAX_TOOLS).flatMap((entry) => readTool(entry) ?? []);
});

function readTool(entry: unknown): Tool | null {
  if (!isFields(entry) || !isShallowerThan(entry, MAX_TOOL_DEPTH)) return null;
  const parsed = toolFieldsSchema.safeParse(isFields(entry.function) ? entry.function : entry);
  if (!parsed.success) return null;
  const { name, description, parameters } = parsed.data;
  return { name, description: description ?? '', parameters: normaliseParameters(parameters) };
}

/** Some clients write an empty array where JSON Schema wants an object. */
function normaliseParameters(parameters: unknown): Fields {
  const schema = isFields(parameters) ? parameters : {};
  const properties = isFields(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required.filter((name) => typeof name === 'string') : [];
  return { ...schema, type: 'object', properties, required };
}

/** The union of `input_config`, flat config and `session.update`. Keys that do not fit are left out. */
export const configSchema = z.record(z.string(), z.unknown()).transform((fields): ConfigPatch => {
  const prompt = prose.parse(fields.prompt) ?? prose.parse(fields.instructions);
  const voice = text.parse(fields.voice);
  const language = text.parse(fields.language);
  const firstMessage = prose.parse(firstOf(fields, 'firstMessage', 'first_message'));
  const turnDetection = readTurnDetection(firstOf(fields, 'turn_detection', 'turnDetection'));
  const tools = fields.tools === undefined || fields.tools === null ? undefined : toolsSchema.parse(fields.tools);
  return {
    ...(prompt === undefined ? {} : { prompt }),
    ...(voice === undefined ? {} : { voice }),
    ...(language === undefined ? {} : { language }),
    ...(firstMessage === undefined ? {} : { firstMessage }),
    ...(turnDetection === undefined ? {} : { turnDetection }),
    ...(tools === undefined ? {} : { tools }),
  };
});

function readTurnDetection(value: unknown): ConfigPatch['turnDetection'] {
  const parsed = turnDetectionSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const { threshold, prefix_padding_ms: prefixPaddingMs, silence_duration_ms: silenceDurationMs } = parsed.data;
  return {
    ...(threshold === undefined ? {} : { threshold }),
    ...(prefixPaddingMs === undefined ? {} : { prefixPaddingMs }),
    ...(silenceDurationMs === undefined ? {} : { silenceDurationMs }),
  };
}
