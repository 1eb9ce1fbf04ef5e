import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { and, eq, gt, isNull, lt, sql } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { licenceKeys } from '../../db/schema.ts';
import { browserTokens } from '../../db/usage-schema.ts';
import { newPublicId } from '../ids.ts';
import { type LicenceKey, licenceColumns } from '../licence-keys/licence-keys.ts';

const TOKEN_PREFIX = 'vt_';
const TOKEN_BYTES = 32;
const MAX_TOKEN_CHARACTERS = 100;

type TokenRequest = {
  readonly licenceId: string;
  /** Of the key that was shown for it. */
  readonly keyDigest: string;
  readonly lifetimeSeconds: number;
  /** Only this avatar can be called with it. */
  readonly avatarId?: string;
  /** Only pages of this origin can use it. */
  readonly origin?: string;
};

type FoundToken = {
  readonly licence: LicenceKey & { readonly keyDigest: string };
  readonly avatarId: string | null;
  readonly origin: string | null;
};

/** Short-lived stand-ins for a licence key, for web pages. They end with the key: by reset, revocation, or in time. */
export type BrowserTokens = {
  /** Null when the key is not in force any more: it was reset, revoked or deleted since it was looked up. */
  mint(request: TokenRequest): Promise<{ token: string; expiresAt: Date } | null>;
  /** Null when it is unknown, has expired, or its licence is not in force. */
  find(token: string): Promise<FoundToken | null>;
  /** Removes those that have expired. */
  sweep(): Promise<void>;
};

export function isBrowserToken(text: string): boolean {
  return text.startsWith(TOKEN_PREFIX);
}

function hashToken(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}

/**
 * Asks whether the key is in force and holds its row until the token is stored. A reset, which ends tokens in the transaction
 * that replaces the key, comes before and is seen, or waits and ends this token too.
 */
const MINT = `
  insert into browser_tokens (id, token_hash, licence_id, avatar_id, origin, expires_at)
  select $1, $2, licence.id, $5, $6, now() + $7 * interval '1 second' from licence_keys as licence
  where licence.id = $3 and encode(licence.key_hash, 'hex') = $4 and licence.revoked_at is null
  for share
  returning expires_at as "expiresAt"`;

export function createBrowserTokens({ orm, pool }: Pick<Database, 'orm' | 'pool'>): BrowserTokens {
  return {
    async mint({ licenceId, keyDigest, avatarId, origin, lifetimeSeconds }) {
      const token = `${TOKEN_PREFIX}${randomBytes(TOKEN_BYTES).toString('base64url')}`;
      const { rows } = await pool.query<{ expiresAt: Date }>(MINT, [
        ...[newPublicId(), hashToken(token), licenceId, keyDigest],
        ...[avatarId ?? null, origin ?? null, lifetimeSeconds],
      ]);
      return rows[0] === undefined ? null : { token, expiresAt: rows[0].expiresAt };
    },

    async find(token) {
      if (token.length > MAX_TOKEN_CHARACTERS) return null;
      const tokenHash = hashToken(token);
      const [row] = await orm
        .select({
          licence: licenceColumns,
          avatarId: browserTokens.avatarId,
          origin: browserTokens.origin,
          tokenHash: browserTokens.tokenHash,
          keyHash: licenceKeys.keyHash,
        })
        .from(browserTokens)
        .innerJoin(licenceKeys, eq(licenceKeys.id, browserTokens.licenceId))
        .where(
          and(
            eq(browserTokens.tokenHash, tokenHash),
            gt(browserTokens.expiresAt, sql`now()`),
            isNull(licenceKeys.revokedAt),
          ),
        );
      if (row === undefined || !timingSafeEqual(row.tokenHash, tokenHash)) return null;
      const { licence, keyHash, avatarId, origin } = row;
      return { licence: { ...licence, keyDigest: keyHash.toString('hex') }, avatarId, origin };
    },

    async sweep() {
      await orm.delete(browserTokens).where(lt(browserTokens.expiresAt, sql`now()`));
    },
  };
}
