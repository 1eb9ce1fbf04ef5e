// Opens the embedded database of the given data folder, closes it, and says `open`, or why it could not. Without one: nothing.
import { openDatabase } from '../database.ts';
import { silent } from './silent-logger.ts';

const dataDir = process.argv[2];
if (dataDir !== undefined) {
  try {
    await (await openDatabase({ dataDir, logger: silent })).close();
    console.log('open');
  } catch (error) {
    console.log((error as Error).message);
  }
}
