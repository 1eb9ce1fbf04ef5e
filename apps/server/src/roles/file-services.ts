import { ENDLESS_DISK } from '../control/disk/disk-watch.ts';
import type { Bounds } from '../control/fairness/bounds.ts';
import { DEFAULT_QUOTAS } from '../control/quotas/quotas.ts';
import { UploadLinks } from '../control/upload-links/upload-links.ts';
import type { ConsoleServiceOptions } from './console-services.ts';

/** Null: this process takes no files over links. */
export function createUploadLinks(options: ConsoleServiceOptions, { reached: onBound }: Bounds): UploadLinks | null {
  const { db, blobs: store, arrivingFolder: folder, logger, disk = ENDLESS_DISK, quotas = DEFAULT_QUOTAS } = options;
  return folder === undefined ? null : new UploadLinks({ db, store, folder, disk, quotas, logger, onBound });
}
