import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readShippedAvatars } from '../control/avatars/shipped-avatars.ts';
import { loadMasterKeys } from '../control/secrets/master-key.ts';
import { openDatabase } from '../db/database.ts';
import { explainPostgres } from '../db/postgres-failure.ts';
import { silent } from '../db/testing/silent-logger.ts';
import { openDataFolder } from './data-folder.ts';
import { explainStart } from './start-failure.ts';
import { loadTls } from './tls.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'visavis-start-'));
});
afterEach(() => {
  chmodSync(root, 0o700);
  rmSync(root, { recursive: true, force: true });
});

const ADDRESS = { host: '10.9.8.7', port: 80, freePort: 81 };

/** What the operator reads of it. */
async function told(work: () => unknown): Promise<string> {
  try {
    await work();
    return 'it started';
  } catch (error) {
    return explainStart(error, ADDRESS);
  }
}

describe('a data folder that cannot be used', () => {
  it.each<[string, (dataDir: string) => void, RegExp]>([
    [
      'a file in its place',
      (dataDir) => writeFileSync(dataDir, ''),
      /data is a file, where a folder should be\. Move it/,
    ],
    [
      'a link to a disk that is not there',
      (dataDir) => symlinkSync('/nowhere/x', dataDir),
      /is a link to \/nowhere\/x/,
    ],
    [
      'a file where films should be',
      (dataDir) => {
        mkdirSync(dataDir);
        writeFileSync(join(dataDir, 'recordings'), '');
      },
      /data\/recordings is a file, where a folder should be/,
    ],
    [
      'a link where pictures should be',
      (dataDir) => {
        mkdirSync(dataDir);
        symlinkSync('/nowhere/uploads', join(dataDir, 'uploads'));
      },
      /data\/uploads is a link to/,
    ],
  ])('%s: is named, with the way out', async (_what, harm, words) => {
    const dataDir = join(root, 'data');
    harm(dataDir);
    const sentence = await told(() => openDataFolder(dataDir));
    expect(sentence).toMatch(words);
    expect(sentence).toContain(`DATA_DIR (${dataDir})`);
  });

  it('is one that lies below a file', async () => {
    writeFileSync(join(root, 'file'), '');
    expect(await told(() => openDataFolder(join(root, 'file/data')))).toMatch(
      /file is a file, where a folder should be/,
    );
  });

  it.each([
    ['', 'holds nothing'],
    ['not a key\n', 'holds other words'],
  ])('holds a master key of %j', async (text) => {
    writeFileSync(join(root, 'master.key'), text);
    const sentence = await told(() => loadMasterKeys({ dataDir: root }));
    expect(sentence).toMatch(/^The master key cannot be read: .*master\.key (must be|is empty).*backup.*mv /);
  });
});

describe('an address that cannot be listened on', () => {
  it.each([
    ['listen', 'EADDRINUSE', 'Port 80 is taken'],
    ['listen', 'EACCES', 'Port 80 may not be used by this user'],
    ['listen', 'EADDRNOTAVAIL', 'HOST=10.9.8.7 is no address of this machine'],
    ['getaddrinfo', 'ENOTFOUND', 'HOST=10.9.8.7 is no name of this machine'],
  ])('%s %s is told in words', (syscall, code, words) => {
    expect(explainStart(Object.assign(new Error(code), { syscall, code }), ADDRESS)).toContain(words);
  });

  it('is not held for the port when it is a file that is closed', () => {
    const error = Object.assign(new Error('x'), { syscall: 'open', code: 'EACCES', path: '/srv/data/master.key' });
    expect(explainStart(error, ADDRESS)).toMatch(
      /^\/srv\/data\/master\.key may not be used by the user of this server/,
    );
  });
});

it('knows a disk that becomes full in the middle of a file', () => {
  const error = Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
    syscall: 'write',
  });
  expect(explainStart(error, ADDRESS)).toBe('The disk of DATA_DIR is full. Make room on it, and start again.');
});

describe('files of TLS', () => {
  const make = async (name: string) => {
    const { cert, private: key } = await generate([{ name: 'commonName', value: name }], { keyType: 'ec' });
    return { cert, key };
  };
  const load = (files: { cert: string; key: string }) => {
    const [certPath, keyPath] = [join(root, 'cert.pem'), join(root, 'key.pem')];
    writeFileSync(certPath, files.cert);
    writeFileSync(keyPath, files.key);
    const tls = { kind: 'files', certPath, keyPath } as const;
    return told(() => loadTls({ tls, dataDir: root, publicAddresses: [] }));
  };

  it('that are none, or not of one another, are told by their setting', async () => {
    const [one, other] = [await make('one'), await make('other')];
    expect(await load(one)).toBe('it started');
    expect(await load({ ...one, cert: 'x' })).toMatch(/^TLS_CERT: .*cert\.pem holds no certificate/);
    expect(await load({ ...one, key: one.cert })).toMatch(/^TLS_KEY: .*key\.pem holds no private key/);
    expect(await load({ ...one, key: other.key })).toMatch(/^TLS_KEY: .*does not belong to the certificate/);
  });

  it('made here are made again when one of them is not the other’s', async () => {
    const [one, other] = [await make('one'), await make('other')];
    mkdirSync(join(root, 'tls'));
    writeFileSync(join(root, 'tls/certificate.pem'), one.cert);
    writeFileSync(join(root, 'tls/key.pem'), other.key);
    const made = await loadTls({ tls: { kind: 'self-signed' }, dataDir: root, publicAddresses: [] });
    expect(made?.cert).not.toBe(one.cert);
  });
});

it('names the file of a built-in avatar that is damaged', async () => {
  writeFileSync(join(root, 'index.json'), '{"avatars":[{');
  expect(await told(() => readShippedAvatars(root))).toMatch(/index\.json: .*AVATARS_DIR/s);
});

describe('a PostgreSQL server that cannot be used', () => {
  const URL_TEXT = 'postgres://mia:secret@127.0.0.1:1/talks';
  const open = (databaseUrl: string) => told(() => openDatabase({ databaseUrl, logger: silent }));

  it('because nobody answers, is named without its password', async () => {
    const sentence = await open(URL_TEXT);
    expect(sentence).toMatch(
      /^The PostgreSQL database of DATABASE_URL cannot be used: no server answers at 127\.0\.0\.1:1\./,
    );
    expect(await open(URL_TEXT.replace('127.0.0.1', 'localhost'))).toContain('no server answers at localhost:1.');
    expect(sentence).not.toContain('secret');
  });

  it('because something else answers, is told as such', async () => {
    const other = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : 0;
    expect(await open(`postgres://mia:secret@127.0.0.1:${port}/talks`)).toMatch(/cannot be used: .*DATABASE_URL/);
    other.close();
  });

  it.each([
    ['28P01', 'refuses the password of "mia"'],
    ['28000', 'does not let "mia" in'],
    ['3D000', 'createdb --owner=mia talks'],
    ['42501', 'ALTER DATABASE "talks" OWNER TO "mia"'],
    ['25006', 'standby'],
    ['53300', 'max_connections'],
    ['57P03', 'starting up'],
    ['ENOTFOUND', 'the host of 127.0.0.1:1 is unknown'],
  ])('%s, also inside other errors, is told in words', (code, words) => {
    const inner = Object.assign(new Error('x'), { code });
    const sentence = explainPostgres(URL_TEXT, new Error('Failed query: create schema', { cause: inner })).message;
    expect(sentence).toContain(words);
    expect(sentence).not.toContain('secret');
  });
});
