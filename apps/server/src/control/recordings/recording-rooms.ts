import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../../db/database.ts';
import type { DiskWatch } from '../disk/disk-watch.ts';
import type { OnBound } from '../fairness/bounds.ts';
import type { ControlLogger } from '../logger.ts';
import { fileBytes } from '../quotas/project-usage.ts';
import { bytesOfMb, type Quotas } from '../quotas/quotas.ts';
import { FILM_ENDINGS } from './recordings.ts';

type RecordingRoom = {
  /** Path of the film without its ending. */
  readonly pathStem: string;
  readonly limits: { readonly maxBytes: number; readonly minFreeBytes: number };
};

export type RecordingRooms = {
  /** Null: the call is not recorded, since its project has used up its room or the disk is nearly full. */
  roomFor(projectId: string, sessionId: string): Promise<RecordingRoom | null>;
  /** A talk that a crash cut off: its film, if it lies here, counts with all that was written of it. */
  adopt(talk: { readonly sessionId: string; readonly projectId: string }): Promise<void>;
  /** Writes how large the films of this node have become. The timer calls it. */
  measure(): Promise<void>;
  close(): Promise<void>;
};

export type RecordingRoomsOptions = {
  readonly db: Pick<Database, 'orm' | 'pool'>;
  readonly folder: string;
  readonly disk: Pick<DiskWatch, 'isLow'>;
  readonly minFreeBytes: number;
  readonly quotas: Pick<Quotas, 'fileMbPerProject'>;
  readonly logger: ControlLogger;
  /** Told of each film that is whole: its call has ended, and it grows no more. */
  readonly onWhole?: (sessionId: string) => void;
  readonly onBound?: OnBound;
};

type Film = { readonly projectId: string; bytes: number; misses: number };

const MEASURE_INTERVAL_MS = 10_000;
/** About eight hours. */
const MAX_FILM_BYTES = 2_000_000_000;
/** Less is not worth beginning: a minute takes about 4 MB. */
const MIN_FILM_BYTES = 1_000_000;
/** A film whose talk is not on record after so many looks is left to the sweep. */
const MAX_MISSES = 6;

const WRITE = `
  update conversations set recording_bytes = film.bytes
  from unnest($1::text[], $2::bigint[]) as film (id, bytes)
  where conversations.id = film.id returning conversations.id, status`;

/** Room for films within a project's quota of bytes. Calls that are recorded at once share what is left of it. */
export function createRecordingRooms(options: RecordingRoomsOptions): RecordingRooms {
  const { db, folder, disk, minFreeBytes, quotas, logger, onBound, onWhole } = options;
  /** Films that may still grow, by session. */
  const open = new Map<string, Film>();

  const measure = async (): Promise<void> => {
    const films = await Promise.all(
      [...open].map(async ([sessionId, film]) => ({ sessionId, film, bytes: await sizeOf(join(folder, sessionId)) })),
    );
    if (films.length === 0) return;
    const { rows } = await db.pool.query<{ id: string; status: number }>(WRITE, [
      films.map(({ sessionId }) => sessionId),
      films.map(({ bytes }) => bytes),
    ]);
    const statuses = new Map(rows.map(({ id, status }) => [id, status]));
    for (const { sessionId, film, bytes } of films) {
      const hasGrown = bytes !== film.bytes;
      film.bytes = bytes;
      film.misses = statuses.has(sessionId) ? 0 : film.misses + 1;
      const hasEnded = (statuses.get(sessionId) ?? 0) !== 0 && !hasGrown;
      if (!hasEnded && film.misses <= MAX_MISSES) continue;
      open.delete(sessionId);
      if (hasEnded && bytes > 0) onWhole?.(sessionId);
    }
  };

  const timer = setInterval(() => {
    measure().catch((error: unknown) => logger.warn({ error: String(error) }, 'Sizes of films could not be written'));
  }, MEASURE_INTERVAL_MS);
  timer.unref();

  return {
    async roomFor(projectId, sessionId) {
      if (disk.isLow()) return null;
      const sharing = [...open.values()].filter((film) => film.projectId === projectId).length + 1;
      const left = bytesOfMb(quotas.fileMbPerProject) - (await fileBytes(db.orm, projectId));
      const maxBytes = Math.min(MAX_FILM_BYTES, Math.floor(left / sharing));
      if (maxBytes < MIN_FILM_BYTES) {
        onBound?.('recordings', { projectId });
        return null;
      }
      open.set(sessionId, { projectId, bytes: 0, misses: 0 });
      return { pathStem: join(folder, sessionId), limits: { maxBytes, minFreeBytes } };
    },
    async adopt({ sessionId, projectId }) {
      const bytes = await sizeOf(join(folder, sessionId));
      if (bytes > 0) open.set(sessionId, { projectId, bytes, misses: 0 });
    },
    measure,
    async close() {
      clearInterval(timer);
      await measure();
    },
  };
}

async function sizeOf(pathStem: string): Promise<number> {
  for (const ending of FILM_ENDINGS) {
    const file = await stat(pathStem + ending).catch(() => null);
    if (file !== null) return file.size;
  }
  return 0;
}
