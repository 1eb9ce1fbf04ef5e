import { sql } from 'drizzle-orm';
import { check, index, jsonb, pgTable, real, smallint, text } from 'drizzle-orm/pg-core';
import { amount, bytes, createdAt, instant, isPublicId, ordinal, publicId } from './columns.ts';
import { avatars, projects } from './schema.ts';

/** Files that were sent and not yet used. */
export const uploads = pgTable(
  'uploads',
  {
    id: publicId(),
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    kind: text('kind', { enum: ['picture', 'video'] }).notNull(),
    /** Its name in the store of files, `<owner>/<sha256>.<ending>`; of older servers, in a node's folder of uploads. */
    file: text('file').notNull(),
    sizeBytes: amount('size_bytes').notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    index('uploads_project').on(table.projectId),
    check('uploads_id_format', isPublicId(table.id)),
    check('uploads_kind', sql`${table.kind} in ('picture', 'video')`),
  ],
);

/** Links to which files are sent that films are made from. Once its file is there, a link never takes another. */
export type LinkPiece = { readonly sha256: string; readonly bytes: number };

export const uploadLinks = pgTable(
  'upload_links',
  {
    /** Whoever knows it may send the file. */
    id: publicId(),
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    /** What its sender calls the file; for people. */
    name: text('name').notNull().default(''),
    /** So long will the file be, or is; counts against the quota from then on. Null: not said yet. */
    sizeBytes: amount('size_bytes'),
    /** What has come of the file, in order, as files of this link in the store. Whole, it is one of its own. */
    pieces: jsonb('pieces').$type<readonly LinkPiece[]>().notNull().default([]),
    /** Null until the file is there, as `format` and `sha256`. */
    kind: text('kind', { enum: ['picture', 'video', 'sound'] }),
    /** Ending of a file name, without its dot. */
    format: text('format'),
    /** Its name in the store of files, whose owner is this link. */
    sha256: text('sha256'),
    createdAt: createdAt(),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [
    index('upload_links_project').on(table.projectId),
    index('upload_links_expires').on(table.expiresAt),
    check('upload_links_id_format', isPublicId(table.id)),
    check('upload_links_kind', sql`${table.kind} in ('picture', 'video', 'sound')`),
    check(
      'upload_links_whole',
      sql`(${table.sha256} is null) = (${table.kind} is null) and (${table.sha256} is null or ${table.sizeBytes} is not null)`,
    ),
  ],
);

/** The making of an avatar that is not ready: the row is the job, and is gone once the avatar is ready. */
export const avatarJobs = pgTable(
  'avatar_jobs',
  {
    avatarId: text('avatar_id')
      .primaryKey()
      .references(() => avatars.id, { onDelete: 'cascade' }),
    ordinal: ordinal(),
    /** Whose turn it is to have it made: who owned the project when it was ordered. */
    turn: text('turn').notNull().default(''),
    /** As in `uploads`: the job owns the file from its start on. Null until `url` is fetched. */
    file: text('file'),
    /** Size of `file`. */
    fileBytes: amount('file_bytes').notNull().default(0),
    /** Where the picture is fetched from. */
    url: text('url'),
    state: text('state', { enum: ['waiting', 'running', 'failed'] })
      .notNull()
      .default('waiting'),
    /** Attempts begun; a later attempt's number makes an earlier one's result void. */
    attempt: smallint('attempt').notNull().default(0),
    /** Attempts that may still begin. */
    attemptsLeft: smallint('attempts_left').notNull(),
    /** `waiting`: next attempt. */
    dueAt: instant('due_at').notNull().defaultNow(),
    /** 0 to 1. */
    progress: real('progress').notNull().default(0),
    step: text('step').notNull().default(''),
    /** Why it failed: a word of a closed list, and a sentence for the owner. */
    errorCode: text('error_code'),
    error: text('error'),
    /** What is seen in the file, small, for its owner: WebP. Null until the making has looked. */
    picture: bytes('picture'),
    /** When it failed: its file is kept for another try for some time. */
    failedAt: instant('failed_at'),
    createdAt: createdAt(),
  },
  (table) => [
    index('avatar_jobs_due').on(table.dueAt).where(sql`${table.state} in ('waiting', 'running')`),
    check('avatar_jobs_state', sql`${table.state} in ('waiting', 'running', 'failed')`),
    check('avatar_jobs_source', sql`${table.file} is not null or ${table.url} is not null`),
  ],
);
