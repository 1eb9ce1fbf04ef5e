// Opens the embedded database of the given data folder, says so, and keeps it until it is killed.
import { openDatabase } from '../database.ts';
import { silent } from './silent-logger.ts';

await openDatabase({ dataDir: process.argv[2] as string, logger: silent });
console.log('open');
setInterval(() => {}, 60_000);
