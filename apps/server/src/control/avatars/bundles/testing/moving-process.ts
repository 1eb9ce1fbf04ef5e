// A node for tests that kill it: `moving-process.ts <database URL> <folder>` moves what older servers left into the store, says so, and ends.
import { join } from 'node:path';
import { openDatabase } from '../../../../db/database.ts';
import { silent } from '../../../../db/testing/silent-logger.ts';
import { openFolderStore } from '../../../../files/folder-store.ts';
import { AvatarSources } from '../../making/avatar-sources.ts';
import { AvatarBundles } from '../avatar-bundles.ts';
import { BundleCache } from '../bundle-cache.ts';

const [databaseUrl = '', folder = ''] = process.argv.slice(2);
const db = await openDatabase({ databaseUrl, logger: silent });
const parts = { db, store: await openFolderStore(join(folder, 'store')), logger: silent };
const cache = new BundleCache({ store: parts.store, folder: join(folder, 'bundles'), maxBytes: 1_000_000_000 });
const madeFolder = join(folder, 'avatars');
console.log('moves');
await new AvatarSources({ ...parts, folder: join(folder, 'uploads') }).sweep();
await new AvatarBundles({ ...parts, cache, madeFolder, isDiskLow: () => false }).sweep();
console.log('has moved');
await db.close();
