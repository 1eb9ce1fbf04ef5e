import { FILM_STATES } from '@visavis/protocol';
import type { FilmSettings } from '@visavis/protocol/rest';
import { sql } from 'drizzle-orm';
import { check, index, integer, jsonb, pgTable, real, smallint, text, unique } from 'drizzle-orm/pg-core';
import { amount, createdAt, instant, isPublicId, ordinal, publicId } from './columns.ts';
import { projects } from './schema.ts';

/** What a film shows. */
export type FilmPicture =
  | { readonly kind: 'video' | 'image'; readonly url: string }
  | { readonly kind: 'avatar'; readonly avatarId: string };

/** What is said in a film; `data` is in the store of files, see `soundFile`, and `none` is a face that waits. */
export type FilmSound =
  | { readonly kind: 'none' }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'data' }
  | { readonly kind: 'text'; readonly text: string; readonly voice: string; readonly language: string };

export type FilmRequest = {
  readonly picture: FilmPicture;
  readonly sound: FilmSound;
  readonly options: FilmSettings;
};

/** Where whoever ordered a film is told how it ended. */
export type FilmCallback = {
  readonly url: string;
  /** Scheme and host by which the film was ordered: links in what is told begin with it. */
  readonly origin: string;
};

/** Films that were ordered: the row is the job, and then the record of what came of it. */
export const films = pgTable(
  'films',
  {
    id: publicId(),
    ordinal: ordinal(),
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    /** Empty: not by a licence. */
    licenceId: text('licence_id').notNull(),
    /** Whose turn it is to have it made: who owned the project when it was ordered. */
    turn: text('turn').notNull().default(''),
    request: jsonb('request').$type<FilmRequest>().notNull(),
    /** Null: nobody is told. */
    callback: jsonb('callback').$type<FilmCallback>(),
    /** SHA-256 of the sound that came with the order, or was spoken for it elsewhere, while it is needed. */
    soundFile: text('sound_file'),
    soundBytes: amount('sound_bytes').notNull().default(0),
    state: text('state', { enum: FILM_STATES }).notNull().default('waiting'),
    /** Attempts begun; a later attempt's number makes an earlier one's result void. */
    attempt: smallint('attempt').notNull().default(0),
    /** Attempts that may still begin. */
    attemptsLeft: smallint('attempts_left').notNull(),
    /** `waiting`: next attempt. */
    dueAt: instant('due_at').notNull().defaultNow(),
    /** 0 to 1. */
    progress: real('progress').notNull().default(0),
    step: text('step').notNull().default(''),
    /** Of the attempt. */
    startedAt: instant('started_at'),
    /** When the first share of the attempt's work was done, after its files were fetched. */
    workedSince: instant('worked_since'),
    finishedAt: instant('finished_at'),
    /** SHA-256 of the picture that was drawn last, while the film is made. */
    previewFile: text('preview_file'),
    /** SHA-256 of the film. */
    resultFile: text('result_file'),
    resultBytes: amount('result_bytes').notNull().default(0),
    durationMs: amount('duration_ms').notNull().default(0),
    widthPx: integer('width_px').notNull().default(0),
    heightPx: integer('height_px').notNull().default(0),
    /** Thousandths of a point. */
    charged: amount('charged').notNull().default(0),
    /** Why it failed: a word, and a sentence for whoever ordered it. */
    errorCode: text('error_code'),
    error: text('error'),
    /** Given by whoever ordered it: the same order under it twice is one film. */
    idempotencyKey: text('idempotency_key'),
    /** SHA-256 of the order, kept with its key. */
    orderDigest: text('order_digest'),
    createdAt: createdAt(),
  },
  (table) => [
    index('films_project').on(table.projectId, table.ordinal),
    index('films_due').on(table.dueAt).where(sql`${table.state} in ('waiting', 'running')`),
    unique('films_idempotency').on(table.projectId, table.idempotencyKey),
    check('films_id_format', isPublicId(table.id)),
    check('films_state', sql`${table.state} in ('waiting', 'running', 'done', 'failed', 'cancelled')`),
    check('films_done', sql`${table.state} <> 'done' or ${table.resultFile} is not null`),
  ],
);
