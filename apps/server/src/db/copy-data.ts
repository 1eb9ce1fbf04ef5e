// Copies the data of a stopped server between the embedded database and PostgreSQL:
//   node apps/server/src/db/copy-data.ts --from ./data --to postgres://user:password@host/database
// Each side is a data folder or a PostgreSQL URL; the target must be empty. See docs/data.md.
import { parseArgs } from 'node:util';
import { copyDatabase } from './copy-database.ts';
import { type Database, openDatabase } from './database.ts';

const logger = {
  debug() {},
  info: (_fields: object, message: string) => console.log(message),
  warn: (fields: object, message: string) => console.warn(message, fields),
  error: (fields: object, message: string) => console.error(message, fields),
};

function open(place: string): Promise<Database> {
  return openDatabase(/^postgres(ql)?:/.test(place) ? { databaseUrl: place, logger } : { dataDir: place, logger });
}

process.umask(0o077);
const { values } = parseArgs({ options: { from: { type: 'string' }, to: { type: 'string' } } });
if (!values.from || !values.to) throw new Error('needed: --from <data folder or URL> --to <data folder or URL>');
const source = await open(values.from);
const target = await open(values.to);
for (const [table, count] of Object.entries(await copyDatabase(source, target))) console.log(`${table}: ${count} rows`);
await Promise.all([source.close(), target.close()]);
