import { check, index, pgTable, text } from 'drizzle-orm/pg-core';
import { bytes, createdAt, isPublicId, ordinal, publicId } from './columns.ts';
import { projects } from './schema.ts';

/** Keys of projects at services that hear, think and speak. */
export const voiceKeys = pgTable(
  'voice_keys',
  {
    id: publicId(),
    ordinal: ordinal(),
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    /** Where it may be sent, like `https://api.groq.com`. */
    origin: text('origin').notNull(),
    /** AES-256-GCM with this row's id as additional data. */
    keyEncrypted: bytes('key_encrypted').notNull(),
    encryptionKeyId: text('encryption_key_id').notNull(),
    /** Its last characters; empty where it is short. */
    endsIn: text('ends_in').notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    index('voice_keys_project').on(table.projectId, table.ordinal),
    check('voice_keys_id_format', isPublicId(table.id)),
  ],
);
