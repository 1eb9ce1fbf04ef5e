// A worker for tests that kill it: `film-worker-process.ts <database URL> <folder> <milliseconds a film takes>`. Tells what it makes.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openDatabase } from '../../../db/database.ts';
import { silent } from '../../../db/testing/silent-logger.ts';
import { openFolderStore } from '../../../files/folder-store.ts';
import { JOBS } from '../../../jobs/definitions.ts';
import { createMakingTurns } from '../../../jobs/handlers/making-turns.ts';
import { Jobs } from '../../../jobs/jobs.ts';
import { createSharedPlaces } from '../../../jobs/shared-places.ts';
import { ENDLESS_DISK } from '../../disk/disk-watch.ts';
import { FilmJobs } from '../film-jobs.ts';
import { FilmWorkshop } from '../film-workshop.ts';

const [databaseUrl = '', folder = '', workMs = '0'] = process.argv.slice(2);
const db = await openDatabase({ databaseUrl, logger: silent });
const jobs = new FilmJobs(db, { pointsPerMinute: 60 });
const workshop = new FilmWorkshop({
  jobs,
  blobs: await openFolderStore(join(folder, 'store')),
  folder: join(folder, 'work'),
  cacheFolder: folder,
  disk: ENDLESS_DISK,
  logger: silent,
  catalogue: { get: async () => ({ state: 'ready', bundlePath: folder }) as never },
  fetch: () => Promise.reject(new Error('nothing is fetched here')),
  async run({ outPath }, { signal, onLength }) {
    onLength(2100);
    console.log('makes');
    await delay(Number(workMs), undefined, { signal }).catch(() => {});
    if (signal.aborted) return { kind: 'broke', detail: 'It was stopped.' };
    await writeFile(outPath, 'film');
    return { kind: 'made', durationMs: 2100, widthPx: 64, heightPx: 64 };
  },
});
const definition = { ...JOBS.films, heartbeatSeconds: 10 };
const places = createSharedPlaces(2).forKind();
const queue = new Jobs({ db, handlers: [createMakingTurns({ definition, jobs, workshop, places })], logger: silent });
process.once('SIGTERM', async () => {
  await queue.close();
  await db.close();
  process.exit(0);
});
