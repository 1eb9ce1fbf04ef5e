import { check, index, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
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
