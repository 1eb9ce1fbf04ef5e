import * as z from 'zod';
import { LIMITS } from '../../limits.ts';
import { avatarParamsSchema } from './avatars.ts';
import { instantSchema, publicIdSchema } from './common.ts';

/** What an avatar looks things up in: a file or a page. */
export const knowledgeSourceSchema = z.object({
  sourceId: publicIdSchema,
  name: z.string(),
  kind: z.enum(['text', 'markdown', 'html', 'pdf']),
  /** Where it was fetched; null: it was uploaded. */
  url: z.string().nullable(),
  /** Null: it has none. */
  pages: z.int().nullable(),
  characters: z.int(),
  /** Pieces of its text, each of which can be found. */
  passages: z.int(),
  createdAt: instantSchema,
});
export type KnowledgeSource = z.output<typeof knowledgeSourceSchema>;

/** `name`: of the file that is the body. */
export const knowledgeFileQuerySchema = z.object({ name: z.string().trim().max(LIMITS.characters.word).default('') });
export const knowledgeLinkSchema = z.object({ url: z.url({ protocol: /^https?$/ }).max(LIMITS.characters.url) });
export const knowledgeSearchSchema = z.object({ query: z.string().trim().min(1).max(LIMITS.characters.note) });
/** The passages that fit best; `page` is left out where there are no pages, `part` is its place in the source, from 1. */
export const knowledgeFoundSchema = z.array(
  z.object({ source: z.string(), page: z.int().optional(), part: z.int(), text: z.string() }),
);
export type KnowledgeFound = z.output<typeof knowledgeFoundSchema>;
export const knowledgeParamsSchema = avatarParamsSchema.extend({ sourceId: publicIdSchema });
