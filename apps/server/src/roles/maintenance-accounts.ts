import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { Accounts } from '../control/accounts/accounts.ts';
import { loadMasterKeys } from '../control/secrets/master-key.ts';
import { openDatabase } from '../db/database.ts';
import type { Logger } from '../ports.ts';
import { createConsoleServices } from './console-services.ts';

const quiet: Logger = {
  debug() {},
  info() {},
  warn: (_fields, message) => console.warn(message),
  error: (fields, message) => console.error(message, fields),
};

/** Accounts for the command line, with nothing else of the server. */
export async function createMaintenanceAccounts(
  config: Config,
): Promise<{ accounts: Accounts; close: () => Promise<void> }> {
  const { dataDir, databaseUrl, masterKey } = config;
  const db = await openDatabase({ dataDir, databaseUrl, logger: quiet });
  const services = createConsoleServices({
    db,
    masterKeys: loadMasterKeys({ masterKey, dataDir }),
    logger: quiet,
    isRegistrationOpen: false,
    mail: null,
    folders: { shipped: config.avatarsDir, made: dataDir },
    recordingsPath: join(dataDir, 'recordings'),
    calls: { endCallsOfLicence: () => 0, endCallsOfMember: () => 0 },
    points: config.points,
  });
  const close = async () => {
    await services.close();
    await db.close();
  };
  return { accounts: services.consoleApi.accounts, close };
}
