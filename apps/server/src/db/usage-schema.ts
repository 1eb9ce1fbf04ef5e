import type { DeliveryFault } from '@visavis/protocol';
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  unique,
} from 'drizzle-orm/pg-core';
import { users } from './account-schema.ts';
import { amount, bytes, createdAt, instant, isPublicId, ordinal, publicId, updatedAt } from './columns.ts';
import { licenceKeys, projects } from './schema.ts';

/** One row for each place under a licence's limit of concurrent calls. A place whose lease ran out is free. */
export const callSlots = pgTable(
  'call_slots',
  {
    licenceId: text('licence_id')
      .notNull()
      .references(() => licenceKeys.id, { onDelete: 'cascade' }),
    no: integer('no').notNull(),
    /** Session that has the place. */
    holder: text('holder'),
    expiresAt: instant('expires_at').notNull().default(sql`'-infinity'`),
  },
  (table) => [primaryKey({ columns: [table.licenceId, table.no] })],
);

/** Stand-ins for a licence key, short-lived, for web pages. */
export const browserTokens = pgTable(
  'browser_tokens',
  {
    id: publicId(),
    /** SHA-256 of the token. */
    tokenHash: bytes('token_hash').notNull().unique(),
    licenceId: text('licence_id')
      .notNull()
      .references(() => licenceKeys.id, { onDelete: 'cascade' }),
    /** Only this avatar; null: all of the project. */
    avatarId: text('avatar_id'),
    /** Only pages of this origin; null: as the licence says. */
    origin: text('origin'),
    /** For the playground of this member, and gone with the membership; null: for whoever has it. */
    userId: text('user_id').references(() => users.id, { onDelete: 'cascade' }),
    /** Who calls with it, as the server that minted it names its users; null: nobody in particular. */
    callerId: text('caller_id'),
    /** For OpenAI's clients: the session it opens; null: whatever its client wants. */
    clientSession: jsonb('client_session').$type<Readonly<Record<string, unknown>>>(),
    expiresAt: instant('expires_at').notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    index('browser_tokens_licence').on(table.licenceId),
    index('browser_tokens_expiry').on(table.expiresAt),
    index('browser_tokens_user').on(table.userId).where(sql`${table.userId} is not null`),
  ],
);

/** Points of a project, in thousandths. */
export const wallets = pgTable(
  'wallets',
  {
    projectId: text('project_id')
      .primaryKey()
      .references(() => projects.id, { onDelete: 'cascade' }),
    balance: amount('balance').notNull().default(0),
    /** Nothing is charged. */
    isUnlimited: boolean('is_unlimited').notNull(),
    updatedAt: updatedAt(),
  },
  (table) => [check('wallets_never_negative', sql`${table.balance} >= 0`)],
);

/** Every change of a balance, and what was used for it. Balance = sum of the amounts. */
export const ledgerEntries = pgTable(
  'ledger_entries',
  {
    ordinal: bigint('ordinal', { mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    kind: text('kind', { enum: ['call', 'generation', 'grant', 'free'] }).notNull(),
    /** Thousandths of a point; negative takes. */
    amount: amount('amount').notNull(),
    /** Call or generated time that it stands for. */
    durationMs: amount('duration_ms').notNull().default(0),
    licenceId: text('licence_id'),
    /** The session or job, with `seq` counting within it: a repeated write changes nothing. */
    sourceId: text('source_id').notNull(),
    seq: integer('seq').notNull(),
    note: text('note'),
    at: instant('at').notNull().defaultNow(),
  },
  (table) => [
    unique('ledger_entries_once').on(table.sourceId, table.seq),
    index('ledger_entries_project').on(table.projectId, table.ordinal),
    index('ledger_entries_first').on(table.projectId, table.ordinal).where(sql`${table.seq} = 0`),
  ],
);

/** Sums per licence, avatar and day (UTC), kept in the same statement as the ledger. */
export const usageDays = pgTable(
  'usage_days',
  {
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    /** Empty: not by a licence. */
    licenceId: text('licence_id').notNull(),
    /** Empty: not with an avatar, or from before that was counted. */
    avatarId: text('avatar_id').notNull().default(''),
    day: date('day', { mode: 'string' }).notNull(),
    calls: integer('calls').notNull().default(0),
    callMs: amount('call_ms').notNull().default(0),
    generatedMs: amount('generated_ms').notNull().default(0),
    /** Thousandths of a point. */
    charged: amount('charged').notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.projectId, table.licenceId, table.avatarId, table.day] }),
    index('usage_days_day').on(table.projectId, table.day),
  ],
);

export const webhooks = pgTable(
  'webhooks',
  {
    id: publicId(),
    ordinal: ordinal(),
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    /** `message`: one post per message; `session`: one post with the whole talk at its end. */
    kind: text('kind', { enum: ['message', 'session'] }).notNull(),
    url: text('url').notNull(),
    /** Signs what is posted; AES-256-GCM with this row's id as additional data. */
    secretEncrypted: bytes('secret_encrypted').notNull(),
    encryptionKeyId: text('encryption_key_id').notNull(),
    isEnabled: boolean('is_enabled').notNull().default(true),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    index('webhooks_project').on(table.projectId, table.ordinal),
    check('webhooks_id_format', isPublicId(table.id)),
    check('webhooks_kind', sql`${table.kind} in ('message', 'session')`),
  ],
);

export type DeliveryAttempt = {
  readonly at: string;
  /** HTTP status; null when there was no answer. */
  readonly status: number | null;
  readonly error: string | null;
  /** Why there was no answer; null or left out: there was one, or it was not kept. */
  readonly fault?: DeliveryFault | null;
  readonly durationMs: number;
  /** How the answer began; null or left out: there was none, or it was not kept. */
  readonly answer?: string | null;
  /** False: the receiver's host is private, whose answers nobody is shown; left out: true. */
  readonly isAnswerKept?: boolean;
};

/** Signs what the addresses that orders of films name are told: one secret of a project, from its first such order on. */
export const callbackSecrets = secretTable('callback_secrets');

/** What signs the posts to tools of a project's avatars; one that is read by people alone, never by a key. */
export const toolSecrets = secretTable('tool_secrets');

/** One post to a webhook, or to the address that the order of a film names, and at the same time the job that makes it. */
export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    id: publicId(),
    ordinal: ordinal(),
    /** Null: of the film in `filmId`. */
    webhookId: text('webhook_id').references(() => webhooks.id, { onDelete: 'cascade' }),
    /** Of the webhook: each project has a queue of its own. */
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    /** A film whose order named `url`; it may be gone. */
    filmId: text('film_id'),
    /** Null: that of the webhook. */
    url: text('url'),
    event: text('event').notNull(),
    body: text('body').notNull(),
    state: text('state', { enum: ['waiting', 'running', 'delivered', 'failed'] })
      .notNull()
      .default('waiting'),
    /** Attempts begun; a later attempt's number makes an earlier one's result void. */
    attempt: smallint('attempt').notNull().default(0),
    /** `waiting`: next attempt. */
    dueAt: instant('due_at').notNull().defaultNow(),
    attempts: jsonb('attempts').$type<readonly DeliveryAttempt[]>().notNull().default([]),
    createdAt: createdAt(),
    deliveredAt: instant('delivered_at'),
  },
  (table) => [
    index('webhook_deliveries_webhook').on(table.webhookId, table.ordinal),
    index('webhook_deliveries_queue')
      .on(table.projectId, table.dueAt, table.ordinal)
      .where(sql`${table.state} in ('waiting', 'running')`),
    index('webhook_deliveries_project').on(table.projectId, table.ordinal),
    index('webhook_deliveries_film').on(table.filmId).where(sql`${table.filmId} is not null`),
    check('webhook_deliveries_receiver', sql`(${table.webhookId} is null) = (${table.url} is not null)`),
    check('webhook_deliveries_state', sql`${table.state} in ('waiting', 'running', 'delivered', 'failed')`),
  ],
);

function secretTable(name: string) {
  return pgTable(name, {
    projectId: text('project_id')
      .primaryKey()
      .references(() => projects.id, { onDelete: 'cascade' }),
    /** AES-256-GCM with the project's id as additional data. */
    secretEncrypted: bytes('secret_encrypted').notNull(),
    encryptionKeyId: text('encryption_key_id').notNull(),
    updatedAt: updatedAt(),
  });
}
