import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { projects } from '../../db/schema.ts';
import { silent } from '../../db/testing/silent-logger.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { wallets } from '../../db/usage-schema.ts';
import type { BlobStore } from '../../files/blob-store.ts';
import { openFolderStore } from '../../files/folder-store.ts';
import { inParts, keysIn } from '../../files/testing/conformance.ts';
import { ENDLESS_DISK } from '../disk/disk-watch.ts';
import { newPublicId } from '../ids.ts';
import { createSignedLinks } from '../secrets/signed-links.ts';
import { FilmJobs } from './film-jobs.ts';
import { Films } from './films.ts';
import { NO_CALLBACKS } from './testing/no-callbacks.ts';

const TWO_HOURS_MS = 2 * 3_600_000;
const FILM = Buffer.from('film');

describeOnBothDatabases('files of films that nobody names', (context) => {
  let folder: string;
  let blobs: BlobStore;
  /** Done in the midst of a sweep, before it deletes a file. */
  let beforeDelete = async (): Promise<void> => {};
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visavis-film-sweep-'));
    blobs = await openFolderStore(join(folder, 'store'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const running = async () => {
    const projectId = newPublicId();
    await context.db.orm.insert(projects).values({ id: projectId, name: 'Shop' });
    await context.db.orm.insert(wallets).values({ projectId, isUnlimited: true, balance: 0 });
    const jobs = new FilmJobs(context.db, { pointsPerMinute: 60 });
    const films = new Films({
      db: context.db,
      jobs,
      quotas: { fileMbPerProject: 1 },
      disk: ENDLESS_DISK,
      logger: silent,
      blobs: {
        ...blobs,
        async delete(...given) {
          await beforeDelete();
          await blobs.delete(...given);
        },
      },
      isCharging: true,
      links: createSignedLinks([{ keyId: 'test', bytes: Buffer.alloc(32, 7) }], 'test'),
      callbacks: NO_CALLBACKS,
      onQueued() {},
      onCancelled() {},
    });
    const picture = { kind: 'avatar', avatarId: 'a'.repeat(32) } as const;
    const sound = { kind: 'text', text: 'Hello.', voice: '', language: 'en' } as const;
    const { filmId } = await films.order({ projectId, licenceId: '', picture, sound, options: {} });
    const [turn = ''] = await jobs.waiting();
    const film = await jobs.claim(turn);
    if (film === null) return expect.unreachable();
    return { films, jobs, film, owner: { area: 'films', owner: filmId } as const };
  };
  const putFilm = (owner: { area: 'films'; owner: string }, bytes = FILM) =>
    blobs.put(owner, inParts(bytes), { maxBytes: bytes.length });
  const end = (sha256: string) => ({ sha256, bytes: FILM.length, durationMs: 1000, widthPx: 64, heightPx: 64 });

  test('are kept while their film is made: the attempt that goes on may end with the same film', async () => {
    const { films, jobs, film, owner } = await running();
    const { sha256 } = await putFilm(owner);
    beforeDelete = async () => void (await jobs.succeed(film, end(sha256)));
    await films.sweep(Date.now() + TWO_HOURS_MS);
    await jobs.succeed(film, end(sha256));
    await films.sweep(Date.now() + TWO_HOURS_MS);
    expect(await keysIn(blobs, owner)).toEqual([sha256]);
  });

  test('are deleted once it is over', async () => {
    const { films, jobs, film, owner } = await running();
    beforeDelete = async () => {};
    const [{ sha256 }] = [await putFilm(owner), await putFilm(owner, Buffer.from('other'))];
    await films.sweep(Date.now() + TWO_HOURS_MS);
    expect(await keysIn(blobs, owner)).toHaveLength(2);
    await jobs.succeed(film, end(sha256));
    await films.sweep(Date.now() + TWO_HOURS_MS);
    expect(await keysIn(blobs, owner)).toEqual([sha256]);
  });
});
