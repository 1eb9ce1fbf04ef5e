import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** How long a token opens the broker, and a connection with it stays. */
export const OPERATOR_TOKEN_SECONDS = 3600;

export type OperatorRights = {
  readonly projectId: string;
  readonly licenceId: string;
  /** Of the key that it was fetched by: see `keyMark`. */
  readonly keyMark: string;
  readonly expiresAt: Date;
};

const HEADER = encode({ alg: 'HS256', typ: 'JWT' });

/**
 * JSON Web Tokens, HMAC-SHA-256, that open the broker to the operators of one project. A broker elsewhere checks them with the
 * same secret.
 */
export class OperatorTokens {
  readonly #secret: string | Buffer;
  readonly #topicPrefix: string;

  constructor(secret: string | Buffer, topicPrefix: string) {
    this.#secret = secret;
    this.#topicPrefix = topicPrefix;
  }

  issue(
    licence: { readonly projectId: string; readonly licenceId: string; readonly keyDigest: string },
    now: Date,
  ): { token: string } & OperatorRights {
    const { projectId, licenceId } = licence;
    const key = keyMark(licence.keyDigest);
    const iat = Math.floor(now.getTime() / 1000);
    const exp = iat + OPERATOR_TOKEN_SECONDS;
    const topicPrefix = this.#topicPrefix;
    const claims = encode({ sub: projectId, projectId, licenceId, key, topicPrefix, aud: 'mqtt', iat, exp });
    const signed = `${HEADER}.${claims}`;
    return {
      token: `${signed}.${this.#sign(signed).toString('base64url')}`,
      projectId,
      licenceId,
      keyMark: key,
      expiresAt: new Date(exp * 1000),
    };
  }

  /** Null: it is none of ours, or its time is over. */
  read(token: string, now: Date): OperatorRights | null {
    if (token.length > 4096) return null;
    const [header = '', claims = '', signature = '', ...more] = token.split('.');
    // No other header is ever written, so that none can name another way of signing.
    if (more.length > 0 || header !== HEADER) return null;
    const given = Buffer.from(signature, 'base64url');
    const expected = this.#sign(`${header}.${claims}`);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
    const { projectId, licenceId, key, aud, exp } = decode(claims);
    if (typeof projectId !== 'string' || typeof licenceId !== 'string' || aud !== 'mqtt') return null;
    if (typeof key !== 'string') return null;
    if (typeof exp !== 'number' || exp * 1000 <= now.getTime()) return null;
    return { projectId, licenceId, keyMark: key, expiresAt: new Date(exp * 1000) };
  }

  #sign(text: string): Buffer {
    return createHmac('sha256', this.#secret).update(text).digest();
  }
}

/** Tells a key from the one that takes its place by a reset, and tells nothing else of it. */
export function keyMark(keyDigest: string): string {
  return createHash('sha256').update(`operators ${keyDigest}`).digest('base64url').slice(0, 22);
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decode(part: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
