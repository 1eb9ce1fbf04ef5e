import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger as PinoLogger } from 'pino';
import type { Config } from '../config.ts';
import { DEMO_PROJECT_ID } from '../control/demo/seed-demo.ts';
import { openDiskWatch } from '../control/disk/disk-watch.ts';
import { installationIdOf } from '../control/installation.ts';
import { loadMasterKeys } from '../control/secrets/master-key.ts';
import { openDatabase } from '../db/database.ts';
import { openBlobStore } from '../files/open-blob-store.ts';
import { arrivingFolderOf } from './arriving-folder.ts';
import { Closers } from './closers.ts';
import { createConsoleServices } from './console-services.ts';
import { openDataFolder } from './data-folder.ts';
import { avatarServices } from './file-services.ts';
import { filmServices } from './film-process.ts';
import { makingPlaces } from './machine-places.ts';

export type RunningWorker = {
  /** Ends what is under way, which goes on elsewhere. Idempotent. */
  close(): Promise<void>;
};

/** Only what waits for its turn: no sockets, no calls. Any number of these may stand beside the servers of one database. */
export async function startWorker(config: Config, logger: PinoLogger): Promise<RunningWorker> {
  const closers = new Closers(logger);
  try {
    await start(config, logger, closers);
  } catch (error) {
    await closers.close();
    throw error;
  }
  return { close: () => closers.close() };
}

async function start(config: Config, logger: PinoLogger, closers: Closers): Promise<void> {
  const { dataDir, databaseUrl, masterKey } = config;
  await openDataFolder(dataDir);
  const disk = await openDiskWatch({ folder: dataDir, minFreeBytes: config.minFreeDiskBytes, logger });
  closers.add('disk watch', async () => disk.close());
  const masterKeys = loadMasterKeys({ masterKey, dataDir });
  const db = await openDatabase({ dataDir, databaseUrl, logger });
  closers.add('database', () => db.close());
  const blobs = await openBlobStore({
    dataDir,
    s3: config.s3,
    logger,
    installationId: await installationIdOf(db),
  });
  closers.add('store of files', () => blobs.close());
  const recordingsPath = join(dataDir, 'recordings');
  await mkdir(recordingsPath, { recursive: true, mode: 0o700 });
  const services = createConsoleServices({
    db,
    masterKeys,
    logger,
    disk,
    recordingsPath,
    blobs,
    points: config.points,
    quotas: config.quotas,
    arrivingFolder: arrivingFolderOf(dataDir),
    ...avatarServices(config, logger),
    calls: { endCallsOfLicence: () => 0, endCallsOfMember: () => 0 },
    isRegistrationOpen: false,
    mail: null,
    demoProjectId: DEMO_PROJECT_ID,
    films: filmServices(dataDir, logger, config.voice.partsWithKeys().speaker),
    madeAtOnce: makingPlaces(),
    fetchPrivateHosts: config.fetchPrivateHosts,
    webhooks: { privateHosts: config.webhookPrivateHosts },
  });
  closers.add('control plane', () => services.close());
}
