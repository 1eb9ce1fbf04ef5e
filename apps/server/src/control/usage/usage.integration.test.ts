import { eq, sql } from 'drizzle-orm';
import { beforeEach, expect, test } from 'vitest';
import { licenceKeys, projects } from '../../db/schema.ts';
import { silent } from '../../db/testing/silent-logger.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { ledgerEntries } from '../../db/usage-schema.ts';
import { newPublicId } from '../ids.ts';
import { createLicenceKeys } from '../licence-keys/licence-keys.ts';
import { createCallMeter } from './call-meter.ts';
import { Ledger, type Use } from './ledger.ts';
import { POINT } from './points.ts';
import { UsageReports } from './usage-reports.ts';

const ALL_DAYS = { from: '2000-01-01', to: '2999-12-31' } as const;

describeOnBothDatabases('usage', (context) => {
  let ledger: Ledger;
  let reports: UsageReports;
  let projectId: string;
  let licenceId: string;

  beforeEach(async () => {
    ledger = new Ledger(context.db, { isCharging: true });
    reports = new UsageReports(context.db);
    projectId = newPublicId();
    await context.db.orm.insert(projects).values({ id: projectId, name: 'Test' });
    licenceId = (await createLicenceKeys(context.db, null).create({ projectId, name: 'k' })).licenceId;
  });

  const limitTo = async (points: number, project = projectId): Promise<void> => {
    await ledger.setUnlimited(project, false);
    await ledger.grant(project, points * POINT, { id: newPublicId(), note: '' });
  };

  const addLimitedProject = async (points: number): Promise<string> => {
    const id = newPublicId();
    await context.db.orm.insert(projects).values({ id, name: 'Other' });
    await limitTo(points, id);
    return id;
  };

  const use = (sourceId: string, seq: number, price: number, durationMs = 1000): Use => ({
    kind: 'call' as const,
    projectId,
    licenceId,
    avatarId: '',
    sourceId,
    seq,
    durationMs,
    price,
  });

  const sumOfLedger = async (): Promise<number> => {
    const [row] = await context.db.orm
      .select({ sum: sql<string>`coalesce(sum(${ledgerEntries.amount}), 0)` })
      .from(ledgerEntries)
      .where(eq(ledgerEntries.projectId, projectId));
    return Number(row?.sum);
  };

  test('1,000 concurrent debits never overdraw: the balance ends at exactly 0 and equals the ledger', async () => {
    await limitTo(300);
    const balances: number[] = [];
    let isDone = false;
    const watch = (async () => {
      while (!isDone) {
        balances.push((await ledger.wallet(projectId)).balance);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    const source = newPublicId();
    await Promise.all(Array.from({ length: 1000 }, (_, seq) => ledger.write([use(source, seq, 0.7 * POINT)])));
    isDone = true;
    await watch;
    expect(Math.min(...balances)).toBeGreaterThanOrEqual(0);
    expect(await ledger.wallet(projectId)).toEqual({ balance: 0, isUnlimited: false });
    expect(await sumOfLedger()).toBe(0);
    const [today] = await reports.days(projectId, ALL_DAYS);
    expect(today).toMatchObject({ calls: 1, callMs: 1_000_000, charged: 300 * POINT });
  });

  test('a use that is written twice, or by two at once, counts once', async () => {
    await limitTo(100);
    const source = newPublicId();
    const uses = Array.from({ length: 20 }, (_, seq) => use(source, seq, POINT));
    await Promise.all([ledger.write(uses), ledger.write(uses), ledger.write([...uses].reverse())]);
    await ledger.write(uses);
    expect((await ledger.wallet(projectId)).balance).toBe(80 * POINT);
    expect(await sumOfLedger()).toBe(80 * POINT);
  });

  test('batches over the same wallets, in any order, all come through; each is charged what its balance covers', async () => {
    await limitTo(25);
    const second = await addLimitedProject(500);
    const batches = Array.from({ length: 40 }, (_, index) => {
      const batch = [0, 1].flatMap((seq) => [
        use(`${projectId}-${index}`, seq, 0.7 * POINT),
        { ...use(`${second}-${index}`, seq, 0.7 * POINT), projectId: second },
      ]);
      return index % 2 === 0 ? batch : batch.reverse();
    });
    await Promise.all(batches.map((batch) => ledger.write(batch)));
    expect((await ledger.wallet(projectId)).balance).toBe(0);
    expect((await ledger.wallet(second)).balance).toBe((500 - 56) * POINT);
    expect(await sumOfLedger()).toBe(0);
  });

  test('one empty wallet in a batch does not keep the others from being written', async () => {
    await limitTo(0.5);
    const other = await addLimitedProject(10);
    const gone = { ...use(newPublicId(), 0, POINT), projectId: newPublicId() };
    await ledger.write([use(newPublicId(), 0, POINT), { ...use(newPublicId(), 0, POINT), projectId: other }, gone]);
    expect((await ledger.wallet(projectId)).balance).toBe(0);
    expect((await ledger.wallet(other)).balance).toBe(9 * POINT);
  });

  test('unlimited is the default: time is counted and nothing is charged', async () => {
    await ledger.write([use(newPublicId(), 0, 99 * POINT, 60_000)]);
    expect(await ledger.wallet(projectId)).toEqual({ balance: 0, isUnlimited: true });
    expect(await ledger.refusalOf({ licenceId })).toBeNull();
    const [today] = await reports.days(projectId, ALL_DAYS);
    expect(today).toMatchObject({ calls: 1, callMs: 60_000, charged: 0 });
  });

  test('an empty wallet and used-up minutes refuse a licence, and only that', async () => {
    await limitTo(1);
    expect(await ledger.refusalOf({ licenceId })).toBeNull();
    await ledger.write([use(newPublicId(), 0, POINT)]);
    expect(await ledger.refusalOf({ licenceId })).toBe('insufficient-balance');
    expect(await new Ledger(context.db, { isCharging: false }).refusalOf({ licenceId })).toBeNull();
    await ledger.setUnlimited(projectId, true);
    expect(await ledger.refusalOf({ licenceId })).toBeNull();

    await context.db.orm.update(licenceKeys).set({ maxMinutesPerDay: 2 }).where(eq(licenceKeys.id, licenceId));
    await ledger.write([use(newPublicId(), 0, 0, 118_999)]);
    expect(await ledger.refusalOf({ licenceId })).toBeNull();
    await ledger.write([use(newPublicId(), 0, 0, 1)]);
    expect(await ledger.refusalOf({ licenceId })).toBe('daily-limit');
    await context.db.orm.execute(sql`update usage_days set day = day - 1 where licence_id = ${licenceId}`);
    expect(await ledger.refusalOf({ licenceId })).toBeNull();
  });

  test('the minutes of a day are those with all avatars of the key', async () => {
    await ledger.setUnlimited(projectId, true);
    await context.db.orm.update(licenceKeys).set({ maxMinutesPerDay: 2 }).where(eq(licenceKeys.id, licenceId));
    const [one, other] = [newPublicId(), newPublicId()];
    await ledger.write([{ ...use(newPublicId(), 0, 0, 70_000), avatarId: one }]);
    expect(await ledger.refusalOf({ licenceId })).toBeNull();
    await ledger.write([{ ...use(newPublicId(), 0, 0, 50_000), avatarId: other }]);
    expect(await ledger.refusalOf({ licenceId })).toBe('daily-limit');
    expect(await reports.days(projectId, ALL_DAYS)).toMatchObject([{ licenceId, calls: 2, callMs: 120_000 }]);
    expect(await reports.days(projectId, { ...ALL_DAYS, avatarId: other })).toMatchObject([{ callMs: 50_000 }]);
    expect(await reports.avatars(projectId, ALL_DAYS)).toMatchObject([
      { avatarId: one, avatarName: null, calls: 1, callMs: 70_000 },
      { avatarId: other, calls: 1, callMs: 50_000 },
    ]);
  });

  test('the ledger has one sum for each call, page by page, and all of them add up to its entries', async () => {
    await limitTo(100);
    const sources = [newPublicId(), newPublicId(), newPublicId()];
    // Calls that last at the same time are written by turns.
    for (let seq = 0; seq < 4; seq += 1) await ledger.write(sources.map((source) => use(source, seq, POINT)));
    const first = await reports.ledgerSums(projectId, { ...ALL_DAYS, limit: 2 });
    const before = first.sums.at(-1)?.ordinal ?? 0;
    const second = await reports.ledgerSums(projectId, { ...ALL_DAYS, limit: 10, before });
    expect([first.hasMore, second.hasMore]).toEqual([true, false]);
    const sums = [...first.sums, ...second.sums];
    const calls = sums.filter(({ kind }) => kind === 'call');
    expect(calls.map(({ sourceId }) => sourceId).sort()).toEqual([...sources].sort());
    for (const call of calls) {
      expect(call).toMatchObject({ amount: -4 * POINT, durationMs: 4000, keyName: 'k', hasTranscript: false });
    }
    expect(sums.reduce((sum, { amount }) => sum + amount, 0)).toBe(await sumOfLedger());
    expect(await reports.ledgerSums(projectId, { from: '2000-01-01', to: '2000-12-31', limit: 10 })).toEqual({
      sums: [],
      hasMore: false,
    });
    expect((await reports.ledgerSums(await addLimitedProject(1), { ...ALL_DAYS, limit: 10 })).sums).toHaveLength(1);
  });

  test('a meter charges by the second, ends what runs dry once, and sums to the price of the whole', async () => {
    await limitTo(10);
    let nowMs = 0;
    const meter = createCallMeter({ ledger, pointsPerMinute: 7, logger: silent, nowMs: () => nowMs });
    const ended: string[] = [];
    const call = { sessionId: newPublicId(), projectId, licenceId, avatarId: newPublicId() };
    const running = meter.start(call, (code) => ended.push(code));
    for (const atMs of [1, 5_003, 9_999, 60_000]) {
      nowMs = atMs;
      await meter.tick();
    }
    expect((await ledger.wallet(projectId)).balance).toBe(3 * POINT);
    expect(ended).toEqual([]);
    nowMs = 120_000;
    await meter.tick();
    await meter.tick();
    expect(ended).toEqual(['insufficient-balance']);
    await running.stop();
    await running.stop();
    expect((await ledger.wallet(projectId)).balance).toBe(0);
    const [today] = await reports.days(projectId, ALL_DAYS);
    expect(today).toMatchObject({ calls: 1, callMs: 120_000 });
    const { avatarId } = call;
    expect(await reports.avatars(projectId, ALL_DAYS)).toMatchObject([{ avatarId, calls: 1, callMs: 120_000 }]);
    await meter.close();
  });

  test('while the database is away time is kept, and written once it is back', async () => {
    await limitTo(100);
    let isAway = true;
    let nowMs = 0;
    const flaky = {
      write: (uses: readonly Use[]) => (isAway ? Promise.reject(new Error('away')) : ledger.write(uses)),
      exhausted: (ids: readonly string[]) => (isAway ? Promise.reject(new Error('away')) : ledger.exhausted(ids)),
    };
    const meter = createCallMeter({ ledger: flaky, pointsPerMinute: 60, logger: silent, nowMs: () => nowMs });
    const running = meter.start({ sessionId: newPublicId(), projectId, licenceId, avatarId: '' }, () => {});
    for (nowMs = 1000; nowMs <= 5000; nowMs += 1000) await meter.tick().catch(() => {});
    nowMs = 6000;
    await running.stop();
    expect((await ledger.wallet(projectId)).balance).toBe(100 * POINT);
    isAway = false;
    await meter.close();
    expect((await ledger.wallet(projectId)).balance).toBe(94 * POINT);
  });
});
