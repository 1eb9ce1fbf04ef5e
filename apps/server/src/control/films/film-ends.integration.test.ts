import { sql } from 'drizzle-orm';
import { beforeEach, expect, test } from 'vitest';
import { films } from '../../db/film-schema.ts';
import { projects } from '../../db/schema.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { wallets } from '../../db/usage-schema.ts';
import { newPublicId } from '../ids.ts';
import { FilmCallbacks } from './film-callbacks.ts';
import { type ClaimedFilm, FilmJobs } from './film-jobs.ts';

const RESULT = { sha256: 'a'.repeat(64), bytes: 1000, durationMs: 2100, widthPx: 64, heightPx: 64 };
const START = 100_000;

describeOnBothDatabases('ends of films', (context) => {
  let projectId: string;

  beforeEach(async () => {
    await context.db.orm.execute(sql`delete from projects`);
    projectId = newPublicId();
    await context.db.orm.insert(projects).values({ id: projectId, name: 'Shop' });
    await context.db.orm.insert(wallets).values({ projectId, isUnlimited: false, balance: START });
  });

  const balance = async () => (await context.db.orm.select().from(wallets))[0]?.balance;
  const order = async (callback: { url: string; origin: string }) => {
    const filmId = newPublicId();
    const sound = { kind: 'url', url: 'https://example.org/a.wav' } as const;
    const request = { picture: { kind: 'avatar', avatarId: filmId }, sound, options: {} } as const;
    const row = { id: filmId, projectId, licenceId: '', turn: 'mia', attemptsLeft: 3, request, callback };
    await context.db.orm.insert(films).values(row);
    return { filmId };
  };
  const claim = async (jobs: FilmJobs): Promise<ClaimedFilm> => {
    const film = await jobs.claim((await jobs.waiting())[0] ?? '');
    if (film === null) throw new Error('there is no film');
    return film;
  };

  test('how a film ended is told in the transaction in which it ends, once: neither without the other', async () => {
    const told: string[] = [];
    const callbacks = new FilmCallbacks({
      secrets: { get: async () => '' },
      findAddresses: () => Promise.reject(new Error('nothing is looked up')),
      linkTo: ({ filmId }) => `/films/${filmId}`,
      onQueued: (id) => told.push(id),
    });
    const jobs = new FilmJobs(context.db, { pointsPerMinute: 60, callbacks });
    const callback = { url: 'https://example.org/films', origin: 'https://films.example' };
    const { filmId } = await order(callback);
    const film = await claim(jobs);
    await context.db.pool.query('alter table webhook_deliveries rename to deliveries_hidden');
    await expect(jobs.succeed(film, RESULT)).rejects.toThrow();
    await expect(jobs.fail(film, { code: 'x', message: 'x' })).rejects.toThrow();
    await expect(jobs.cancel(projectId, filmId)).rejects.toThrow();
    await context.db.pool.query('alter table deliveries_hidden rename to webhook_deliveries');
    const { rows: states } = await context.db.pool.query('select state from films');
    expect([states, await balance(), told]).toEqual([[{ state: 'running' }], START, []]);
    expect(await jobs.succeed(film, RESULT)).toBe(true);
    expect([await jobs.succeed(film, RESULT), await jobs.cancel(projectId, filmId)]).toEqual([false, false]);
    const { rows: messages } = await context.db.pool.query('select film_id, url, event from webhook_deliveries');
    expect(messages).toEqual([{ film_id: filmId, url: callback.url, event: 'film.done' }]);
    expect(told).toEqual([projectId]);
  });
});
