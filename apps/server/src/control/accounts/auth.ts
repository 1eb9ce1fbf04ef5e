import { hkdfSync } from 'node:crypto';
import { betterAuth } from 'better-auth';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { authAccounts, authSessions, authVerifications, users } from '../../db/account-schema.ts';
import type { Database } from '../../db/database.ts';
import { newPublicId } from '../ids.ts';
import type { ControlLogger } from '../logger.ts';
import type { MasterKeys } from '../secrets/master-key.ts';
import { hashPassword, verifyPassword } from './password-hash.ts';

/** In code units, of which a keyboard may send four for a character; how long a password looks is judged before. */
const PASSWORD_CHARACTERS = { min: 10, max: 800 } as const;
/** Header in which the client's address is handed to the library; its value never comes from the client. */
export const ADDRESS_HEADER = 'x-visavis-client-address';

const SESSION_SECONDS = 30 * 24 * 3600;
const SESSION_RENEWAL_SECONDS = 24 * 3600;

export type AuthOptions = {
  readonly db: Pick<Database, 'orm'>;
  readonly masterKeys: MasterKeys;
  readonly logger: ControlLogger;
};

/**
 * The auth library on our tables: it makes and checks accounts, sessions and their cookies; `passwords.ts` replaces
 * passwords. The library's own routes are not served; origin checks, limits and the audit log lie in front of the calls.
 */
export function createAuth({ db, masterKeys, logger }: AuthOptions) {
  return betterAuth({
    appName: 'Visavis',
    // Only for links that the library makes, of which none is used.
    baseURL: 'http://localhost',
    secret: Buffer.from(hkdfSync('sha256', masterKeys[0].bytes, '', 'visavis session cookies', 32)).toString('hex'),
    database: drizzleAdapter(db.orm, {
      provider: 'pg',
      schema: { user: users, session: authSessions, account: authAccounts, verification: authVerifications },
      // Hashing a password inside a transaction would stop every other user of the embedded database.
      transaction: false,
    }),
    user: { additionalFields: { role: { type: 'string', input: false, required: false } } },
    emailAndPassword: {
      enabled: true,
      minPasswordLength: PASSWORD_CHARACTERS.min,
      maxPasswordLength: PASSWORD_CHARACTERS.max,
      password: { hash: hashPassword, verify: verifyPassword },
    },
    session: { expiresIn: SESSION_SECONDS, updateAge: SESSION_RENEWAL_SECONDS },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: {
      log(level, message) {
        // Lower levels name people.
        if (level === 'error') logger.error({ cause: message }, 'The auth library reports a fault');
      },
    },
    advanced: {
      cookiePrefix: 'visavis',
      useSecureCookies: false,
      disableCSRFCheck: true,
      disableOriginCheck: true,
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
      database: { generateId: () => newPublicId() },
    },
  });
}

export type Auth = ReturnType<typeof createAuth>;
