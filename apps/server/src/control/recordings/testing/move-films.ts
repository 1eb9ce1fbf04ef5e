// Moves the films of a folder into a store, as the housekeeping of a server does, and tells its parent of each step.
import { openDatabase } from '../../../db/database.ts';
import { silent } from '../../../db/testing/silent-logger.ts';
import { openFolderStore } from '../../../files/folder-store.ts';
import { loadMasterKeys } from '../../secrets/master-key.ts';
import { Recordings } from '../recordings.ts';

const [folder = '', files = '', databaseUrl = ''] = process.argv.slice(2);
const db = await openDatabase({ databaseUrl, logger: silent });
const store = await openFolderStore(files);
const masterKeys = loadMasterKeys({ masterKey: 'ab'.repeat(32), dataDir: '/nowhere' });
const told: typeof store.putFile = async (owner, path, options) => {
  process.send?.('begins');
  const stored = await store.putFile(owner, path, options);
  process.send?.('stored');
  return stored;
};
const recordings = new Recordings({ folder, store: { ...store, putFile: told }, masterKeys, db, logger: silent });
await recordings.sweep();
await db.close();
process.disconnect();
