import { createHash } from 'node:crypto';
import { FIRST_VOICE } from '@visavis/protocol';
import { and, asc, eq, isNull, sql } from 'drizzle-orm';
import type { Database, Orm } from '../../db/database.ts';
import { licenceKeys, projects } from '../../db/schema.ts';
import { type SystemVoice, seedSystemAvatars } from '../avatars/seed-system-avatars.ts';
import { readShippedAvatars } from '../avatars/shipped-avatars.ts';
import { hashLicenceKey } from '../licence-keys/licence-key.ts';
import { createLicenceKeys, type LicenceKeys } from '../licence-keys/licence-keys.ts';
import type { ControlLogger } from '../logger.ts';
import type { SecretBox } from '../secrets/secret-box.ts';

export type DemoOptions = {
  readonly db: Pick<Database, 'orm'>;
  /** Encrypts the demo key, so that a later start can show it again. */
  readonly box: SecretBox | null;
  /** Folder of the shipped bundles, with `index.json`. */
  readonly avatarsDir: string;
  /** A fixed demo key (DEMO_LICENSE); it is made to work at every start. */
  readonly demoLicense?: string | undefined;
  /** Voice of the system avatars. Default: the local one. */
  readonly voice?: SystemVoice;
  readonly logger: ControlLogger;
};

export type Demo = {
  /** Null when the demo project was deleted and no fixed key is given. */
  readonly projectId: string | null;
  /** A working key of the demo project; null when there is none that can be shown. */
  readonly licenceKey: string | null;
  readonly systemAvatarCount: number;
};

/** The same on every server, so that several nodes starting at once make one demo project. */
export const DEMO_PROJECT_ID = createHash('sha256').update('visavis demo project').digest('hex').slice(0, 32);
/** Advisory lock of the seeding transaction. */
const SEED_LOCK = 7_744_110_294;
const LOCAL_VOICE: SystemVoice = { provider: FIRST_VOICE, model: FIRST_VOICE };

/** Brings the system avatars up to date and, on the first start, makes a demo project with a key. Safe to repeat. */
export async function seedDemo({ db, box, avatarsDir, voice, logger, ...options }: DemoOptions): Promise<Demo> {
  const demoLicense = options.demoLicense || undefined;
  const shipped = await readShippedAvatars(avatarsDir);
  if (!shipped)
    logger.warn({ avatarsDir }, 'no shipped avatars: there is no index.json; system avatars are left as they are');
  return db.orm.transaction(async (transaction) => {
    await transaction.execute(sql`select pg_advisory_xact_lock(${SEED_LOCK})`);
    await seedSystemAvatars(transaction, shipped ?? [], voice ?? LOCAL_VOICE);
    const systemAvatarCount = shipped?.length ?? 0;
    const project = await seedProject(transaction, demoLicense !== undefined);
    if (!project) return { projectId: null, licenceKey: null, systemAvatarCount };
    const licenceKey = await seedKey(transaction, { box, demoLicense, isNewProject: project.isNew, logger });
    return { projectId: DEMO_PROJECT_ID, licenceKey, systemAvatarCount };
  });
}

async function seedProject(orm: Orm, isWanted: boolean): Promise<{ isNew: boolean } | null> {
  const existing = await orm.select({ id: projects.id }).from(projects).where(eq(projects.id, DEMO_PROJECT_ID));
  if (existing.length > 0) return { isNew: false };
  const anyProject = await orm.select({ id: projects.id }).from(projects).limit(1);
  // Other projects but no demo project: someone deleted it.
  if (anyProject.length > 0 && !isWanted) return null;
  await orm.insert(projects).values({ id: DEMO_PROJECT_ID, name: 'Demo' });
  return { isNew: true };
}

type KeySeed = {
  readonly box: SecretBox | null;
  readonly demoLicense: string | undefined;
  readonly isNewProject: boolean;
  readonly logger: ControlLogger;
};

async function seedKey(orm: Orm, { box, demoLicense, isNewProject, logger }: KeySeed): Promise<string | null> {
  const keys = createLicenceKeys({ orm }, box);
  if (demoLicense !== undefined) {
    await seedFixedKey(orm, keys, demoLicense);
    return demoLicense;
  }
  if (isNewProject) return (await keys.create({ projectId: DEMO_PROJECT_ID, name: 'Demo', isPublic: true })).key;
  const [licence] = await orm
    .select({ id: licenceKeys.id })
    .from(licenceKeys)
    .where(
      and(eq(licenceKeys.projectId, DEMO_PROJECT_ID), eq(licenceKeys.isPublic, true), isNull(licenceKeys.revokedAt)),
    )
    .orderBy(asc(licenceKeys.ordinal))
    .limit(1);
  if (!licence) return null;
  try {
    return await keys.reveal(DEMO_PROJECT_ID, licence.id);
  } catch (error) {
    logger.warn({ error }, 'the demo key cannot be shown: it was encrypted with another master key; it still works');
    return null;
  }
}

/** Configuration decides: a fixed key that was revoked works again. */
async function seedFixedKey(orm: Orm, keys: LicenceKeys, key: string): Promise<void> {
  const restored = await orm
    .update(licenceKeys)
    .set({ revokedAt: null, isPublic: true })
    .where(eq(licenceKeys.keyHash, hashLicenceKey(key)))
    .returning({ id: licenceKeys.id });
  if (restored.length > 0) return;
  await keys.create({ projectId: DEMO_PROJECT_ID, name: 'Demo (from configuration)', key, isPublic: true });
}
