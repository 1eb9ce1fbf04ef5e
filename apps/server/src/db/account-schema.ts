import { PROJECT_ROLES } from '@visavis/protocol';
import { sql } from 'drizzle-orm';
import { bigint, boolean, check, index, jsonb, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { bytes, createdAt, instant, isPublicId, ordinal, publicId, updatedAt } from './columns.ts';
import { projects } from './schema.ts';

/** People who may log in. The four tables of the auth library keep its column names. */
export const users = pgTable(
  'users',
  {
    id: publicId(),
    ordinal: ordinal(),
    /** Lower case. */
    email: text('email').notNull().unique(),
    emailVerified: boolean('email_verified').notNull().default(false),
    name: text('name').notNull(),
    image: text('image'),
    /** An operator looks after the server: registration, users, points. */
    role: text('role', { enum: ['operator', 'member'] })
      .notNull()
      .default('member'),
    /** The first of all users. */
    isFounder: boolean('is_founder').notNull().default(false),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    uniqueIndex('users_one_founder').on(table.isFounder).where(sql`${table.isFounder}`),
    check('users_id_format', isPublicId(table.id)),
    check('users_role', sql`${table.role} in ('operator', 'member')`),
  ],
);

/** A token alone opens nothing: cookies carry it signed with a key that is derived from the master key. */
export const authSessions = pgTable(
  'auth_sessions',
  {
    id: publicId(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    token: text('token').notNull().unique(),
    expiresAt: instant('expires_at').notNull(),
    ipAddress: text('ip_address'),
    userAgent: text('user_agent'),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [index('auth_sessions_user').on(table.userId)],
);

/** How a user proves who they are: the provider `credential` is the password, as an argon2id hash. */
export const authAccounts = pgTable(
  'auth_accounts',
  {
    id: publicId(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    accountId: text('account_id').notNull(),
    providerId: text('provider_id').notNull(),
    password: text('password'),
    accessToken: text('access_token'),
    refreshToken: text('refresh_token'),
    idToken: text('id_token'),
    accessTokenExpiresAt: instant('access_token_expires_at'),
    refreshTokenExpiresAt: instant('refresh_token_expires_at'),
    scope: text('scope'),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [index('auth_accounts_user').on(table.userId)],
);

/** Password resets under way; the identifier is a hash of what the mail holds. */
export const authVerifications = pgTable(
  'auth_verifications',
  {
    id: publicId(),
    identifier: text('identifier').notNull(),
    value: text('value').notNull(),
    expiresAt: instant('expires_at').notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [index('auth_verifications_identifier').on(table.identifier)],
);

/** Attempts within the present window, by what is guarded and from whom; shared by all nodes. */
export const attempts = pgTable('attempts', {
  key: text('key').primaryKey(),
  count: bigint('count', { mode: 'number' }).notNull(),
  windowEndsAt: instant('window_ends_at').notNull(),
});

/**
 * From where a user has logged in: devices, which hold a random token in a cookie, and addresses. There nobody else's
 * wrong passwords lock the user out.
 */
export const loginPlaces = pgTable(
  'login_places',
  {
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** `device:` or `address:` and a SHA-256 of the token or the group of addresses. */
    place: text('place').notNull(),
    ordinal: ordinal(),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.place] }),
    index('login_places_place').on(table.place),
    index('login_places_expiry').on(table.expiresAt),
  ],
);

export const projectMembers = pgTable(
  'project_members',
  {
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    role: text('role', { enum: PROJECT_ROLES }).notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.projectId, table.userId] }),
    index('project_members_user').on(table.userId),
    check('project_members_role', sql`${table.role} in ('owner', 'editor', 'viewer')`),
  ],
);

/** Ways into a project for people who are no members yet; each is used once. */
export const projectInvitations = pgTable(
  'project_invitations',
  {
    id: publicId(),
    ordinal: ordinal(),
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    /** SHA-256 of the secret in the link. */
    secretHash: bytes('secret_hash').notNull().unique(),
    /** Lower case: only the account with this address may accept it; null: whoever has the link. */
    email: text('email'),
    role: text('role', { enum: PROJECT_ROLES }).notNull(),
    /** An owner: who ceases to be one takes what is open back with it. */
    invitedBy: text('invited_by')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    expiresAt: instant('expires_at').notNull(),
    /** Who used it; null: it is open. */
    acceptedBy: text('accepted_by'),
    createdAt: createdAt(),
  },
  (table) => [
    index('project_invitations_project').on(table.projectId, table.ordinal),
    index('project_invitations_expiry').on(table.expiresAt),
    check('project_invitations_id_format', isPublicId(table.id)),
    check('project_invitations_role', sql`${table.role} in ('owner', 'editor', 'viewer')`),
  ],
);

/** Who did what. Rows outlive users and projects. */
export const auditEntries = pgTable(
  'audit_entries',
  {
    ordinal: bigint('ordinal', { mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
    at: instant('at').notNull().defaultNow(),
    /** Null: the server itself, its command line, or someone unknown. */
    userId: text('user_id'),
    projectId: text('project_id'),
    /** Like `licence.reset`. */
    action: text('action').notNull(),
    /** What it was done to. */
    subjectId: text('subject_id'),
    /** Never a secret. */
    detail: jsonb('detail').$type<Readonly<Record<string, unknown>>>().notNull().default({}),
    ipAddress: text('ip_address'),
  },
  (table) => [
    index('audit_entries_project').on(table.projectId, table.ordinal),
    index('audit_entries_user').on(table.userId, table.ordinal),
  ],
);
