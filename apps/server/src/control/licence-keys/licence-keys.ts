import { timingSafeEqual } from 'node:crypto';
import { and, asc, eq, isNull, sql } from 'drizzle-orm';
import type { PgUpdateSetSource } from 'drizzle-orm/pg-core';
import type { Database, Orm } from '../../db/database.ts';
import { licenceKeys } from '../../db/schema.ts';
import { browserTokens } from '../../db/usage-schema.ts';
import { newPublicId } from '../ids.ts';
import { alone, type Quotas, quotaReached } from '../quotas/quotas.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import { hashLicenceKey, LINK_KEY_PREFIX, licenceKeyPrefix, newLicenceKey } from './licence-key.ts';

const DEFAULT_MAX_CONCURRENT_CALLS = 10;

export type LicenceKey = {
  readonly licenceId: string;
  readonly projectId: string;
  readonly name: string;
  readonly keyPrefix: string;
  readonly maxConcurrentCalls: number;
  /** Call minutes in one day (UTC); null: no limit. */
  readonly maxMinutesPerDay: number | null;
  /** Pages that may call with it; empty: all. */
  readonly allowedOrigins: readonly string[];
  /** How its clients read the arguments of a tool's call. */
  readonly toolArguments: 'object' | 'string';
  /** Shown to everyone on the first page; opens calls and nothing of the project. */
  readonly isPublic: boolean;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
};

export type LicenceLimits = Pick<LicenceKey, 'maxConcurrentCalls' | 'maxMinutesPerDay' | 'allowedOrigins'>;

export type LicenceSettings = LicenceLimits & Pick<LicenceKey, 'toolArguments'>;

type NewLicenceKey = Partial<LicenceSettings> & {
  readonly projectId: string;
  readonly name: string;
  /** A given key in place of a random one. */
  readonly key?: string;
  /** False when left out. */
  readonly isPublic?: boolean;
};

export type LicenceKeys = {
  create(request: NewLicenceKey): Promise<LicenceKey & { readonly key: string }>;
  list(projectId: string): Promise<LicenceKey[]>;
  /** Null when the project has no such licence in force. */
  update(
    projectId: string,
    licenceId: string,
    changes: Partial<LicenceSettings> & { readonly name?: string },
  ): Promise<LicenceKey | null>;
  /** The key in clear; null when the project has no such licence or its key cannot be shown again. */
  reveal(projectId: string, licenceId: string): Promise<string | null>;
  /** Replaces the key; the old one and its tokens are refused from then on. Null when there is no such licence in force. */
  reset(projectId: string, licenceId: string): Promise<string | null>;
  /** True when it was in force until now. */
  revoke(projectId: string, licenceId: string): Promise<boolean>;
  /** Revokes keys of talk links whose tokens have all expired, of one project or of all, and gives them. Calls go on. */
  revokeEndedLinks(projectId?: string): Promise<Pick<LicenceKey, 'licenceId' | 'projectId'>[]>;
  /** Digest of a key in force, with which tokens are minted; null when the project has no such licence in force. */
  digestOf(projectId: string, licenceId: string): Promise<string | null>;
  /** The licence of a key in force, else null. */
  find(key: string): Promise<(LicenceKey & { readonly keyDigest: string }) | null>;
};

/** Revoked keys that a project's list still shows; older ones are forgotten. */
const MAX_REVOKED = 100;
/** `last_used_at` is written at most this often per licence. */
const LAST_USED_RESOLUTION_MS = 60_000;
/** A link's key gets its token within this time, or never. */
const LINK_MAKING_SECONDS = 60;
/** Longer ones are refused unread. */
const MAX_KEY_CHARACTERS = 256;

/** What is shown of a licence: never the key. */
export const licenceColumns = {
  licenceId: licenceKeys.id,
  projectId: licenceKeys.projectId,
  name: licenceKeys.name,
  keyPrefix: licenceKeys.keyPrefix,
  maxConcurrentCalls: licenceKeys.maxConcurrentCalls,
  maxMinutesPerDay: licenceKeys.maxMinutesPerDay,
  allowedOrigins: licenceKeys.allowedOrigins,
  toolArguments: licenceKeys.toolArguments,
  isPublic: licenceKeys.isPublic,
  createdAt: licenceKeys.createdAt,
  lastUsedAt: licenceKeys.lastUsedAt,
  revokedAt: licenceKeys.revokedAt,
};

/** `box` encrypts the copy that can be shown again; null keeps no such copy. Without `quotas` any number can be made. */
export function createLicenceKeys(
  { orm }: Pick<Database, 'orm'>,
  box: SecretBox | null,
  quotas: Pick<Quotas, 'keysPerProject'> | null = null,
): LicenceKeys {
  const isOwn = (projectId: string, licenceId: string) =>
    and(eq(licenceKeys.id, licenceId), eq(licenceKeys.projectId, projectId));

  const keyColumns = (key: string, licenceId: string) => {
    const sealed = box?.seal(key, licenceId);
    return {
      keyHash: hashLicenceKey(key),
      keyPrefix: licenceKeyPrefix(key),
      keyEncrypted: sealed?.bytes ?? null,
      encryptionKeyId: sealed?.keyId ?? null,
    };
  };

  return {
    async create({ key = newLicenceKey(), maxConcurrentCalls = DEFAULT_MAX_CONCURRENT_CALLS, ...given }) {
      const id = newPublicId();
      const values = { ...given, id, maxConcurrentCalls, ...keyColumns(key, id) };
      if (quotas === null) return { ...(await insertKey(orm, values)), key };
      const { projectId } = given;
      return alone({ orm }, { what: 'project', id: projectId }, async (transaction) => {
        const inForce = and(eq(licenceKeys.projectId, projectId), isNull(licenceKeys.revokedAt));
        if ((await transaction.$count(licenceKeys, inForce)) >= quotas.keysPerProject) {
          throw quotaReached('keys-full', quotas.keysPerProject);
        }
        const row = await insertKey(transaction, values);
        await forgetOldest(transaction, projectId);
        return { ...row, key };
      });
    },

    list(projectId) {
      return orm
        .select(licenceColumns)
        .from(licenceKeys)
        .where(eq(licenceKeys.projectId, projectId))
        .orderBy(asc(licenceKeys.ordinal));
    },

    async update(projectId, licenceId, changes) {
      const inForce = and(isOwn(projectId, licenceId), isNull(licenceKeys.revokedAt));
      const [row] =
        Object.keys(changes).length > 0
          ? await orm.update(licenceKeys).set(changes).where(inForce).returning(licenceColumns)
          : await orm.select(licenceColumns).from(licenceKeys).where(inForce);
      return row ?? null;
    },

    async reveal(projectId, licenceId) {
      const [row] = await orm
        .select({ bytes: licenceKeys.keyEncrypted, keyId: licenceKeys.encryptionKeyId })
        .from(licenceKeys)
        .where(isOwn(projectId, licenceId));
      if (!box || !row?.bytes || !row.keyId) return null;
      return box.open({ bytes: row.bytes, keyId: row.keyId }, licenceId);
    },

    async reset(projectId, licenceId) {
      const key = newLicenceKey();
      return (await replace(projectId, licenceId, keyColumns(key, licenceId))) ? key : null;
    },

    revoke(projectId, licenceId) {
      return replace(projectId, licenceId, { revokedAt: sql`now()` });
    },

    revokeEndedLinks: (projectId) => revokeEndedLinks(orm, projectId),

    async digestOf(projectId, licenceId) {
      const [row] = await orm
        .select({ keyHash: licenceKeys.keyHash })
        .from(licenceKeys)
        .where(and(isOwn(projectId, licenceId), isNull(licenceKeys.revokedAt)));
      return row?.keyHash.toString('hex') ?? null;
    },

    async find(key) {
      if (key === '' || key.length > MAX_KEY_CHARACTERS) return null;
      const keyHash = hashLicenceKey(key);
      const [row] = await orm
        .select({ ...licenceColumns, keyHash: licenceKeys.keyHash })
        .from(licenceKeys)
        .where(and(eq(licenceKeys.keyHash, keyHash), isNull(licenceKeys.revokedAt)));
      if (!row || !timingSafeEqual(row.keyHash, keyHash)) return null;
      const { keyHash: _keyHash, ...licence } = row;
      await noteUse(licence);
      return { ...licence, keyDigest: keyHash.toString('hex') };
    },
  };

  /** False when there is no such licence in force. Tokens of the key end with it, also those that are minted right now. */
  function replace(projectId: string, licenceId: string, changes: PgUpdateSetSource<typeof licenceKeys>) {
    return orm.transaction(async (transaction) => {
      const changed = await transaction
        .update(licenceKeys)
        .set(changes)
        .where(and(isOwn(projectId, licenceId), isNull(licenceKeys.revokedAt)))
        .returning({ id: licenceKeys.id });
      if (changed.length === 0) return false;
      await transaction.delete(browserTokens).where(eq(browserTokens.licenceId, licenceId));
      return true;
    });
  }

  async function noteUse({ licenceId, lastUsedAt }: LicenceKey): Promise<void> {
    if (lastUsedAt && Date.now() - lastUsedAt.getTime() < LAST_USED_RESOLUTION_MS) return;
    await orm.update(licenceKeys).set({ lastUsedAt: sql`now()` }).where(eq(licenceKeys.id, licenceId));
  }
}

function revokeEndedLinks(orm: Pick<Orm, 'update'>, projectId: string | undefined) {
  return orm
    .update(licenceKeys)
    .set({ revokedAt: sql`now()` })
    .where(
      and(
        projectId === undefined ? undefined : eq(licenceKeys.projectId, projectId),
        isNull(licenceKeys.revokedAt),
        sql`starts_with(${licenceKeys.keyPrefix}, ${LINK_KEY_PREFIX})`,
        sql`${licenceKeys.createdAt} < now() - ${LINK_MAKING_SECONDS} * interval '1 second'`,
        sql`not exists (select from ${browserTokens}
          where ${browserTokens.licenceId} = ${licenceKeys.id} and ${browserTokens.expiresAt} > now())`,
      ),
    )
    .returning({ licenceId: licenceKeys.id, projectId: licenceKeys.projectId });
}

async function insertKey(orm: Pick<Orm, 'insert'>, values: typeof licenceKeys.$inferInsert): Promise<LicenceKey> {
  const [row] = await orm.insert(licenceKeys).values(values).returning(licenceColumns);
  if (!row) throw new Error('the licence key was not stored');
  return row;
}

async function forgetOldest(orm: Orm, projectId: string): Promise<void> {
  await orm.execute(sql`
    delete from ${licenceKeys} where id in (
      select id from ${licenceKeys} where project_id = ${projectId} and revoked_at is not null
      order by revoked_at desc, ordinal desc offset ${MAX_REVOKED})`);
}
