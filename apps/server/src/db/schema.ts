import type { AnswerSource, AvatarNotice, MakingFailure, Usage, VoiceSlotName } from '@visavis/protocol';
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  unique,
} from 'drizzle-orm/pg-core';
import type { StoredBundle } from '../files/stored-bundle.ts';
import { bytes, createdAt, instant, isPublicId, ordinal, publicId, rating, updatedAt } from './columns.ts';

export const projects = pgTable(
  'projects',
  {
    id: publicId(),
    ordinal: ordinal(),
    name: text('name').notNull(),
    /** Ended talks older than this are deleted; null keeps them. */
    retentionDays: integer('retention_days'),
    /** Answers that its members choose from when they answer for an avatar. */
    snippets: jsonb('snippets').$type<string[]>().notNull().default([]),
    createdAt: createdAt(),
  },
  (table) => [
    check('projects_id_format', isPublicId(table.id)),
    check('projects_positive_retention', sql`${table.retentionDays} > 0`),
  ],
);

/** What happens in a project for the first time: a call with an avatar of its own, a token for a page, a call from elsewhere. */
export const PROJECT_FIRSTS = ['talk', 'embed', 'call'] as const;
export type ProjectFirst = (typeof PROJECT_FIRSTS)[number];

/** Outlives what it was about: talks are deleted in time. */
export const projectFirsts = pgTable(
  'project_firsts',
  {
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    what: text('what', { enum: PROJECT_FIRSTS }).notNull(),
    at: instant('at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.projectId, table.what] }),
    check('project_firsts_what', sql`${table.what} in ('talk', 'embed', 'call')`),
  ],
);

export const licenceKeys = pgTable(
  'licence_keys',
  {
    id: publicId(),
    ordinal: ordinal(),
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    /** SHA-256 of the key: the way to find it. */
    keyHash: bytes('key_hash').notNull(),
    /** The first characters, for lists. */
    keyPrefix: text('key_prefix').notNull(),
    /** AES-256-GCM with this row's id as additional data; null when showing keys again is switched off. */
    keyEncrypted: bytes('key_encrypted'),
    /** Which master key encrypted it. */
    encryptionKeyId: text('encryption_key_id'),
    maxConcurrentCalls: integer('max_concurrent_calls').notNull(),
    /** Call minutes in one day (UTC); null: no limit. */
    maxMinutesPerDay: integer('max_minutes_per_day'),
    /** Pages that may call with it, like `https://shop.example`; empty: all. */
    allowedOrigins: jsonb('allowed_origins').$type<readonly string[]>().notNull().default([]),
    /** How its clients read the arguments of a tool's call. */
    toolArguments: text('tool_arguments').$type<'object' | 'string'>().notNull().default('object'),
    /** Shown to everyone on the first page; opens calls and nothing of the project. */
    isPublic: boolean('is_public').notNull().default(false),
    createdAt: createdAt(),
    lastUsedAt: instant('last_used_at'),
    revokedAt: instant('revoked_at'),
  },
  (table) => [
    unique('licence_keys_hash_unique').on(table.keyHash),
    index('licence_keys_project').on(table.projectId, table.ordinal),
    check('licence_keys_id_format', isPublicId(table.id)),
    check('licence_keys_positive_limit', sql`${table.maxConcurrentCalls} > 0`),
    check('licence_keys_positive_minutes', sql`${table.maxMinutesPerDay} > 0`),
    check('licence_keys_tool_arguments', sql`${table.toolArguments} in ('object', 'string')`),
  ],
);

export type StoredTool = Readonly<Record<string, unknown>>;

/** Parts of a voice by where they stand; keys by their ids. */
export type StoredParts = {
  readonly [Slot in VoiceSlotName]?: {
    readonly id: string;
    readonly options: Readonly<Record<string, string | number | boolean>>;
    readonly keyId?: string;
  };
};

export const avatars = pgTable(
  'avatars',
  {
    id: publicId(),
    ordinal: ordinal(),
    /** Null: a system avatar, offered to every project. */
    projectId: text('project_id').references(() => projects.id, { onDelete: 'cascade' }),
    /** Not unique. */
    name: text('name').notNull(),
    provider: text('provider').notNull(),
    model: text('model').notNull(),
    voice: text('voice').notNull(),
    /** BCP 47 tag. */
    language: text('language').notNull(),
    prompt: text('prompt').notNull().default(''),
    firstMessage: text('first_message').notNull().default(''),
    tools: jsonb('tools').$type<readonly StoredTool[]>().notNull().default([]),
    /** Facts that the avatar may use, as plain text. */
    knowledge: text('knowledge').notNull().default(''),
    /** A call ends after this many seconds; null: no limit. */
    maxCallSeconds: integer('max_call_seconds'),
    /** Keep sound and picture of calls. */
    recordCalls: boolean('record_calls').notNull().default(false),
    /** What the same person said in earlier talks is known in the next. */
    remembers: boolean('remembers').notNull().default(false),
    /** `making` and `failed` avatars take no calls. */
    state: text('state', { enum: ['ready', 'making', 'failed'] })
      .notNull()
      .default('ready'),
    /** Why it failed, for its owner. */
    stateDetail: text('state_detail'),
    /** The same by its name; null for failures of before it was kept. */
    failure: jsonb('failure').$type<MakingFailure>(),
    /** Where the bundle is from: the release, or a making. */
    bundleSource: text('bundle_source', { enum: ['shipped', 'made'] }).notNull(),
    /** Folder name of a shipped bundle; of one that was made, what it is called in its manifest. */
    bundleName: text('bundle_name').notNull(),
    /** Where one that was made lies in the store of files; null until it is there, and for shipped ones. */
    storedBundle: jsonb('stored_bundle').$type<StoredBundle>(),
    /** Size of the bundle; 0 for shipped ones. Copies of an avatar share its bundle. */
    bundleBytes: bigint('bundle_bytes', { mode: 'number' }).notNull().default(0),
    /** File name of the still picture inside the bundle. */
    thumbnail: text('thumbnail'),
    /** File name of the film of the idle avatar inside the bundle. */
    preview: text('preview'),
    /** What it hears, thinks and speaks with, where its owner has chosen. */
    parts: jsonb('voice_parts').$type<StoredParts>().notNull().default({}),
    /** What its owner is told about how it was made. */
    notice: text('notice').$type<AvatarNotice>(),
    /** Where it stands among the avatars of the first page, from small to large; null: it is not shown there. */
    talkPagePlace: integer('talk_page_place'),
    /** When it was put into the bin, where it does nothing; null: it is not there. */
    binnedAt: instant('binned_at'),
    /** System avatars: digest of the shipped description this row was last written from. */
    shippedDigest: text('shipped_digest'),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    index('avatars_project').on(table.projectId, table.ordinal),
    index('avatars_name').on(sql`lower(${table.name})`),
    index('avatars_binned').on(table.binnedAt).where(sql`${table.binnedAt} is not null`),
    check('avatars_id_format', isPublicId(table.id)),
    check('avatars_bundle_source', sql`${table.bundleSource} in ('shipped', 'made')`),
    check('avatars_state', sql`${table.state} in ('ready', 'making', 'failed')`),
  ],
);

/** Further names of system avatars. */
export const avatarAliases = pgTable('avatar_aliases', {
  alias: text('alias').primaryKey(),
  avatarId: text('avatar_id')
    .notNull()
    .references(() => avatars.id, { onDelete: 'cascade' }),
});

/** As the chat record interface numbers them. */
export const CONVERSATION_STATUS = { active: 0, completed: 1, failed: 2 } as const;

export const conversations = pgTable(
  'conversations',
  {
    /** The session id that the client was told. */
    id: text('id').primaryKey(),
    ordinal: ordinal(),
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    /** No foreign keys: the record of a talk outlives its key and its avatar. */
    licenceId: text('licence_id').notNull(),
    avatarId: text('avatar_id').notNull(),
    /** `CONVERSATION_STATUS` */
    status: smallint('status').notNull().default(CONVERSATION_STATUS.active),
    /** Why it ended. */
    reason: text('reason'),
    startedAt: instant('started_at').notNull(),
    endedAt: instant('ended_at'),
    /** Size of what was said, counted at the end. */
    textBytes: bigint('text_bytes', { mode: 'number' }).notNull().default(0),
    /** Size of the film. */
    recordingBytes: bigint('recording_bytes', { mode: 'number' }).notNull().default(0),
    /** Its film in the store of files: SHA-256 and ending, like `<hash>.webm`; null: none, or still on the disk of its node. */
    recordingFile: text('recording_file'),
    /** How long the call had lasted when its film begins; null: not known, of films from before it was kept. */
    recordingOffsetMs: integer('recording_offset_ms'),
    /** Page that the call came from, like `https://shop.example`; null: none, or not known. */
    origin: text('origin'),
    /** Who called, as the project's server names its users; null: it did not say. */
    callerId: text('caller_id'),
    /** By whoever talked; null: not rated. */
    rating: rating('rating'),
    ratingText: text('rating_text').notNull().default(''),
    /** What services have counted, by part of the voice; written at the end. */
    usage: jsonb('usage').$type<Usage>().notNull().default({}),
  },
  (table) => [
    index('conversations_project').on(table.projectId, table.startedAt, table.ordinal),
    index('conversations_caller')
      .on(table.projectId, table.callerId, table.avatarId, table.ordinal)
      .where(sql`${table.callerId} is not null`),
    index('conversations_newest').on(table.projectId, table.ordinal),
    index('conversations_recorded').on(table.projectId).where(sql`${table.recordingBytes} > 0`),
    index('conversations_active').on(table.ordinal).where(sql`${table.status} = 0`),
    check('conversations_status', sql`${table.status} in (0, 1, 2)`),
    check('conversations_rating', sql`${table.rating} in (-1, 1)`),
    index('conversations_rated').on(table.projectId, table.ordinal).where(sql`${table.rating} is not null`),
  ],
);

export const messages = pgTable(
  'messages',
  {
    /** The order of the talk. */
    ordinal: bigint('ordinal', { mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
    conversationId: text('conversation_id')
      .notNull()
      .references(() => conversations.id, { onDelete: 'cascade' }),
    role: text('role', { enum: ['user', 'assistant', 'tool'] }).notNull(),
    text: text('text').notNull(),
    at: instant('at').notNull(),
    /** The person cut this reply short; `text` is what was heard. */
    interrupted: boolean('interrupted').notNull().default(false),
    /** A person said it in place of the avatar; null: nobody did. */
    by: text('by', { enum: ['operator'] }),
    /** When it began to be heard; null: not known, then `at` stands for it. */
    startedAt: instant('started_at'),
    /** Of an answer: from the end of the person's turn to its first sound; null where there is none. */
    latencyMs: integer('latency_ms'),
    /** Of an answer: where in the avatar's documents what it was made with stands; null: nowhere. */
    sources: jsonb('sources').$type<readonly AnswerSource[]>(),
  },
  (table) => [
    index('messages_conversation').on(table.conversationId, table.ordinal),
    check('messages_role', sql`${table.role} in ('user', 'assistant', 'tool')`),
    check('messages_by', sql`${table.by} in ('operator')`),
  ],
);

/** `open`: its result is waited for; `timed-out`: the talk went on without it; `unanswered`: the talk ended first. */
const TOOL_CALL_STATES = ['open', 'answered', 'timed-out', 'unanswered'] as const;
export type ToolCallState = (typeof TOOL_CALL_STATES)[number];

export const toolCalls = pgTable(
  'tool_calls',
  {
    /** Its place in the talk, and its result's: drawn from the numbering of `messages`, between which they stand. */
    ordinal: bigint('ordinal', { mode: 'number' }).primaryKey(),
    resultOrdinal: bigint('result_ordinal', { mode: 'number' }),
    conversationId: text('conversation_id')
      .notNull()
      .references(() => conversations.id, { onDelete: 'cascade' }),
    /** As the voice named it: whoever answers says it again. */
    callId: text('call_id').notNull(),
    name: text('name').notNull(),
    /** One JSON object, as the model wrote it. */
    argumentsJson: text('arguments').notNull(),
    /** The server answers it; null: the client does. */
    by: text('by', { enum: ['server'] }),
    state: text('state', { enum: TOOL_CALL_STATES }).notNull().default('open'),
    /** Null: no result came. */
    output: text('output'),
    requestedAt: instant('requested_at').notNull(),
    answeredAt: instant('answered_at'),
  },
  (table) => [
    index('tool_calls_conversation').on(table.conversationId, table.ordinal),
    check('tool_calls_state', sql`${table.state} in ('open', 'answered', 'timed-out', 'unanswered')`),
    check('tool_calls_by', sql`${table.by} in ('server')`),
    check(
      'tool_calls_result',
      sql`num_nonnulls(${table.output}, ${table.answeredAt}, ${table.resultOrdinal}) = case when ${table.state} = 'answered' then 3 else 0 end`,
    ),
  ],
);

/** Which installation this database is, in one row: what lies in a bucket that is another's is none of its business. */
export const installation = pgTable(
  'installation',
  {
    isThisOne: boolean('is_this_one').primaryKey().default(true),
    id: text('id').notNull(),
  },
  (table) => [
    check('installation_one', sql`${table.isThisOne}`),
    check('installation_id_format', isPublicId(table.id)),
  ],
);
