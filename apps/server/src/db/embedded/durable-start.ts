import { PGlite } from '@electric-sql/pglite';

const SETTINGS: readonly string[] = [
  'fsync=on',
  // The only method that reaches the file system: the default, fdatasync, is an empty stub in this engine.
  'wal_sync_method=fsync',
  'full_page_writes=on',
  'synchronous_commit=on',
  'shared_buffers=16MB',
];

/** How the embedded engine is started. The shipped parameters contain `-F`, which turns fsync off. */
export const durableStartParams: string[] = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  ...SETTINGS.flatMap((setting) => ['-c', setting]),
];
