import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { eq } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { CONVERSATION_STATUS, conversations } from '../../db/schema.ts';
import type { MasterKeys } from '../secrets/master-key.ts';

export const FILM_ENDINGS = ['.webm', '.mp4'] as const;
const SESSION_ID = /^[0-9a-f]{32}$/;
const LINK_LIFETIME_MS = 6 * 60 * 60_000;

/** A talk on record; `status` as in `CONVERSATION_STATUS`. */
export type RecordedTalk = { readonly sessionId: string; readonly status: number };

export type RecordingsOptions = {
  /** Films of calls, named by their session. */
  readonly folder: string;
  readonly masterKeys: MasterKeys;
  readonly db: Pick<Database, 'orm'>;
};

/**
 * The films of recorded calls. The media plane writes them, named by session; here they are found, linked to and
 * deleted. Who holds a link may watch until it expires; links are signed with a key derived from the master key.
 */
export class Recordings {
  readonly folder: string;
  readonly #signingKeys: readonly Buffer[];
  readonly #db: Pick<Database, 'orm'>;

  constructor({ folder, masterKeys, db }: RecordingsOptions) {
    this.folder = folder;
    this.#db = db;
    this.#signingKeys = masterKeys.map(({ bytes }) =>
      Buffer.from(hkdfSync('sha256', bytes, '', 'visavis recording links', 32)),
    );
  }

  /** Path and query under which the film of an ended call is served for six hours; null when there is none. */
  async link({ sessionId, status }: RecordedTalk): Promise<string | null> {
    if ((await this.#find(sessionId, status)) === null) return null;
    const expires = String(Date.now() + LINK_LIFETIME_MS);
    const signature = sign(this.#signingKeys[0] as Buffer, sessionId, expires).toString('base64url');
    return `/recordings/${sessionId}?expires=${expires}&signature=${signature}`;
  }

  /** Name of the film in `folder`; null when the link is none of ours, has expired, or its film is gone. */
  async open(sessionId: string, expires: string, signature: string): Promise<string | null> {
    const given = Buffer.from(signature, 'base64url');
    const isSigned = this.#signingKeys.some((key) => {
      const expected = sign(key, sessionId, expires);
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
    if (!isSigned || Number(expires) <= Date.now()) return null;
    return this.#find(sessionId, await this.#conversationStatus(sessionId));
  }

  async remove(sessionId: string): Promise<void> {
    if (!SESSION_ID.test(sessionId)) return;
    await Promise.all(FILM_ENDINGS.map((extension) => rm(join(this.folder, sessionId + extension), { force: true })));
  }

  /** Deletes films whose talk is no longer on record; says how many. */
  async sweep(): Promise<number> {
    let removed = 0;
    for (const name of await readdir(this.folder).catch(() => [])) {
      const sessionId = name.slice(0, -extname(name).length);
      if (!SESSION_ID.test(sessionId) || (await this.#conversationStatus(sessionId)) !== null) continue;
      // The record of a call that has just begun may still be on its way to the disk.
      const file = await stat(join(this.folder, name)).catch(() => null);
      if (file === null || Date.now() - file.mtimeMs < 60_000) continue;
      await this.remove(sessionId);
      removed += 1;
    }
    return removed;
  }

  async #find(sessionId: string, status: number | null): Promise<string | null> {
    if (!SESSION_ID.test(sessionId)) return null;
    if (status === null || status === CONVERSATION_STATUS.active) return null;
    for (const extension of FILM_ENDINGS) {
      const file = await stat(join(this.folder, sessionId + extension)).catch(() => null);
      if (file?.isFile() && file.size > 0) return sessionId + extension;
    }
    return null;
  }

  async #conversationStatus(sessionId: string): Promise<number | null> {
    const [row] = await this.#db.orm
      .select({ status: conversations.status })
      .from(conversations)
      .where(eq(conversations.id, sessionId));
    return row?.status ?? null;
  }
}

function sign(key: Buffer, sessionId: string, expires: string): Buffer {
  return createHmac('sha256', key).update(`${sessionId}\n${expires}`).digest();
}
