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
  mint(request: TokenRequest): Promise<{ token: string; expiresAt: Date }>;
  /** Null when it is unknown, has expired, or its licence is not in force. */
  find(token: string): Promise<FoundToken | null>;
  endAllOfLicence(licenceId: string): Promise<void>;
  /** Removes those that have expired. */
  sweep(): Promise<void>;
};

export function isBrowserToken(text: string): boolean {
  return text.startsWith(TOKEN_PREFIX);
}

function hashToken(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}

export function createBrowserTokens({ orm }: Pick<Database, 'orm'>): BrowserTokens {
  return {
    async mint({ lifetimeSeconds, ...rest }) {
      const token = `${TOKEN_PREFIX}${randomBytes(TOKEN_BYTES).toString('base64url')}`;
      const expiresAt = sql`now() + ${lifetimeSeconds} * interval '1 second'`;
      const [row] = await orm
        .insert(browserTokens)
        .values({ ...rest, id: newPublicId(), tokenHash: hashToken(token), expiresAt })
        .returning({ expiresAt: browserTokens.expiresAt });
      if (row === undefined) throw new Error('the token was not stored');
      return { token, expiresAt: row.expiresAt };
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

    async endAllOfLicence(licenceId) {
      await orm.delete(browserTokens).where(eq(browserTokens.licenceId, licenceId));
    },

    async sweep() {
      await orm.delete(browserTokens).where(lt(browserTokens.expiresAt, sql`now()`));
    },
  };
}
