import { keepFilesPrivate } from '../private-files.ts';
import { groupCommand } from './action-group.ts';
import { EXIT, UsageError } from './command.ts';
import { DATA_NOTE } from './notes.ts';

/** `visavis database …`: what is done to a database while no server uses it. */
export const databaseCommand = groupCommand({
  name: 'database',
  note: DATA_NOTE,
  actions: [
    {
      name: 'repair',
      summary: 'mends a damaged embedded database as far as it can be, after copying it aside',
      async run({ config }) {
        if (config.databaseUrl !== undefined) {
          throw new UsageError('The database is a PostgreSQL server (DATABASE_URL): it is mended with its own tools.');
        }
        const [{ repairDatabase }, { besideServer, quiet }] = await load();
        for (const sentence of await besideServer(() => repairDatabase(config.dataDir, quiet))) {
          console.log(sentence);
        }
        return EXIT.done;
      },
    },
    {
      name: 'copy',
      summary: 'copies all rows into an empty database, embedded or PostgreSQL, all or none',
      options: {
        from: { value: 'PLACE', meaning: 'a data folder, or postgres://user:password@host/database' },
        to: { value: 'PLACE', meaning: 'the same; it must be empty' },
      },
      async run({ options: { from, to } }) {
        if (from === undefined || to === undefined) {
          throw new UsageError(
            '“visavis database copy” takes --from PLACE and --to PLACE: its --help says what these are.',
          );
        }
        const [, { besideServer, quiet }, { copyData }] = await load();
        const counts = await besideServer(() => copyData(from, to, quiet));
        for (const [table, count] of Object.entries(counts)) console.log(`${table}: ${count} rows`);
        return EXIT.done;
      },
    },
  ],
});

/** Parts are loaded when they are wanted: each is large. */
function load() {
  keepFilesPrivate();
  return Promise.all([import('../db/repair-database.ts'), import('./maintenance.ts'), import('../db/copy-data.ts')]);
}
