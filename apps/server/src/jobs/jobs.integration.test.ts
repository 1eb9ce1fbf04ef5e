import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { silent } from '../db/testing/silent-logger.ts';
import { describeOnBothDatabases } from '../db/testing/test-databases.ts';
import type { Turn, TurnHandler } from './definitions.ts';
import { Jobs } from './jobs.ts';
import { WORK_TABLE, WorkRows } from './testing/work-rows.ts';

let number = 0;
const WAIT = { timeout: 30_000, interval: 20 };

describeOnBothDatabases('jobs', (context) => {
  const opened: Jobs[] = [];
  let rows: WorkRows;
  let name = '';
  beforeAll(() => context.db.pool.query(WORK_TABLE));
  beforeEach(async () => {
    rows = new WorkRows(context.db);
    name = `work-${++number}`;
    await context.db.pool.query('delete from work');
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((jobs) => jobs.close()));
  });

  const open = (run: (turn: Turn) => Promise<number | null>, changes: Partial<TurnHandler> = {}): Jobs => {
    const handler: TurnHandler = {
      definition: { name, heartbeatSeconds: 10, limitSeconds: 60 },
      places: () => 2,
      laneOf: () => 'quick',
      waiting: () => rows.waiting(),
      run,
      ...changes,
    };
    const jobs = new Jobs({ db: context.db, handlers: [handler], logger: silent });
    opened.push(jobs);
    return jobs;
  };

  test('what was stored before the queue was open is done, each once', async () => {
    for (const key of ['a', 'b', 'c']) await rows.add(key);
    const jobs = open((turn) => rows.doOne(turn));
    await jobs.runDue(name);
    expect(await rows.all()).toEqual({ a: 1, b: 1, c: 1 });
    expect(jobs.state).toBe('ok');
    expect(jobs.counts[name]).toMatchObject({ running: 0, again: 0, failed: 0, lost: 0 });
  });

  test('what is told comes at once, and what is told in the middle of its own turn is seen by it or by the next', async () => {
    const seen: number[] = [];
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const { promise: goOn, resolve: end } = Promise.withResolvers<void>();
    const jobs = open(async (turn) => {
      turn.looks();
      seen.push(await rows.countOf(turn.key));
      if (seen.length === 1) {
        begin();
        await goOn;
      }
      await rows.doOne(turn);
      return null;
    });
    await jobs.runDue(name);
    await rows.add('a');
    jobs.wake(name, 'a');
    await begun;
    await rows.add('a');
    jobs.wake(name, 'a');
    end();
    await expect.poll(() => seen, WAIT).toEqual([1, 2]);
  });

  test('of a key one turn is taken at a time, and other keys come between', async () => {
    const order: string[] = [];
    let atOnce = 0;
    let isOpen = false;
    const jobs = open(
      async ({ key }) => {
        atOnce += 1;
        expect(atOnce).toBe(1);
        order.push(key);
        await delay(1);
        atOnce -= 1;
        return order.filter((one) => one === key).length < 3 ? 0 : null;
      },
      { places: (lane) => (isOpen && lane === 'quick' ? 1 - atOnce : 0) },
    );
    await jobs.runDue(name);
    for (const key of ['a', 'b', 'c']) jobs.wake(name, key);
    // None is taken before all are stored, which they are in any order.
    const stored = 'select count(*)::int as count from pgboss.job where name = $1';
    const countStored = async () => (await context.db.pool.query<{ count: number }>(stored, [name])).rows[0]?.count;
    await expect.poll(countStored, WAIT).toBe(3);
    isOpen = true;
    jobs.wake(name, 'a');
    await expect.poll(() => order.length, WAIT).toBe(9);
    expect(order.slice(0, 3).sort()).toEqual(['a', 'b', 'c']);
    expect(order.slice(3, 6).sort()).toEqual(['a', 'b', 'c']);
  });

  test('slow turns take none of the places of quick ones', async () => {
    const done: string[] = [];
    const { promise: goOn, resolve: end } = Promise.withResolvers<void>();
    let slow = 0;
    const jobs = open(
      async ({ key }) => {
        if (key.startsWith('slow')) {
          slow += 1;
          await goOn;
          slow -= 1;
        }
        done.push(key);
        return null;
      },
      {
        laneOf: (key) => (key.startsWith('slow') ? 'slow' : 'quick'),
        places: (lane) => (lane === 'quick' ? 1 : 2 - slow),
      },
    );
    await jobs.runDue(name);
    for (let count = 0; count < 5; count += 1) jobs.wake(name, `slow ${count}`);
    await expect.poll(() => slow, WAIT).toBe(2);
    jobs.wake(name, 'quick');
    await expect.poll(() => done, WAIT).toEqual(['quick']);
    end();
    await expect.poll(() => done.length, WAIT).toBe(6);
  });

  test('a turn that breaks off is tried again, and one that asks for later comes then', async () => {
    let turns = 0;
    const jobs = open(async () => {
      turns += 1;
      if (turns === 1) throw new Error('it broke');
      return turns === 2 ? 1_000 : null;
    });
    await jobs.runDue(name);
    jobs.wake(name, 'a');
    await expect.poll(() => turns, WAIT).toBe(3);
    expect(jobs.counts[name]).toMatchObject({ begun: 3, failed: 1 });
  });

  test('a turn that waits for later comes at once when something is told', async () => {
    let turns = 0;
    const jobs = open(async () => {
      turns += 1;
      return turns === 1 ? 3_600_000 : null;
    });
    await jobs.runDue(name);
    jobs.wake(name, 'a');
    await jobs.runDue(name);
    expect(turns).toBe(1);
    jobs.wake(name, 'a');
    await expect.poll(() => turns, WAIT).toBe(2);
  });

  test('closing tells turns to end and waits for them; what they leave is done by the next', async () => {
    await rows.add('a');
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const first = open(async ({ signal }) => {
      begin();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return 0;
    });
    await begun;
    await first.close();
    await first.close();
    expect([first.state, await rows.all()]).toEqual(['closed', { a: 0 }]);
    const second = open((turn) => rows.doOne(turn));
    await second.runDue(name);
    expect(await rows.all()).toEqual({ a: 1 });
  });
});
