import { sql } from 'drizzle-orm';
import { check, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { bytes, createdAt, isPublicId, ordinal, publicId, updatedAt } from './columns.ts';
import { avatars } from './schema.ts';

const avatarId = () =>
  text('avatar_id')
    .notNull()
    .references(() => avatars.id, { onDelete: 'cascade' });

/** Servers of the Model Context Protocol whose tools an avatar may call. */
export const mcpServers = pgTable(
  'mcp_servers',
  {
    id: publicId(),
    ordinal: ordinal(),
    avatarId: avatarId(),
    name: text('name').notNull(),
    url: text('url').notNull(),
    /** Names of the headers that are sent with every request, to be shown. */
    headerNames: jsonb('header_names').$type<readonly string[]>().notNull().default([]),
    /** The headers as a JSON object; AES-256-GCM with this row's id as additional data. */
    headersEncrypted: bytes('headers_encrypted').notNull(),
    encryptionKeyId: text('encryption_key_id').notNull(),
    /** Tools that may be called; null: all. */
    allowedTools: jsonb('allowed_tools').$type<readonly string[]>(),
    timeoutMs: integer('timeout_ms').notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    index('mcp_servers_avatar').on(table.avatarId, table.ordinal),
    check('mcp_servers_id_format', isPublicId(table.id)),
  ],
);

/** What an avatar may look things up in: a file or a page, as text in passages. */
export const knowledgeSources = pgTable(
  'knowledge_sources',
  {
    id: publicId(),
    ordinal: ordinal(),
    avatarId: avatarId(),
    /** Of the file, or of the page. */
    name: text('name').notNull(),
    kind: text('kind', { enum: ['text', 'markdown', 'html', 'pdf'] }).notNull(),
    /** Where it was fetched; null: it was uploaded. */
    url: text('url'),
    /** Null: it has none. */
    pages: integer('pages'),
    characters: integer('characters').notNull(),
    /** Of its text in UTF-8. */
    textBytes: integer('text_bytes').notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    index('knowledge_sources_avatar').on(table.avatarId, table.ordinal),
    check('knowledge_sources_id_format', isPublicId(table.id)),
    check('knowledge_sources_kind', sql`${table.kind} in ('text', 'markdown', 'html', 'pdf')`),
  ],
);

export const knowledgePassages = pgTable(
  'knowledge_passages',
  {
    sourceId: text('source_id')
      .notNull()
      .references(() => knowledgeSources.id, { onDelete: 'cascade' }),
    /** Its place in the source, from 0. */
    no: integer('no').notNull(),
    /** Null: the source has no pages. */
    page: integer('page'),
    text: text('text').notNull(),
    /** What it means, a byte for each dimension; null: nobody has looked. */
    embedding: bytes('embedding'),
    /** Which made it. */
    embeddingModel: text('embedding_model'),
  },
  (table) => [primaryKey({ columns: [table.sourceId, table.no] })],
);
