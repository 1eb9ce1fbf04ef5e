import { createHash, randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../database.ts';
import { silent } from './silent-logger.ts';

const cacheFolder = fileURLToPath(new URL('../../../../../node_modules/.cache/visavis-test-database', import.meta.url));
const migrationsFolder = fileURLToPath(new URL('../migrations', import.meta.url));

function templateName(): string {
  const digest = createHash('sha256');
  for (const name of readdirSync(migrationsFolder).sort()) {
    if (name.endsWith('.sql')) digest.update(name).update(readFileSync(join(migrationsFolder, name)));
  }
  return `pglite-0.5.16-${digest.digest('hex').slice(0, 16)}`;
}

/** Making a database takes seconds; tests copy one that was made before. */
async function template(): Promise<string> {
  const path = join(cacheFolder, templateName());
  if (existsSync(path)) return path;
  mkdirSync(cacheFolder, { recursive: true });
  const unfinished = `${path}.${randomBytes(6).toString('hex')}`;
  const db = await openDatabase({ dataDir: unfinished, logger: silent });
  await db.close();
  try {
    renameSync(unfinished, path);
  } catch {
    // Another test process was quicker.
    rmSync(unfinished, { recursive: true, force: true });
  }
  return path;
}

/** A data folder of its own with an empty, migrated embedded database. */
export async function newDataDir(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'visavis-data-'));
  cpSync(await template(), folder, { recursive: true });
  return folder;
}
