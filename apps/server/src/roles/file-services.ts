import { join } from 'node:path';
import type { Config } from '../config.ts';
import { AvatarBundles } from '../control/avatars/bundles/avatar-bundles.ts';
import { BundleCache } from '../control/avatars/bundles/bundle-cache.ts';
import { ENDLESS_DISK } from '../control/disk/disk-watch.ts';
import type { Bounds } from '../control/fairness/bounds.ts';
import { DEFAULT_QUOTAS } from '../control/quotas/quotas.ts';
import { UploadLinks } from '../control/upload-links/upload-links.ts';
import type { Logger } from '../ports.ts';
import { createBundleRunner } from './bundle-process.ts';
import type { ConsoleServiceOptions } from './console-service-options.ts';

/** Where files of avatars lie below a data folder, and how avatars are made. */
export function avatarServices({ dataDir, avatarsDir, bundleCacheBytes, embeddings }: Config, logger: Logger) {
  return {
    embeddings,
    folders: { shipped: avatarsDir, made: join(dataDir, 'avatars') },
    bundleCache: { folder: join(dataDir, 'bundles'), maxBytes: bundleCacheBytes },
    making: {
      uploadFolder: join(dataDir, 'uploads'),
      workFolder: join(dataDir, 'making'),
      run: createBundleRunner(logger),
    },
  };
}

export function createBundles(options: ConsoleServiceOptions): AvatarBundles {
  const { db, blobs: store, folders, bundleCache, logger, disk = ENDLESS_DISK } = options;
  const cache = new BundleCache({ store, ...bundleCache });
  return new AvatarBundles({ db, store, cache, madeFolder: folders.made, isDiskLow: disk.isLow, logger });
}

/** Null: this process takes no files over links. */
export function createUploadLinks(options: ConsoleServiceOptions, { reached: onBound }: Bounds): UploadLinks | null {
  const { db, blobs: store, arrivingFolder: folder, logger, disk = ENDLESS_DISK, quotas = DEFAULT_QUOTAS } = options;
  return folder === undefined ? null : new UploadLinks({ db, store, folder, disk, quotas, logger, onBound });
}
