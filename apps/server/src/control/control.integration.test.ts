import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq, isNull, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { avatars, conversations, licenceKeys, messages, projects } from '../db/schema.ts';
import { silent } from '../db/testing/silent-logger.ts';
import { describeOnBothDatabases } from '../db/testing/test-databases.ts';
import type * as ports from '../ports.ts';
import { createAdmission } from './admission/admission.ts';
import { createAvatarCatalogue } from './avatars/avatar-catalogue.ts';
import { KNOWN_NAMES } from './avatars/built-in-names.ts';
import { createConversationRecords } from './conversations/conversation-records.ts';
import { createConversationStore, failOrphanedConversations } from './conversations/conversation-store.ts';
import { seedDemo } from './demo/seed-demo.ts';
import { newPublicId } from './ids.ts';
import { createLicenceKeys } from './licence-keys/licence-keys.ts';
import { loadMasterKeys } from './secrets/master-key.ts';
import { createSecretBox } from './secrets/secret-box.ts';

const masterKeys = loadMasterKeys({ masterKey: randomBytes(32).toString('hex'), dataDir: '/nowhere' });
const box = createSecretBox(masterKeys, 'licence keys');

let avatarsDir: string;

function writeFigure(id: string, displayName: string, firstMessage = 'Hello!'): void {
  mkdirSync(join(avatarsDir, id), { recursive: true });
  const defaults = { voice: 'cedar', language: 'en-US', prompt: 'Be kind.', firstMessage };
  writeFileSync(
    join(avatarsDir, id, 'manifest.json'),
    JSON.stringify({ displayName, thumbnail: 'still.webp', defaults }),
  );
}

function writeIndex(ids: readonly string[]): void {
  writeFileSync(
    join(avatarsDir, 'index.json'),
    JSON.stringify({ avatars: ids.map((id) => ({ id, bundle: id, aliases: id === 'mia' ? ['navtalk.Sophia'] : [] })) }),
  );
}

beforeAll(() => {
  avatarsDir = mkdtempSync(join(tmpdir(), 'visavis-avatars-'));
  writeFigure('leo', 'Leo');
  writeFigure('mia', 'Mia');
  writeIndex(['leo', 'mia']);
});
afterAll(() => rmSync(avatarsDir, { recursive: true, force: true }));

const folders = () => ({ shipped: avatarsDir, made: '/made' });

describeOnBothDatabases('control plane', (context) => {
  const newProject = async (): Promise<string> => {
    const id = newPublicId();
    await context.db.orm.insert(projects).values({ id, name: 'Test' });
    return id;
  };

  const addAvatar = async (
    projectId: string,
    name: string,
    updatedAt: Date,
    state: 'ready' | 'making' | 'failed' = 'ready',
  ): Promise<string> => {
    const id = newPublicId();
    await context.db.orm.insert(avatars).values({
      id,
      projectId,
      name,
      updatedAt,
      provider: 'local',
      model: 'local',
      voice: 'marin',
      language: 'en',
      bundleSource: 'made',
      bundleName: 'mine',
      state,
    });
    return id;
  };

  test('the demo is made once and seeding again changes nothing', async () => {
    const seed = () => seedDemo({ db: context.db, box, avatarsDir, logger: silent });
    const first = await seed();
    expect(first.licenceKey).toMatch(/^sk_navtalk_[A-Za-z0-9]{32}$/);
    const before = await context.db.orm.select().from(avatars).where(isNull(avatars.projectId));
    expect(before.map(({ name }) => name).sort()).toEqual(['navtalk.Leo', 'navtalk.Mia']);
    expect(await seed()).toEqual(first);
    expect(await context.db.orm.select().from(avatars).where(isNull(avatars.projectId))).toEqual(before);
    const licence = await createAdmission(context.db, folders()).findLicence(first.licenceKey as string);
    expect(licence?.projectId).toBe(first.projectId);
  });

  test('a fixed demo key works, and works again after it was revoked', async () => {
    const seed = () => seedDemo({ db: context.db, box, avatarsDir, demoLicense: 'sk_fixed_for_demo', logger: silent });
    const { projectId } = await seed();
    const keys = createLicenceKeys(context.db, box);
    const licence = await keys.find('sk_fixed_for_demo');
    await keys.revoke(projectId as string, licence?.licenceId as string);
    expect(await keys.find('sk_fixed_for_demo')).toBeNull();
    await seed();
    expect(await keys.find('sk_fixed_for_demo')).toMatchObject({ licenceId: licence?.licenceId, projectId });
  });

  test('a changed bundle updates its system avatar only; edits elsewhere stay', async () => {
    const seed = () => seedDemo({ db: context.db, box, avatarsDir, logger: silent });
    await seed();
    const { orm } = context.db;
    await orm.update(avatars).set({ prompt: 'edited here' }).where(eq(avatars.name, 'navtalk.Mia'));
    writeFigure('leo', 'Leo', 'Good day!');
    writeFigure('zoe', 'Zoe');
    writeIndex(['leo', 'mia', 'zoe']);
    await seed();
    const byName = async (name: string) => (await orm.select().from(avatars).where(eq(avatars.name, name)))[0];
    expect((await byName('navtalk.Leo'))?.firstMessage).toBe('Good day!');
    expect((await byName('navtalk.Mia'))?.prompt).toBe('edited here');
    expect(await byName('navtalk.Zoe')).toBeDefined();
    writeIndex(['leo', 'mia']);
    await seed();
    expect(await byName('navtalk.Zoe')).toBeUndefined();
    writeFigure('leo', 'Leo');
    await seed();
  });

  test('avatar look-up: id, own and system names, aliases, stand-ins [20.32] [20.35]', async () => {
    await seedDemo({ db: context.db, box, avatarsDir, logger: silent });
    const projectId = await newProject();
    const admission: ports.Admission = createAdmission(context.db, folders());
    const nameOf = async (query: { avatarId?: string; name?: string }) => {
      const found = await admission.findAvatar(projectId, query);
      return found.kind === 'found' ? found.avatar.name : null;
    };
    const mine = await addAvatar(projectId, 'Anna', new Date());

    expect(await nameOf({ avatarId: mine, name: 'navtalk.Leo' })).toBe('Anna');
    expect(await nameOf({ name: 'navtalk.Leo' })).toBe('navtalk.Leo');
    expect(await nameOf({ name: 'NAVTALK.LEO' })).toBe('navtalk.Leo');
    expect(await nameOf({ name: 'anna' })).toBe('Anna');
    expect(await nameOf({ name: 'leo' })).toBe('navtalk.Leo');
    expect(await nameOf({ name: 'navtalk.Sophia' })).toBe('navtalk.Mia');
    expect(await nameOf({ name: 'sophia' })).toBe('navtalk.Mia');
    const standIn = await nameOf({ name: 'navtalk.Nobody' });
    expect(standIn).toMatch(/^navtalk\.(Leo|Mia)$/);
    expect(await nameOf({ name: 'navtalk.Nobody' })).toBe(standIn);
    expect(await nameOf({ name: 'Brain' })).toMatch(/^navtalk\./);
    // Every name that a published sample asks for.
    for (const name of KNOWN_NAMES) {
      expect([name, await nameOf({ name })]).toEqual([name, expect.stringMatching(/^navtalk\.(Leo|Mia)$/)]);
    }
    expect(await nameOf({ name: 'Nobody' })).toBeNull();
    expect(await nameOf({ avatarId: newPublicId(), name: 'navtalk.Leo' })).toBeNull();
    expect(await nameOf({})).toBeNull();

    const sophia = await admission.findAvatar(projectId, { name: 'navtalk.Sophia' });
    expect(sophia).toMatchObject({ calledBy: 'Sophia', avatar: { name: 'navtalk.Mia', title: 'Sophia' } });
    const found = await admission.findAvatar(projectId, { name: 'navtalk.Leo' });
    expect(found).not.toHaveProperty('calledBy');
    expect(found).toMatchObject({ ambiguous: false, avatar: { bundlePath: join(avatarsDir, 'leo'), voice: 'cedar' } });
  });

  test('another project finds neither the name nor the id', async () => {
    const [owner, stranger] = [await newProject(), await newProject()];
    const avatarId = await addAvatar(owner, 'Private', new Date());
    const catalogue = createAvatarCatalogue(context.db, folders());
    expect(await catalogue.find(stranger, { avatarId })).toEqual({ kind: 'missing' });
    expect(await catalogue.find(stranger, { name: 'Private' })).toEqual({ kind: 'missing' });
    expect((await catalogue.list(owner)).map(({ name }) => name)).toContain('Private');
    expect((await catalogue.list(stranger)).map(({ name }) => name)).not.toContain('Private');
  });

  test('of several avatars with one name the most recently updated is taken, and said to be ambiguous', async () => {
    const projectId = await newProject();
    await addAvatar(projectId, 'Twin', new Date('2026-01-01'));
    const newest = await addAvatar(projectId, 'Twin', new Date('2026-03-01'));
    await addAvatar(projectId, 'Twin', new Date('2026-02-01'));
    const found = await createAdmission(context.db, folders()).findAvatar(projectId, { name: 'Twin' });
    expect(found).toMatchObject({ kind: 'found', ambiguous: true, avatar: { avatarId: newest } });
  });

  test('an avatar that is being made, or could not be, hides no ready one of its name', async () => {
    const projectId = await newProject();
    const admission = createAdmission(context.db, folders());
    for (const state of ['making', 'failed'] as const) await addAvatar(projectId, 'navtalk.Leo', new Date(), state);
    await addAvatar(projectId, 'Anna', new Date('2026-02-01'), 'failed');
    expect(await admission.findAvatar(projectId, { name: 'navtalk.Leo' })).toMatchObject({
      kind: 'found',
      ambiguous: false,
      avatar: { name: 'navtalk.Leo', isSystem: true },
    });
    expect(await admission.findAvatar(projectId, { name: 'Anna' })).toEqual({ kind: 'missing' });
    const ready = await addAvatar(projectId, 'Anna', new Date('2026-01-01'));
    expect(await admission.findAvatar(projectId, { name: 'Anna' })).toMatchObject({ avatar: { avatarId: ready } });
  });

  test('licence keys: create, list, reveal, reset, revoke [19.wordpress.traps]', async () => {
    const projectId = await newProject();
    const keys = createLicenceKeys(context.db, box);
    const created = await keys.create({ projectId, name: 'Shop', maxConcurrentCalls: 3 });
    expect(created.key).toMatch(/^sk_navtalk_[A-Za-z0-9]{32}$/);
    expect(await keys.find(created.key)).toMatchObject({ projectId, maxConcurrentCalls: 3 });
    expect(await keys.find(`${created.key}x`)).toBeNull();
    const [listed] = await keys.list(projectId);
    expect(created.key.startsWith(listed?.keyPrefix as string)).toBe(true);
    expect(listed?.lastUsedAt).toBeInstanceOf(Date);
    expect(JSON.stringify(listed)).not.toContain(created.key);
    expect(await keys.reveal(projectId, created.licenceId)).toBe(created.key);
    expect(await keys.reveal(await newProject(), created.licenceId)).toBeNull();

    const reset = (await keys.reset(projectId, created.licenceId)) as string;
    expect(await keys.find(created.key)).toBeNull();
    expect(await keys.find(reset)).toMatchObject({ licenceId: created.licenceId });
    expect(await keys.revoke(projectId, created.licenceId)).toBe(true);
    expect(await keys.revoke(projectId, created.licenceId)).toBe(false);
    expect(await keys.find(reset)).toBeNull();
    expect(await keys.reset(projectId, created.licenceId)).toBeNull();
  });

  test('an encrypted key moved to another row does not open', async () => {
    const projectId = await newProject();
    const keys = createLicenceKeys(context.db, box);
    const [a, b] = [await keys.create({ projectId, name: 'a' }), await keys.create({ projectId, name: 'b' })];
    await context.db.orm.execute(sql`
      update licence_keys set key_encrypted = (select key_encrypted from licence_keys where id = ${a.licenceId})
      where id = ${b.licenceId}`);
    expect(await keys.reveal(projectId, a.licenceId)).toBe(a.key);
    await expect(keys.reveal(projectId, b.licenceId)).rejects.toThrow();
  });

  test('everything in the database together reveals no key', async () => {
    const projectId = await newProject();
    const { key } = await createLicenceKeys(context.db, box).create({ projectId, name: 'dumped' });
    const rows = await context.db.orm.select().from(licenceKeys);
    const dump = rows
      .flatMap((row) => Object.values(row))
      .map((value) =>
        Buffer.isBuffer(value) ? `${value.toString('latin1')} ${value.toString('hex')}` : String(value),
      );
    const secretPart = key.slice('sk_navtalk_'.length + 4);
    for (const value of dump) {
      expect(value).not.toContain(secretPart);
      expect(value).not.toContain(Buffer.from(secretPart).toString('hex'));
    }
  });

  test('a conversation is stored in order, and the record reads it back', async () => {
    const projectId = await newProject();
    const store: ports.ConversationStore = createConversationStore(context.db);
    const sessionId = newPublicId();
    const startedAt = new Date('2026-05-01T10:00:00.123Z');
    const texts = Array.from({ length: 700 }, (_, index) => `line ${index}`);
    await Promise.all([
      store.start({ sessionId, projectId, licenceId: 'l', avatarId: 'a', startedAt }),
      ...texts.map((text, index) =>
        store.addMessage({
          sessionId,
          role: index % 2 ? 'assistant' : 'user',
          text,
          at: startedAt,
          interrupted: index === 1,
        }),
      ),
      store.end(sessionId, { endedAt: new Date('2026-05-01T10:05:00Z'), status: 'completed', reason: 'client left' }),
    ]);
    await store.end(sessionId, { endedAt: new Date(), status: 'failed', reason: 'second end' });
    const records = createConversationRecords(context.db);
    expect(await records.get(projectId, sessionId)).toMatchObject({ status: 1, reason: 'client left', startedAt });
    const said = await records.messages(projectId, sessionId);
    expect(said?.map(({ text }) => text)).toEqual(texts);
    expect(said?.[1]).toMatchObject({ role: 'assistant', interrupted: true, at: startedAt });
    expect(await records.messages(await newProject(), sessionId)).toBeNull();
  });

  test('one bad fact fails alone; its neighbours in the batch are stored', async () => {
    const projectId = await newProject();
    const store = createConversationStore(context.db);
    const [good, unknown] = [newPublicId(), newPublicId()];
    const at = new Date();
    const settled = await Promise.allSettled([
      store.start({ sessionId: good, projectId, licenceId: 'l', avatarId: 'a', startedAt: at }),
      store.addMessage({ sessionId: good, role: 'user', text: 'nul \u0000 inside', at }),
      store.addMessage({ sessionId: unknown, role: 'user', text: 'lost', at }),
      store.end(unknown, { endedAt: at, status: 'failed', reason: 'x' }),
      store.start({ sessionId: good, projectId, licenceId: 'l', avatarId: 'a', startedAt: at }),
      store.end(good, { endedAt: at, status: 'failed', reason: 'x' }),
    ]);
    expect(settled.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    expect(store.pendingCount).toBe(0);
    const rows = await context.db.orm.select().from(messages).where(eq(messages.conversationId, good));
    expect(rows.map(({ text }) => text)).toEqual(['nul  inside']);
  });

  test('the list of talks pages by start, then id', async () => {
    const projectId = await newProject();
    const store = createConversationStore(context.db);
    const ids = Array.from({ length: 7 }, (_, index) => `session-${index}`).map((id) => `${projectId}-${id}`);
    await Promise.all(
      ids.map((sessionId, index) =>
        store.start({
          sessionId,
          projectId,
          licenceId: 'l',
          avatarId: 'a',
          startedAt: new Date(1_000 * Math.floor(index / 3)),
        }),
      ),
    );
    const records = createConversationRecords(context.db);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await records.list({ projectId, limit: 2, status: 0, ...(cursor ? { cursor } : {}) });
      seen.push(...page.conversations.map(({ sessionId }) => sessionId));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(seen).toEqual(ids);
    await expect(records.list({ projectId, cursor: 'nonsense' })).rejects.toThrow(RangeError);
  });

  test('talks that a crash cut off are failed where no other node can hold them', async () => {
    const projectId = await newProject();
    const store = createConversationStore(context.db);
    const sessionId = newPublicId();
    await store.start({
      sessionId,
      projectId,
      licenceId: 'l',
      avatarId: 'a',
      startedAt: new Date('2026-01-01T00:00:00Z'),
    });
    const at = new Date('2026-01-01T00:01:00Z');
    await store.addMessage({ sessionId, role: 'user', text: 'hello', at });
    await failOrphanedConversations(context.db);
    const [row] = await context.db.orm.select().from(conversations).where(eq(conversations.id, sessionId));
    if (context.db.kind === 'embedded') expect(row).toMatchObject({ status: 2, endedAt: at });
    else expect(row).toMatchObject({ status: 0, endedAt: null });
  });
});
