import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_UPLOAD_BYTES } from '@visavis/protocol/rest';
import { eq, sql } from 'drizzle-orm';
import type { Database } from '../../../db/database.ts';
import { uploads } from '../../../db/making-schema.ts';
import { ControlError } from '../../control-error.ts';
import { newPublicId } from '../../ids.ts';
import { type ReceivedFile, receiveFile, tooLarge } from './receive-file.ts';

export type Upload = Pick<ReceivedFile, 'kind' | 'sizeBytes'> & { readonly uploadId: string };

const MAX_AT_ONCE = 8;
const MAX_UNUSED_PER_PROJECT = 20;
const KEPT_HOURS = 24;
/** A file that takes longer to come in is given up. */
const TIME_LIMIT_MS = 30 * 60_000;

function tookTooLong(): ControlError {
  const minutes = TIME_LIMIT_MS / 60_000;
  return new ControlError(
    'bad-request',
    `The file took longer than ${minutes} minutes to arrive. Send a smaller one, or over a faster connection.`,
  );
}

/** Pictures and videos that users sent, until an avatar is made from them or a day has passed. */
export class Uploads {
  readonly #db: Pick<Database, 'orm' | 'pool'>;
  readonly #folder: string;
  #receiving = 0;

  constructor(db: Pick<Database, 'orm' | 'pool'>, folder: string) {
    this.#db = db;
    this.#folder = folder;
  }

  /** `announcedBytes`: what the sender says of the length. Callers have checked the project. */
  async receive(projectId: string, body: AsyncIterable<Buffer>, announcedBytes = 0): Promise<Upload> {
    if (announcedBytes > MAX_UPLOAD_BYTES.video) throw tooLarge();
    if (this.#receiving >= MAX_AT_ONCE) {
      throw new ControlError('overloaded', 'Many files are being sent at the moment. Try again in a minute.', 60);
    }
    this.#receiving += 1;
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(tookTooLong()), TIME_LIMIT_MS);
    try {
      if ((await this.#db.orm.$count(uploads, eq(uploads.projectId, projectId))) >= MAX_UNUSED_PER_PROJECT) {
        throw new ControlError(
          'conflict',
          `${MAX_UNUSED_PER_PROJECT} files of this project were sent and not used. Use one, or wait until they are removed after a day.`,
        );
      }
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      const received = await receiveFile(body, this.#folder, { signal: limit.signal });
      const id = newPublicId();
      await this.#db.orm.insert(uploads).values({ ...received, id, projectId });
      return { uploadId: id, kind: received.kind, sizeBytes: received.sizeBytes };
    } finally {
      clearTimeout(timer);
      this.#receiving -= 1;
    }
  }

  /** Removes files that nobody used within a day, and those that belong to nothing. */
  async sweep(): Promise<void> {
    const old = sql`${uploads.createdAt} < now() - ${KEPT_HOURS} * interval '1 hour'`;
    await this.#db.orm.delete(uploads).where(old);
    const { rows } = await this.#db.pool.query<{ file: string }>(
      'select file from uploads union select file from avatar_jobs where file is not null',
    );
    const used = new Set(rows.map(({ file }) => file));
    for (const file of await readdir(this.#folder).catch(() => [])) {
      const path = join(this.#folder, file);
      // Younger files may be on their way into a row.
      if (!used.has(file) && (await isOlderThan(path, KEPT_HOURS))) await rm(path, { force: true });
    }
  }
}

export async function isOlderThan(path: string, hours: number): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && Date.now() - found.mtimeMs > hours * 3_600_000;
}
