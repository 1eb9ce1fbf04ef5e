import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { BROWSER_TOKEN_PREFIX } from '@visavis/protocol';
import { and, eq, gt, isNull, lt, type SQL, sql } from 'drizzle-orm';
import { projectMembers } from '../../db/account-schema.ts';
import type { Database } from '../../db/database.ts';
import { licenceKeys } from '../../db/schema.ts';
import { browserTokens } from '../../db/usage-schema.ts';
import { type ControlError, refusal } from '../control-error.ts';
import { newPublicId } from '../ids.ts';
import { type LicenceKey, licenceColumns } from '../licence-keys/licence-keys.ts';
import { DEFAULT_QUOTAS, type Quotas } from '../quotas/quotas.ts';

const TOKEN_BYTES = 32;
const MAX_TOKEN_CHARACTERS = 100;
/** Of one member with one key. */
const MEMBER_TOKENS = 20;

type TokenRequest = {
  readonly licenceId: string;
  /** Of the key that was shown for it. */
  readonly keyDigest: string;
  readonly lifetimeSeconds: number;
  /** Only this avatar can be called with it. */
  readonly avatarId?: string;
  /** Only pages of this origin can use it. */
  readonly origin?: string;
  /** For the playground of this member: it ends with the membership, and the newest few are kept. */
  readonly userId?: string;
  /** Who calls with it, as the server that mints it names its users. */
  readonly callerId?: string;
  /** For OpenAI's clients: the session it opens. */
  readonly clientSession?: Readonly<Record<string, unknown>>;
};

type FoundToken = {
  readonly licence: LicenceKey & { readonly keyDigest: string };
  readonly avatarId: string | null;
  readonly origin: string | null;
  /** The member whose playground it is for. */
  readonly userId: string | null;
  /** Who calls, as the server that minted it said. */
  readonly callerId: string | null;
  readonly clientSession: Readonly<Record<string, unknown>> | null;
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
  return text.startsWith(BROWSER_TOKEN_PREFIX);
}

function hashToken(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}

const isInForce = (licenceId: string, keyDigest: string) => sql`
  id = ${licenceId} and encode(key_hash, 'hex') = ${keyDigest} and revoked_at is null`;

/** Asked with each use: one that was minted while the member was removed opens nothing either. */
const isInForceForMember = sql`(${browserTokens.userId} is null or exists (
  select from ${projectMembers} where ${projectMembers.userId} = ${browserTokens.userId}
    and ${projectMembers.projectId} = ${licenceKeys.projectId}))`;

/**
 * Asks whether the key is in force and holds its row until the token is stored. A reset, which ends tokens in the transaction
 * that replaces the key, comes before and is seen, or waits and ends this token too. Those of members have a bound of their own:
 * the playground and the pages of a key leave each other their tokens.
 */
const mintStatement = (
  { licenceId, keyDigest, avatarId, origin, userId, callerId, clientSession, lifetimeSeconds }: TokenRequest,
  limit: number,
  hash: Buffer,
) => sql`
  with holder as (
    select id from ${licenceKeys} where ${isInForce(licenceId, keyDigest)} for no key update
  ), minted as (
    insert into ${browserTokens} (id, token_hash, licence_id, avatar_id, origin, user_id, caller_id, client_session, expires_at)
    select ${newPublicId()}, ${hash}, id, ${avatarId ?? null}, ${origin ?? null}, ${userId ?? null}, ${callerId ?? null},
      ${clientSession === undefined ? null : JSON.stringify(clientSession)}::jsonb, now() + ${lifetimeSeconds} * interval '1 second'
    from holder
    where ${userId !== undefined} or (
      select count(*) from ${browserTokens} where licence_id = ${licenceId} and user_id is null and expires_at > now()) < ${limit}
    returning expires_at
  )
  select holder.id, minted.expires_at as "expiresAt" from holder left join minted on true`;

function tooMany(tokensPerKey: number): ControlError {
  const values = { limit: tokensPerKey };
  return refusal('too-many-attempts', 'too-many-tokens', { values, retryAfterSeconds: 60 });
}

export function createBrowserTokens(
  { orm, kind = 'postgres' }: Pick<Database, 'orm'> & Partial<Pick<Database, 'kind'>>,
  { browserTokensPerKey }: Pick<Quotas, 'browserTokensPerKey'> = DEFAULT_QUOTAS,
): BrowserTokens {
  /** A statement sees what was there when it began: where others write at the same time, it begins when the row is held. */
  const runMint = (request: TokenRequest, statement: SQL) =>
    kind === 'embedded'
      ? orm.execute(statement)
      : orm.transaction(async (transaction) => {
          const { licenceId, keyDigest } = request;
          await transaction.execute(
            sql`select id from ${licenceKeys} where ${isInForce(licenceId, keyDigest)} for no key update`,
          );
          return transaction.execute(statement);
        });

  /** So that one who tries much does not use up what the key may have. */
  const forgetFormer = (licenceId: string, userId: string) =>
    orm.execute(sql`
      delete from ${browserTokens} where id in (
        select id from ${browserTokens} where licence_id = ${licenceId} and user_id = ${userId}
        order by created_at desc offset ${MEMBER_TOKENS - 1})`);

  return {
    async mint(request) {
      if (request.userId !== undefined) await forgetFormer(request.licenceId, request.userId);
      const token = `${BROWSER_TOKEN_PREFIX}${randomBytes(TOKEN_BYTES).toString('base64url')}`;
      const { rows } = await runMint(request, mintStatement(request, browserTokensPerKey, hashToken(token)));
      const [row] = rows as { expiresAt: Date | string | null }[];
      if (row === undefined) return null;
      if (row.expiresAt === null) throw tooMany(browserTokensPerKey);
      return { token, expiresAt: new Date(row.expiresAt) };
    },

    async find(token) {
      if (token.length > MAX_TOKEN_CHARACTERS) return null;
      const tokenHash = hashToken(token);
      const [row] = await orm
        .select({
          licence: licenceColumns,
          avatarId: browserTokens.avatarId,
          origin: browserTokens.origin,
          userId: browserTokens.userId,
          callerId: browserTokens.callerId,
          clientSession: browserTokens.clientSession,
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
            isInForceForMember,
          ),
        );
      if (row === undefined || !timingSafeEqual(row.tokenHash, tokenHash)) return null;
      const { licence, keyHash, tokenHash: _hash, ...bounds } = row;
      return { licence: { ...licence, keyDigest: keyHash.toString('hex') }, ...bounds };
    },

    async sweep() {
      await orm.delete(browserTokens).where(lt(browserTokens.expiresAt, sql`now()`));
    },
  };
}
