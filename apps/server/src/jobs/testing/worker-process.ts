// A worker for tests that kill it: `worker-process.ts <data folder or URL> <work milliseconds>`. Tells on standard output what it does.
import { setTimeout as delay } from 'node:timers/promises';
import { openDatabase } from '../../db/database.ts';
import { silent } from '../../db/testing/silent-logger.ts';
import { Jobs } from '../jobs.ts';
import { WorkRows } from './work-rows.ts';

const [place = '', workMs = '0'] = process.argv.slice(2);
const isUrl = place.startsWith('postgres:');
const db = await openDatabase(isUrl ? { databaseUrl: place, logger: silent } : { dataDir: place, logger: silent });
const rows = new WorkRows(db);
let running = 0;
const jobs = new Jobs({
  db,
  logger: silent,
  handlers: [
    {
      definition: { name: 'work', heartbeatSeconds: 10, limitSeconds: 600 },
      places: (lane) => (lane === 'quick' ? 1 - running : 0),
      laneOf: () => 'quick',
      waiting: () => rows.waiting(),
      async run({ key, signal }) {
        running += 1;
        const claimed = await rows.claim(key);
        console.log(`has ${key}`);
        await delay(Number(workMs));
        if (claimed !== null) console.log(`${(await rows.settle(claimed)) ? 'did' : 'was refused'} ${key}`);
        if (signal.aborted) console.log(`stopped ${key}`);
        running -= 1;
        return null;
      },
    },
  ],
});
process.once('SIGTERM', async () => {
  await jobs.close();
  await db.close();
  process.exit(0);
});
