import * as z from 'zod';
import { LIMITS } from '../../limits.ts';
import { avatarParamsSchema, shortTextSchema } from './avatars.ts';
import { instantSchema, numberWithin, publicIdSchema } from './common.ts';

const { characters, counts } = LIMITS;

const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
/** Of requests themselves: they are not for others to set. */
const KEPT_HEADERS = new Set(['host', 'content-length', 'connection', 'transfer-encoding', 'cookie', 'upgrade', 'te']);

const headersSchema = z
  .record(
    z
      .string()
      .max(characters.word)
      .regex(HEADER_NAME)
      .refine(
        (name) => !KEPT_HEADERS.has(name.toLowerCase()) && !/^(?:mcp|proxy)-/i.test(name),
        'is set by the server',
      ),
    z
      .string()
      .max(characters.toolDescription)
      .regex(/^[\x20-\x7e]*$/, 'must be printable ASCII'),
  )
  .refine((headers) => Object.keys(headers).length <= counts.mcpHeaders, `must have ${counts.mcpHeaders} at most`);

const fields = {
  /** Stands before the names of its tools where another tool has the same. */
  name: shortTextSchema,
  url: z.url({ protocol: /^https?$/ }).max(characters.url),
  /** Sent with every request, like `authorization`; they are never shown again. Given anew with another host. */
  headers: headersSchema,
  /** Names of the tools that may be called; null: all. */
  allowedTools: z.array(z.string().max(characters.word)).max(counts.tools).nullable(),
  timeoutMs: numberWithin('toolMs'),
};

export const createMcpServerSchema = z.object({
  ...fields,
  headers: headersSchema.default({}),
  allowedTools: fields.allowedTools.default(null),
  timeoutMs: fields.timeoutMs.default(15_000),
});
export const updateMcpServerSchema = z.object(fields).partial();

/** A server of the Model Context Protocol whose tools an avatar may call. */
export const mcpServerSchema = z.object({
  mcpServerId: publicIdSchema,
  name: z.string(),
  url: z.string(),
  headerNames: z.array(z.string()),
  allowedTools: z.array(z.string()).nullable(),
  timeoutMs: z.int(),
  createdAt: instantSchema,
});
export type McpServer = z.output<typeof mcpServerSchema>;

/** A tool as its server lists it. */
export const mcpToolSchema = z.object({ name: z.string(), description: z.string() });
export type McpTool = z.output<typeof mcpToolSchema>;

export const mcpServerParamsSchema = avatarParamsSchema.extend({ mcpServerId: publicIdSchema });
