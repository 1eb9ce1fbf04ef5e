import * as z from 'zod';
import { LIMITS } from '../limits.ts';
import { EAGERNESS, EAGERNESS_SILENCE_MS } from '../names.ts';
import { toolsFault } from '../tools.ts';
import { textFault } from '../trees.ts';
import type { ConfigPatch, Tool } from '../v2/client-message.ts';
import { type Fields, firstOf, isFields } from './fields.ts';
import { parseBoundedJson, reportOver } from './over-limit.ts';

const MAX_DURATION_MS = 10_000;

const text = z.string().trim().min(1).optional().catch(undefined);
/** Prompts keep their white space. */
const prose = z
  .string()
  .refine((value) => value.trim() !== '')
  .optional()
  .catch(undefined);
const duration = z.number().min(0).max(MAX_DURATION_MS).optional().catch(undefined);

/** By OpenAI's names, which NavTalk's clients send on. */
const ENDS_BY = { server_vad: 'silence', semantic_vad: 'sense' } as const;

const turnDetectionSchema = z.object({
  type: z.enum(['server_vad', 'semantic_vad']).optional().catch(undefined),
  threshold: z.number().min(0).max(1).optional().catch(undefined),
  eagerness: z.enum(EAGERNESS).optional().catch(undefined),
  prefix_padding_ms: duration,
  silence_duration_ms: duration,
});

const toolFieldsSchema = z.object({
  name: z.string().trim().min(1),
  description: z.string().optional().catch(undefined),
  parameters: z.unknown().optional(),
});

/** `content` or other text that should hold JSON; other values pass through. */
export const jsonTextSchema = z.unknown().transform((value, context) => {
  if (typeof value !== 'string') return value;
  return value.trim() === '' ? undefined : parseBoundedJson(value, context);
});

/** Tool definitions from an array, one definition, or `{tools: […]}`. Entries without a usable name are left out. */
export const toolsSchema = z.unknown().transform((value, context): Tool[] => {
  const given = isFields(value) && Array.isArray(value.tools) ? value.tools : value;
  const entries: readonly unknown[] = Array.isArray(given) ? given : [given];
  const tools = entries.flatMap((entry) => readTool(entry) ?? []);
  return reportOver(toolsFault(tools), 'tools', context) ? z.NEVER : tools;
});

function readTool(entry: unknown): Tool | null {
  if (!isFields(entry)) return null;
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

/** What a client may write into each key; the first key of each pair is the usual one. */
const TEXT_KEYS = [
  ['prompt', LIMITS.characters.prompt],
  ['instructions', LIMITS.characters.prompt],
  ['voice', LIMITS.characters.word],
  ['language', LIMITS.characters.language],
  ['firstMessage', LIMITS.characters.firstMessage],
  ['first_message', LIMITS.characters.firstMessage],
] as const;

/**
 * The union of `input_config`, flat config and `session.update`. Keys whose values are of another kind are left out; a text
 * or a tool that passes a limit is reported, since a talk without its prompt would be a riddle.
 */
export const configSchema = z.record(z.string(), z.unknown()).transform((fields, context): ConfigPatch => {
  for (const [key, limit] of TEXT_KEYS) {
    const value = fields[key];
    if (typeof value === 'string' && reportOver(textFault(value, limit), key, context)) return z.NEVER;
  }
  const prompt = prose.parse(fields.prompt) ?? prose.parse(fields.instructions);
  const voice = text.parse(fields.voice);
  const language = text.parse(fields.language);
  const firstMessage = prose.parse(firstOf(fields, 'firstMessage', 'first_message'));
  const turnDetection = readTurnDetection(firstOf(fields, 'turn_detection', 'turnDetection'));
  const tools = readTools(fields.tools, context);
  return {
    ...(prompt === undefined ? {} : { prompt }),
    ...(voice === undefined ? {} : { voice }),
    ...(language === undefined ? {} : { language }),
    ...(firstMessage === undefined ? {} : { firstMessage }),
    ...(turnDetection === undefined ? {} : { turnDetection }),
    ...(tools === undefined ? {} : { tools }),
  };
});

function readTools(value: unknown, context: z.RefinementCtx): readonly Tool[] | undefined {
  if (value === undefined || value === null) return undefined;
  const parsed = toolsSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  context.addIssue({ ...parsed.error.issues[0], code: 'custom' });
  return undefined;
}

function readTurnDetection(value: unknown): ConfigPatch['turnDetection'] {
  const parsed = turnDetectionSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const { type, threshold, eagerness, prefix_padding_ms: prefixPaddingMs } = parsed.data;
  // Silence alone is neither eager nor patient.
  const wished = type === 'semantic_vad' ? eagerness : undefined;
  const silenceDurationMs = wished === undefined ? parsed.data.silence_duration_ms : EAGERNESS_SILENCE_MS[wished];
  return {
    ...(threshold === undefined ? {} : { threshold }),
    ...(prefixPaddingMs === undefined ? {} : { prefixPaddingMs }),
    ...(silenceDurationMs === undefined ? {} : { silenceDurationMs }),
    ...(type === undefined ? {} : { endsBy: ENDS_BY[type] }),
    ...(wished === undefined ? {} : { eagerness: wished }),
  };
}
