import { eq, sql } from 'drizzle-orm';
import { beforeEach, expect, test } from 'vitest';
import { licenceKeys, projects } from '../../db/schema.ts';
import { silent } from '../../db/testing/silent-logger.ts';
import { describeOnBothDatabases } from '../../db/testing/test-databases.ts';
import { callSlots } from '../../db/usage-schema.ts';
import { newPublicId } from '../ids.ts';
import { createLicenceKeys } from '../licence-keys/licence-keys.ts';
import { createCallSlots } from './call-slots.ts';

describeOnBothDatabases('call slots', (context) => {
  let licenceId: string;

  beforeEach(async () => {
    const projectId = newPublicId();
    await context.db.orm.insert(projects).values({ id: projectId, name: 'Test' });
    licenceId = (await createLicenceKeys(context.db, null).create({ projectId, name: 'k' })).licenceId;
  });

  test('200 clients that race for a limit of 5, on two nodes, never exceed it, and always fill it', async () => {
    const licence = { licenceId, maxConcurrentCalls: 5 };
    const nodes = [createCallSlots(context.db, silent), createCallSlots(context.db, silent)];
    const claimAll = (count: number) =>
      Promise.all(Array.from({ length: count }, (_, index) => nodes[index % 2]!.claim(licence, newPublicId())));
    for (let round = 0; round < 3; round += 1) {
      const slots = (await claimAll(200)).filter((slot) => slot !== null);
      expect(slots).toHaveLength(5);
      await Promise.all(slots.map((slot) => slot.release()));
    }
    // Places that come and go meanwhile.
    let holders = 0;
    let most = 0;
    const client = async (index: number): Promise<void> => {
      const slot = await nodes[index % 2]!.claim(licence, newPublicId());
      if (slot === null) return;
      holders += 1;
      most = Math.max(most, holders);
      await new Promise((resolve) => setTimeout(resolve, 5 + (index % 7)));
      holders -= 1;
      await slot.release();
    };
    await Promise.all(Array.from({ length: 200 }, (_, index) => client(index)));
    expect(most).toBeLessThanOrEqual(5);
    expect((await claimAll(6)).filter((slot) => slot !== null)).toHaveLength(5);
    for (const node of nodes) node.close();
  });

  test('a dead node’s places free themselves; a living node keeps its own', async () => {
    const licence = { licenceId, maxConcurrentCalls: 2 };
    const [dead, living] = [createCallSlots(context.db, silent), createCallSlots(context.db, silent)];
    await dead.claim(licence, 'of the dead');
    await living.claim(licence, 'of the living');
    expect(await living.claim(licence, 'third')).toBeNull();
    await context.db.orm
      .update(callSlots)
      .set({ expiresAt: sql`now() + interval '200 milliseconds'` })
      .where(eq(callSlots.licenceId, licenceId));
    await living.renew();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const taken = [await living.claim(licence, 'a'), await living.claim(licence, 'b')];
    expect(taken.map((slot) => slot !== null)).toEqual([true, false]);
    for (const node of [dead, living]) node.close();
  });

  test('a place taken away is told to its holder once, on whichever node, and cannot be released over another’s head', async () => {
    const licence = { licenceId, maxConcurrentCalls: 1 };
    const [here, there] = [createCallSlots(context.db, silent), createCallSlots(context.db, silent)];
    let lost = 0;
    const slot = await here.claim(licence, 'old', () => {
      lost += 1;
    });
    await there.takeAll(licenceId);
    const next = await there.claim(licence, 'new');
    expect(next).not.toBeNull();
    await here.renew();
    await here.renew();
    expect(lost).toBe(1);
    await slot?.release();
    await slot?.release();
    expect(await here.claim(licence, 'third')).toBeNull();
    await next?.release();
    expect(await here.claim(licence, 'third')).not.toBeNull();
    for (const node of [here, there]) node.close();
  });

  test('a claim that names the session it goes on for gets its place, on whichever node, and of its own licence only', async () => {
    const licence = { licenceId, maxConcurrentCalls: 1 };
    const [here, there] = [createCallSlots(context.db, silent), createCallSlots(context.db, silent)];
    let lost = 0;
    const ghost = await here.claim(licence, 'ghost', () => {
      lost += 1;
    });
    expect(ghost).not.toBeNull();
    expect(await there.claim(licence, 'stranger')).toBeNull();
    expect(await there.claim(licence, 'stranger', undefined, 'unknown')).toBeNull();
    const next = await there.claim(licence, 'next', undefined, 'ghost');
    expect(next).not.toBeNull();
    await here.renew();
    expect(lost).toBe(1);
    await ghost?.release();
    expect(await here.claim(licence, 'third')).toBeNull();
    const same = await there.claim(licence, 'same node', undefined, 'next');
    expect(same).not.toBeNull();
    await next?.release();
    expect(await here.claim(licence, 'third')).toBeNull();
    await same?.release();
    for (const node of [here, there]) node.close();
  });

  test('a claim that a reset or a revocation overtakes gets no place', async () => {
    const slots = createCallSlots(context.db, silent);
    const keys = createLicenceKeys(context.db, null);
    const [row] = await context.db.orm.select().from(licenceKeys).where(eq(licenceKeys.id, licenceId));
    const projectId = row!.projectId;
    const keyDigest = row!.keyHash.toString('hex');
    const licence = { licenceId, maxConcurrentCalls: 1, keyDigest };
    const before = await slots.claim(licence, 'before');
    expect(before).not.toBeNull();
    await before?.release();
    const key = await keys.reset(projectId, licenceId);
    expect(await slots.claim(licence, 'late')).toBeNull();
    const fresh = { ...licence, keyDigest: (await keys.find(key!))!.keyDigest };
    const after = await slots.claim(fresh, 'after');
    expect(after).not.toBeNull();
    await after?.release();
    await keys.revoke(projectId, licenceId);
    expect(await slots.claim(fresh, 'revoked')).toBeNull();
    slots.close();
  });

  test('a lowered limit counts at once', async () => {
    const slots = createCallSlots(context.db, silent);
    const held = [await slots.claim({ licenceId, maxConcurrentCalls: 3 }, 'a')];
    held.push(await slots.claim({ licenceId, maxConcurrentCalls: 3 }, 'b'));
    expect(await slots.claim({ licenceId, maxConcurrentCalls: 2 }, 'c')).toBeNull();
    await held[0]?.release();
    expect(await slots.claim({ licenceId, maxConcurrentCalls: 2 }, 'd')).not.toBeNull();
    const [licence] = await context.db.orm.select().from(licenceKeys).where(eq(licenceKeys.id, licenceId));
    expect(licence?.maxConcurrentCalls).toBe(10);
    slots.close();
  });
});
