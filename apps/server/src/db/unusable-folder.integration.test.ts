import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from './database.ts';
import { repairDatabase } from './repair-database.ts';
import { newDataDir } from './testing/embedded-folder.ts';
import { silent } from './testing/silent-logger.ts';

/** The user that owns nothing. */
const NOBODY = 65_534;
const OPENER = fileURLToPath(new URL('./testing/open-and-tell.ts', import.meta.url));
const run = promisify(execFile);

let root: string;
let whole: string;
let dataDir: string;
let folder: string;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'visavis-unusable-'));
  chmodSync(root, 0o755);
  whole = await newDataDir();
});
afterAll(() => {
  for (const path of [root, whole]) rmSync(path, { recursive: true, force: true });
});
beforeEach(() => {
  dataDir = mkdtempSync(join(root, 'data-'));
  folder = join(dataDir, 'database');
  cpSync(whole, dataDir, { recursive: true });
});

/** Every path below the data folder, with what it holds. */
function contents(): Record<string, string> {
  const names = readdirSync(dataDir, { recursive: true, encoding: 'utf8' });
  return Object.fromEntries(
    names.toSorted().map((name) => {
      const path = join(dataDir, name);
      const status = statSync(path, { throwIfNoEntry: false });
      return [name, status?.isFile() ? createHash('sha1').update(readFileSync(path)).digest('hex') : 'no file'];
    }),
  );
}

async function refusal(): Promise<string> {
  const reason: unknown = await openDatabase({ dataDir, logger: silent }).then(
    (database) => database.close(),
    (error: unknown) => error,
  );
  return (reason as Error).message;
}

describe('a folder that is not this server’s database', () => {
  const pgdata = (name: string) => join(folder, 'pgdata', name);
  it.each<[string, () => void, RegExp]>([
    [
      'files of another program',
      () => {
        rmSync(folder, { recursive: true });
        mkdirSync(folder);
        writeFileSync(join(folder, 'ibdata1'), 'x');
      },
      /holds files of something else \(ibdata1\)/,
    ],
    [
      'a PostgreSQL cluster that lies one level too high',
      () => {
        for (const name of readdirSync(join(folder, 'pgdata'))) renameSync(pgdata(name), join(folder, name));
        rmSync(join(folder, 'pgdata'), { recursive: true });
      },
      /holds files of something else/,
    ],
    ['pgdata that is gone', () => rmSync(join(folder, 'pgdata'), { recursive: true }), /its files \(pgdata\) are gone/],
    ['another program’s pgdata', () => rmSync(pgdata('global'), { recursive: true }), /pgdata lacks global/],
    [
      'a file in its place',
      () => {
        rmSync(folder, { recursive: true });
        writeFileSync(folder, 'x');
      },
      /is a file, where a folder should be/,
    ],
    [
      'a link to a disk that is not there',
      () => {
        rmSync(folder, { recursive: true });
        symlinkSync('/nowhere/database', folder);
      },
      /is a link to \/nowhere\/database, which is not there/,
    ],
    [
      'such a link inside',
      () => {
        rmSync(pgdata('pg_wal'), { recursive: true });
        symlinkSync('/nowhere/pg_wal', pgdata('pg_wal'));
      },
      /pg_wal is a link to/,
    ],
    ['another version', () => writeFileSync(pgdata('PG_VERSION'), '15\n'), /was written by PostgreSQL 15/],
    ['another engine', () => writeFileSync(join(folder, 'format.json'), '{"engine":"x","postgresMajor":3}'), /by x/],
    ['the control file cut off', () => writeFileSync(pgdata('global/pg_control'), 'x'), /database repair/],
    ['no commits', () => rmSync(pgdata('pg_xact/0000')), /pg_xact.*is empty/],
  ])('%s: is refused with the folder’s name, and not a byte is changed', async (_what, harm, words) => {
    harm();
    const before = contents();
    const message = await refusal();
    expect(message).toMatch(words);
    expect(message).toContain(folder);
    expect(message).toContain('Nothing was changed.');
    expect(contents()).toEqual(before);
  });

  it('all that can be made again is, at once', async () => {
    replaceByFolder(pgdata('global/pg_control'));
    rmSync(pgdata('base/5/PG_VERSION'));
    writeFileSync(join(folder, 'format.json'), 'null');
    writeFileSync(pgdata('postgresql.conf'), 'shared = = 7\n');
    expect(await refusal()).toContain(`npx visavis database repair --data-dir ${dataDir}`);
    const done = (await repairDatabase(dataDir, silent)).join(' ');
    for (const words of [
      /base\/5\/PG_VERSION.*written again/,
      /control file was made again/,
      /settings .*were put back/,
    ]) {
      expect(done).toMatch(words);
    }
    await (await openDatabase({ dataDir, logger: silent })).close();
  }, 180_000);

  it('a log that is a file is begun anew', async () => {
    replaceByFile(pgdata('pg_wal'));
    expect(await refusal()).toMatch(/pg_wal is missing or no folder.*database repair/);
    expect((await repairDatabase(dataDir, silent)).join(' ')).toMatch(/begun anew.*nothing is lost/);
  }, 120_000);

  it('what the engine says of its settings reaches the operator', async () => {
    writeFileSync(pgdata('postgresql.conf'), 'shared = = 7\n');
    expect(await refusal()).toMatch(/gave up \(.*postgresql\.conf/);
    expect(existsSync(pgdata('postmaster.pid'))).toBe(false);
  });

  it('odd names and links are no obstacle', async () => {
    const odd = join(root, 'Dät a ☃ #%? it’s');
    renameSync(dataDir, odd);
    symlinkSync(odd, dataDir);
    await (await openDatabase({ dataDir, logger: silent })).close();
    rmSync(join(odd, 'database/pgdata/global/pg_control'));
    dataDir = odd;
    expect(await refusal()).toContain(`--data-dir '${odd}'`);
  });
});

function replaceByFolder(path: string): void {
  rmSync(path);
  mkdirSync(path);
}

function replaceByFile(path: string): void {
  rmSync(path, { recursive: true });
  writeFileSync(path, '');
}

/** What the opening says when another user tries it. */
async function refusalOfNobody(path = dataDir): Promise<string> {
  const { stdout } = await run(process.execPath, [OPENER, path], { uid: NOBODY, gid: NOBODY, cwd: '/' });
  return stdout;
}

function ownedByNobody(path: string): void {
  chownSync(path, NOBODY, NOBODY);
  if (!statSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) ownedByNobody(join(path, name));
}

/** Only root may be another user, and that one must be able to read this program. */
async function canBeNobody(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false;
  return run(process.execPath, [OPENER], { uid: NOBODY, gid: NOBODY, cwd: '/' }).then(
    () => true,
    () => false,
  );
}

const mayTry = await canBeNobody();
if (!mayTry)
  console.warn('\n*** NOT TESTED: folders of another user. Run it as root, with the program readable by all. ***\n');

describe.skipIf(!mayTry)('a folder of another user', () => {
  it.each<[string, () => string]>([
    ['all of it', () => folder],
    ['one file of the tables, after one start by root', () => close(pgFile('base/5/1259'))],
    ['a file of the log', () => close(join(pgFile('pg_wal'), readdirSync(pgFile('pg_wal')).toSorted()[0] ?? ''))],
  ])('is named, with what opens it: %s', async (_what, harm) => {
    chownSync(dataDir, NOBODY, NOBODY);
    if (_what !== 'all of it') ownedByNobody(folder);
    const closed = harm();
    const message = await refusalOfNobody();
    expect(message).toContain(`${closed} may not be read and written by the user of this server (nobody)`);
    expect(message).toContain(`chown -R nobody ${folder}; chmod -R u+rwX ${folder}`);
    expect(message).toContain('Nothing was changed.');
  });

  it('opens when all of it is given to him', async () => {
    chownSync(dataDir, NOBODY, NOBODY);
    ownedByNobody(folder);
    expect(await refusalOfNobody()).toBe('open\n');
  });

  it('is named where the way to it is closed', async () => {
    const above = join(dataDir, 'above');
    mkdirSync(above, { mode: 0o700 });
    chmodSync(dataDir, 0o755);
    expect(await refusalOfNobody(join(above, 'data'))).toMatch(`${above}, which leads there, is closed to the user`);
    chmodSync(above, 0o755);
    expect(await refusalOfNobody(join(above, 'data'))).toMatch(`${above}, which leads there, is closed to the user`);
  });

  const pgFile = (name: string) => join(folder, 'pgdata', name);
  const close = (path: string): string => {
    chownSync(path, 0, 0);
    chmodSync(path, statSync(path).isDirectory() ? 0o700 : 0o600);
    return path;
  };
});
