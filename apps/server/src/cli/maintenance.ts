import { dirname, join } from 'node:path';
import type { Config } from '../config.ts';
import type { Accounts } from '../control/accounts/accounts.ts';
import { createKeyDirectory, type KeyDirectory } from '../control/licence-keys/key-directory.ts';
import type { LicenceControl } from '../control/licence-keys/licence-control.ts';
import { loadMasterKeys } from '../control/secrets/master-key.ts';
import { openDatabase } from '../db/database.ts';
import { FolderInUseError } from '../db/embedded/folder-lock.ts';
import { connectBlobStore } from '../files/open-blob-store.ts';
import type { Logger } from '../ports.ts';
import { keepFilesPrivate } from '../private-files.ts';
import { createConsoleServices } from '../roles/console-services.ts';

/** What there is to look after without a running server. */
export type Maintenance = {
  readonly accounts: Accounts;
  readonly keys: LicenceControl;
  readonly directory: KeyDirectory;
};

export const quiet: Logger = {
  debug() {},
  info() {},
  warn: (_fields, message) => console.warn(message),
  error: (fields, message) => console.error(message, fields),
};

/** Opens the control plane with nothing else of the server, and closes it after the work. */
export async function maintain<Result>(config: Config, work: (parts: Maintenance) => Promise<Result>): Promise<Result> {
  keepFilesPrivate();
  const { dataDir, databaseUrl, masterKey } = config;
  // First, since nothing is open yet that would have to be closed.
  const masterKeys = loadMasterKeys({ masterKey, dataDir });
  return await besideServer(async () => {
    const db = await openDatabase({ dataDir, databaseUrl, logger: quiet });
    // Not asked for anything: accounts and keys are looked after without it.
    const blobs = await connectBlobStore({ dataDir, s3: config.s3 }).catch(async (error: unknown) => {
      await db.close();
      throw error;
    });
    const services = createConsoleServices({
      db,
      masterKeys,
      logger: quiet,
      runsJobs: false,
      isRegistrationOpen: false,
      mail: null,
      folders: { shipped: config.avatarsDir, made: join(dataDir, 'avatars') },
      bundleCache: { folder: join(dataDir, 'bundles'), maxBytes: config.bundleCacheBytes },
      recordingsPath: join(dataDir, 'recordings'),
      blobs,
      calls: { endCallsOfLicence: () => 0, endCallsOfMember: () => 0 },
      points: config.points,
    });
    const { accounts, licences } = services.consoleApi;
    try {
      return await work({ accounts, keys: licences, directory: createKeyDirectory(db) });
    } finally {
      await services.close();
      await blobs.close();
      await db.close();
    }
  });
}

/** Says in one sentence what to do when a running server has the embedded database, which serves one process. */
export async function besideServer<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof FolderInUseError)) throw error;
    throw new Error(
      `A running server (${error.owner}) has the embedded database in ${dirname(error.folder)}: stop it, run this again and start it again, ` +
        'or do the same in its console.',
    );
  }
}
