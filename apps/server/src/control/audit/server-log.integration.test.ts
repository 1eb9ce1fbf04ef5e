import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { silent } from '../../db/testing/silent-logger.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { createAuditLog } from './audit-log.ts';
import { createServerLog } from './server-log.ts';

describeOnBothDatabases('the log of the server', (context) => {
  const open = () => createServerLog(context.db, silent);

  test('counts what is alike in one entry, by action, subject and address', async () => {
    const log = open();
    for (let count = 0; count < 1000; count += 1) {
      log.note({
        action: 'access.refused',
        subject: 'POST /x',
        ipAddress: '203.0.113.7',
        detail: { code: 'forbidden' },
      });
    }
    log.note({ action: 'access.refused', subject: 'POST /x', ipAddress: '203.0.113.8' });
    log.note({ action: 'bound.reached', subject: 'uploads' });
    await log.flush();
    const entries = await log.list({ limit: 10 });
    expect(entries.map(({ action, subjectId, ipAddress, detail }) => [action, subjectId, ipAddress, detail])).toEqual([
      ['bound.reached', 'uploads', null, { times: 1 }],
      ['access.refused', 'POST /x', '203.0.113.8', { times: 1 }],
      ['access.refused', 'POST /x', '203.0.113.7', { times: 1000, code: 'forbidden' }],
    ]);
  });

  test('a flood from ever new addresses makes a hundred entries and one that counts the rest', async () => {
    const log = open();
    const [before] = await log.list({ limit: 1 });
    for (let count = 0; count < 5000; count += 1) {
      const ipAddress = `198.18.${count >> 8}.${count & 255}`;
      log.note({ action: 'call.refused', subject: 'invalid-licence', ipAddress });
    }
    await log.flush();
    const made = (await log.list({ limit: 500 })).filter(({ ordinal }) => ordinal > (before?.ordinal ?? 0));
    expect(made).toHaveLength(101);
    expect(made.find(({ subjectId }) => subjectId === 'and others')?.detail).toEqual({ times: 4900 });
  });

  test('forgets what is older than ninety days, and nothing that users did', async () => {
    const log = open();
    await context.db.orm.execute(sql`update audit_entries set at = now() - interval '91 days'`);
    await context.db.orm.execute(
      sql`insert into audit_entries (action, at) values ('user.logged-in', now() - interval '91 days')`,
    );
    log.note({ action: 'worker.replaced', subject: 'silent' });
    await log.flush();
    await log.sweep();
    expect((await log.list({ limit: 10 })).map(({ action }) => action)).toEqual(['worker.replaced']);
    const { rows } = await context.db.orm.execute(sql`select 1 from audit_entries where action = 'user.logged-in'`);
    expect(rows).toHaveLength(1);
  });

  test('what users did is kept for two years, and of one project the newest ten thousand; long details are named', async () => {
    const audit = createAuditLog(context.db);
    await context.db.orm.execute(sql`delete from audit_entries`);
    await context.db.orm.execute(sql`
      insert into audit_entries (action, project_id, user_id)
      select 'key.updated', 'p', 'u' from generate_series(1, 10005)`);
    await context.db.orm.execute(sql`
      insert into audit_entries (action, project_id, user_id, at) values ('old', 'q', 'u', now() - interval '731 days')`);
    await audit.write(
      { userId: 'u', ipAddress: null },
      { action: 'webhook.updated', detail: { url: 'x'.repeat(2000) } },
    );
    await audit.sweep();
    const { rows } = await context.db.orm.execute(
      sql`select action, count(*)::int as count from audit_entries group by action order by action`,
    );
    expect(rows).toEqual([
      { action: 'key.updated', count: 10_000 },
      { action: 'webhook.updated', count: 1 },
    ]);
    const [entry] = await audit.list({ userId: 'u', limit: 1 });
    expect(entry?.detail).toEqual({ fields: ['url'] });
  });
});
