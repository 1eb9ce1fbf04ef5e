import { sql } from 'drizzle-orm';
import { beforeEach, expect, test } from 'vitest';
import { films as filmRows } from '../../db/film-schema.ts';
import { projects } from '../../db/schema.ts';
import { silent } from '../../db/testing/silent-logger.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { ENDLESS_DISK } from '../disk/disk-watch.ts';
import { newPublicId } from '../ids.ts';
import { createSignedLinks } from '../secrets/signed-links.ts';
import { FilmJobs } from './film-jobs.ts';
import { Films } from './films.ts';
import { NO_CALLBACKS } from './testing/no-callbacks.ts';

describeOnBothDatabases('how far films are', (context) => {
  let projectId: string;

  beforeEach(async () => {
    await context.db.orm.execute(sql`delete from projects`);
    projectId = newPublicId();
    await context.db.orm.insert(projects).values({ id: projectId, name: 'Shop' });
  });

  const order = async (turn: string): Promise<string> => {
    const id = newPublicId();
    const sound = { kind: 'url', url: 'https://example.org/a.wav' } as const;
    const request = { picture: { kind: 'avatar', avatarId: id }, sound, options: {} } as const;
    await context.db.orm.insert(filmRows).values({ id, projectId, licenceId: '', turn, attemptsLeft: 3, request });
    return id;
  };
  const open = () => {
    const jobs = new FilmJobs(context.db, { pointsPerMinute: 60 });
    const films = new Films({
      db: context.db,
      jobs,
      disk: ENDLESS_DISK,
      logger: silent,
      callbacks: NO_CALLBACKS,
      isCharging: true,
      blobs: {} as never,
      quotas: { fileMbPerProject: 1 },
      onQueued() {},
      onCancelled() {},
      links: createSignedLinks([{ keyId: 'test', bytes: Buffer.alloc(32, 7) }], 'test'),
    });
    return { jobs, films };
  };

  test('a place in the queue counts the films that are made before it, as people take turns', async () => {
    const { films } = open();
    const many: string[] = [];
    // Two in each of this person's lanes.
    for (let count = 0; count < 8; count += 1) many.push(await order('mia'));
    const few = await order('leo');
    const placeOf = async (id: string) => (await films.standing(projectId, id)).queuePosition;
    expect(await Promise.all(many.map(placeOf))).toEqual([1, 2, 3, 4, 6, 7, 8, 9]);
    expect(await placeOf(few)).toBe(5);
    await films.cancel(projectId, many[0] ?? '').catch(() => {});
    // The next one of that lane moves up.
    expect([await placeOf(many[4] ?? ''), await placeOf(many[0] ?? '')]).toEqual([4, 0]);
  });

  test('how long a film may take is told by how its work went on, without the time that its files took', async () => {
    const { films, jobs } = open();
    const id = await order('mia');
    const claim = async () => {
      const film = await jobs.claim((await jobs.waiting())[0] ?? '');
      if (film === null) throw new Error('there is no film');
      return film;
    };
    const film = await claim();
    const left = async () => (await films.standing(projectId, id)).secondsLeft;
    await jobs.report(film, 0, 'fetching the files');
    await context.db.pool.query(`update films set started_at = now() - interval '10 minutes'`);
    await jobs.report(film, 0.01, 'reading the clip');
    expect(await left()).toBeNull();
    await context.db.pool.query(`update films set worked_since = now() - interval '30 seconds'`);
    await jobs.report(film, 0.25, 'following the face');
    expect(await left()).toBeOneOf([90, 91, 92, 93, 94]);
    await context.db.pool.query(`update films set due_at = now()`);
    await jobs.report(await claim(), 0, 'starting');
    expect(await left()).toBeNull();
  });
});
