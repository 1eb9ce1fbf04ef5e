import { sql } from 'drizzle-orm';
import { beforeEach, expect, test } from 'vitest';
import { projectMembers, users } from '../../../db/account-schema.ts';
import { uploads } from '../../../db/making-schema.ts';
import { avatars, projects } from '../../../db/schema.ts';
import { silent } from '../../../db/testing/silent-logger.ts';
import { describeOnBothDatabases } from '../../../db/testing/test-databases.ts';
import { JOBS } from '../../../jobs/definitions.ts';
import { createMakingTurns } from '../../../jobs/handlers/making-turns.ts';
import { Jobs } from '../../../jobs/jobs.ts';
import { createSharedPlaces } from '../../../jobs/shared-places.ts';
import { newPublicId } from '../../ids.ts';
import { AvatarJobs, type ClaimedJob } from './avatar-jobs.ts';

const STORED = {
  bundle: {
    owner: newPublicId(),
    index: 'ab'.repeat(32),
    thumbnail: null,
    preview: null,
    description: '',
    face: null,
  },
  bytes: 1000,
};

describeOnBothDatabases('making avatars', (context) => {
  const jobs = () => new AvatarJobs(context.db);
  beforeEach(() => context.db.orm.execute(sql`delete from projects`));

  const newUser = async (): Promise<string> => {
    const id = newPublicId();
    await context.db.orm.insert(users).values({ id, email: `${id}@example.org`, name: 'User' });
    return id;
  };
  const newProject = async (userId: string): Promise<string> => {
    const id = newPublicId();
    await context.db.orm.insert(projects).values({ id, name: 'Shop' });
    await context.db.orm.insert(projectMembers).values({ projectId: id, userId, role: 'owner' });
    return id;
  };
  const newAvatar = async (projectId: string): Promise<string> => {
    const id = newPublicId();
    await context.db.orm.insert(avatars).values({
      id,
      projectId,
      name: 'Mia',
      provider: 'local',
      model: 'local',
      voice: 'cedar',
      language: 'en',
      bundleSource: 'made',
      bundleName: newPublicId(),
      state: 'making',
    });
    return id;
  };
  const order = async (projectId: string): Promise<string> => {
    const avatarId = await newAvatar(projectId);
    await jobs().add(avatarId, projectId, { kind: 'url', url: 'https://example.org/face.jpg' });
    return avatarId;
  };
  /** Any project's next job. */
  const claim = async (): Promise<ClaimedJob> => {
    const [turn = ''] = await jobs().waiting();
    const job = await jobs().claim(turn);
    if (job === null) throw new Error('there is no job');
    return job;
  };

  test('users take turns, however many projects and avatars one of them has', async () => {
    const [many, few, other] = [await newUser(), await newUser(), await newUser()];
    const flood: string[] = [];
    for (let project = 0; project < 4; project += 1) {
      const projectId = await newProject(many);
      for (let count = 0; count < 4; count += 1) flood.push(await order(projectId));
    }
    const [first, second] = [await order(await newProject(few)), await order(await newProject(other))];
    const made: string[] = [];
    const makeNext = async (turn: string): Promise<void> => {
      const job = await jobs().claim(turn);
      if (job === null) return;
      made.push(job.avatarId);
      await jobs().succeed(job, { thumbnail: null, preview: null, notice: null }, STORED);
    };
    const turns = createMakingTurns({
      definition: JOBS.avatars,
      jobs: jobs(),
      workshop: { makeNext, hasRoom: true },
      places: createSharedPlaces(1).forKind(),
    });
    const queue = new Jobs({ db: context.db, handlers: [turns], logger: silent });
    await queue.runDue(turns.definition.name);
    await queue.close();
    expect([...new Set(made)]).toEqual(made);
    expect(new Set(made)).toEqual(new Set([...flood, first, second]));
    expect(Math.max(made.indexOf(first), made.indexOf(second))).toBeLessThan(3);
  });

  test('a project that changes hands while its avatar is made leaves the avatar whose it was', async () => {
    const projectId = await newProject(await newUser());
    await order(projectId);
    const turns = await jobs().waiting();
    const job = await claim();
    await context.db.pool.query('delete from project_members where project_id = $1', [projectId]);
    // No other turn takes what this one makes.
    expect(await jobs().waiting()).toEqual(turns);
    expect(await jobs().report(job, 0.5, 'in time')).toBe(true);
    await jobs().fail(job, { code: 'no-face', message: 'None.' });
  });

  test('of an avatar whose server died, the next turn begins another attempt, and the former one may write no more', async () => {
    const avatarId = await order(await newProject(await newUser()));
    const lost = await claim();
    expect(await jobs().waiting()).toEqual([await jobs().turnOf(avatarId)]);
    const next = await claim();
    expect([lost.attempt, next.attempt, next.attemptsLeft]).toEqual([1, 2, 0]);
    expect(await jobs().report(lost, 0.5, 'late')).toBe(false);
    expect(await jobs().succeed(lost, { thumbnail: null, preview: null, notice: null }, STORED)).toBeNull();
    await jobs().putBack(lost, 0, false);
    expect(await jobs().report(next, 0.5, 'in time')).toBe(true);
  });

  test('ten avatars of a project are made or wait at most, however many are ordered at once', async () => {
    const projectId = await newProject(await newUser());
    const ids = await Promise.all(Array.from({ length: 25 }, () => newAvatar(projectId)));
    const orders = await Promise.allSettled(
      ids.map((id) => jobs().add(id, projectId, { kind: 'url', url: 'https://example.org/face.jpg' })),
    );
    const refused = orders.filter((outcome) => outcome.status === 'rejected');
    expect(orders.length - refused.length).toBe(10);
    expect(refused[0]?.reason).toMatchObject({ code: 'quota-reached', message: expect.stringMatching(/^10 avatars/) });
  });

  test('files of failed avatars are kept for a day, and no more than ten of a project', async () => {
    const projectId = await newProject(await newUser());
    const failed: string[] = [];
    for (let count = 0; count < 12; count += 1) {
      const avatarId = await newAvatar(projectId);
      const uploadId = newPublicId();
      const upload = { id: uploadId, projectId, kind: 'picture' as const, file: `${count}.jpg`, sizeBytes: 1000 };
      await context.db.orm.insert(uploads).values(upload);
      await jobs().add(avatarId, projectId, { kind: 'upload', uploadId });
      await jobs().fail(await claim(), { code: 'no-face', message: 'There is no face.' });
      failed.push(avatarId);
    }
    expect((await jobs().expireFailed()).sort()).toEqual(['0.jpg', '1.jpg']);
    expect(await jobs().expireFailed()).toEqual([]);
    await context.db.orm.execute(
      sql`update avatar_jobs set failed_at = now() - interval '25 hours' where avatar_id = ${failed[5]}`,
    );
    expect(await jobs().expireFailed()).toEqual(['5.jpg']);
    await expect(jobs().again(failed[5] ?? '', projectId)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('kept for 24 hours'),
    });
    await jobs().again(failed[6] ?? '', projectId);
    expect((await claim()).file).toBe('6.jpg');
  });
});
