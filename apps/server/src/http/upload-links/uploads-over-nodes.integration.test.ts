import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Upload as TusUpload } from 'tus-js-client';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { newPublicId } from '../../control/ids.ts';
import { DEFAULT_QUOTAS } from '../../control/quotas/quotas.ts';
import type { UploadLinks } from '../../control/upload-links/upload-links.ts';
import { type Database, openDatabase } from '../../db/database.ts';
import { findPostgres, type PostgresServer, startPostgres } from '../../db/testing/postgres-server.ts';
import { silent } from '../../db/testing/silent-logger.ts';
import { warnSkipped } from '../../db/testing/test-databases.ts';
import type { BlobStore } from '../../files/blob-store.ts';
import { openFolderStore } from '../../files/folder-store.ts';
import { S3Store } from '../../files/s3-store.ts';
import { keysIn } from '../../files/testing/conformance.ts';
import { findS3Server, type S3Server, startS3Server, warnNoS3 } from '../../files/testing/s3-server.ts';
import { arrivingFolderOf } from '../../roles/arriving-folder.ts';
import { type ConsoleTestServer, createConsoleServer } from '../console-api/testing/console-server.ts';
import { TestBrowser } from '../console-api/testing/test-browser.ts';

const FILE = Buffer.concat([Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isommp42', 'latin1'), randomBytes(3_000_000)]);

type Node = { readonly server: ConsoleTestServer; readonly db: Database; readonly at: string; readonly folder: string };

const postgres = findPostgres();
const rclone = findS3Server();
const S3_TITLE = 'uploads over two nodes with one bucket';
if (postgres === null) warnSkipped('uploads over two nodes');
if (rclone === null) warnNoS3(S3_TITLE);

function describeUploads(title: string, isPossible: boolean, openStore: (root: string) => Promise<BlobStore>): void {
  describe.skipIf(!isPossible)(title, () => {
    let root: string;
    let databases: PostgresServer;
    let nodes: readonly Node[];
    let browser: TestBrowser;
    let projectId: string;
    let port = 24_850 + Math.floor(Math.random() * 300);
    beforeAll(async () => {
      root = await mkdtemp(join(tmpdir(), 'visavis-nodes-'));
      await mkdir(join(root, 'files'));
      databases = await startPostgres(postgres as string);
      const databaseUrl = await databases.newDatabase();
      const opened: Node[] = [];
      for (const name of ['one', 'two']) {
        const db = await openDatabase({ databaseUrl, logger: silent });
        // As the nodes of one shared folder have it: a data folder of its own each, and one `files` in them all.
        const dataDir = join(root, name);
        await mkdir(dataDir);
        await symlink(join(root, 'files'), join(dataDir, 'files'));
        const folder = arrivingFolderOf(dataDir);
        const options = { blobs: await openStore(root), arrivingFolder: folder, quotas: DEFAULT_QUOTAS };
        const server = await createConsoleServer(db, options);
        port += 1;
        opened.push({ server, db, folder, at: (await server.listen(port)).replace(/^ws/, 'http') });
      }
      nodes = opened;
      browser = new TestBrowser(nodes[0]?.server.app as ConsoleTestServer['app']);
      await browser.register(`${newPublicId()}@example.org`);
      projectId = (await browser.send('POST', '/projects', { name: 'Shop' })).json().projectId;
    });
    afterAll(async () => {
      for (const { server, db } of nodes ?? []) {
        await server.close();
        await db.close();
      }
      await databases?.stop();
      await rm(root, { recursive: true, force: true });
    });
    let uploadId: string;
    beforeEach(async () => {
      const made = await browser.send('POST', `/projects/${projectId}/upload-links`, { bytes: FILE.byteLength });
      uploadId = made.json().uploadId;
    });

    const node = (index: number): Node => nodes[index % 2] as Node;
    const linksOf = (index: number) => node(index).server.services.uploadLinks as UploadLinks;
    const addressAt = (index: number) => `${node(index).at}/uploads/${uploadId}`;
    const piece = (index: number, offset: number, bytes: Buffer) =>
      fetch(addressAt(index), {
        method: 'PATCH',
        body: new Uint8Array(bytes),
        headers: {
          'tus-resumable': '1.0.0',
          'upload-offset': `${offset}`,
          'content-type': 'application/offset+octet-stream',
        },
      });
    const offsetAt = async (index: number) => {
      const reply = await fetch(addressAt(index), { method: 'HEAD', headers: { 'tus-resumable': '1.0.0' } });
      return Number(reply.headers.get('upload-offset'));
    };
    const expectWhole = async () => {
      for (const index of [0, 1]) {
        const stored = await linksOf(index).resolveUpload(uploadId, projectId);
        const parts: Uint8Array[] = [];
        for await (const part of stored?.file.read() ?? []) parts.push(part);
        expect(Buffer.concat(parts).equals(FILE)).toBe(true);
        expect(await readdir(node(index).folder).catch(() => [])).toEqual([]);
      }
      expect(await keysIn(await openStore(root), { area: 'uploads', owner: uploadId })).toHaveLength(1);
    };

    test('pieces that come to one node and the other in turn become one file, and nothing else is left', async () => {
      const pieceBytes = 700_000;
      let count = 0;
      for (let at = 0; at < FILE.byteLength; at += pieceBytes) {
        expect(await offsetAt(count + 1)).toBe(at);
        expect((await piece(count, at, FILE.subarray(at, at + pieceBytes))).status).toBe(204);
        count += 1;
      }
      expect(count).toBe(5);
      await expectWhole();
    });

    test('a sending whose connection breaks at one node goes on at the other, by a client of tus', async () => {
      const sending = httpRequest(addressAt(0), {
        method: 'PATCH',
        headers: {
          'tus-resumable': '1.0.0',
          'upload-offset': '0',
          'content-type': 'application/offset+octet-stream',
          'content-length': FILE.byteLength,
        },
      });
      sending.on('error', () => {});
      sending.write(FILE.subarray(0, 1_200_000));
      const received = async () => (await linksOf(0).find(uploadId))?.received;
      await vi.waitFor(async () => expect(await received()).toBe(1_200_000), 10_000);
      // Who asks another node meanwhile takes nothing from what is growing here.
      expect(await offsetAt(1)).toBe(0);
      sending.write(FILE.subarray(1_200_000, 1_300_000));
      await vi.waitFor(async () => expect(await received()).toBe(1_300_000), 10_000);
      sending.destroy();
      await vi.waitFor(async () => expect(await offsetAt(1)).toBe(1_300_000), 10_000);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      let first: number | null = null;
      const upload = new TusUpload(FILE, {
        uploadUrl: addressAt(1),
        retryDelays: [0, 100],
        onError: reject,
        onSuccess: () => resolve(),
        onProgress: (sent) => {
          first ??= sent;
        },
      });
      upload.start();
      await promise;
      expect(first).toBeGreaterThanOrEqual(1_300_000);
      await expectWhole();
    });

    test('of two nodes that take the same piece at once, one has it, and the file is whole', async () => {
      const [head, tail] = [FILE.subarray(0, 1_000_000), FILE.subarray(1_000_000)];
      const answers = await Promise.all([piece(0, 0, head), piece(1, 0, head)]);
      const statuses = answers.map(({ status }) => status).sort((a, b) => a - b);
      expect(statuses[0]).toBe(204);
      expect([204, 409]).toContain(statuses[1]);
      const at = await offsetAt(0);
      expect([at, await offsetAt(1)]).toEqual([1_000_000, 1_000_000]);
      expect((await piece(1, at, tail)).status).toBe(204);
      await expectWhole();
    });

    test('a file that begins anew at another node is that one, whatever came before', async () => {
      expect((await piece(0, 0, Buffer.from(FILE).reverse().subarray(0, 1))).status).toBe(204);
      const whole = await fetch(addressAt(1), { method: 'PUT', body: new Uint8Array(FILE) });
      expect(whole.status).toBe(201);
      await expectWhole();
    });

    test('a link that is deleted at one node is gone at the other, with its pieces', async () => {
      expect((await piece(0, 0, FILE.subarray(0, 900_000))).status).toBe(204);
      const headers = { 'tus-resumable': '1.0.0' };
      expect((await fetch(addressAt(1), { method: 'DELETE', headers })).status).toBe(204);
      expect((await piece(0, 900_000, FILE.subarray(900_000))).status).toBe(404);
      expect(await keysIn(await openStore(root), { area: 'uploads', owner: uploadId })).toEqual([]);
    });

    test('a file of which the store lost a piece is sent again from its beginning, by a client of tus', async () => {
      expect((await piece(0, 0, FILE.subarray(0, 2_000_000))).status).toBe(204);
      expect(await offsetAt(0)).toBe(2_000_000);
      const [store, owner] = [await openStore(root), { area: 'uploads', owner: uploadId } as const];
      for (const sha256 of await keysIn(store, owner)) await store.delete({ ...owner, sha256 });
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const options = { uploadUrl: addressAt(1), retryDelays: [0, 100] };
      const upload = new TusUpload(FILE, { ...options, onError: reject, onSuccess: () => resolve() });
      upload.start();
      await promise;
      await expectWhole();
    });

    test('what a node had that was killed before its end is sent again to the other one', async () => {
      expect((await piece(0, 0, FILE.subarray(0, 2_000_000))).status).toBe(204);
      const finish = vi.spyOn(linksOf(0), 'finish').mockRejectedValue(new Error('killed'));
      expect((await piece(0, 2_000_000, FILE.subarray(2_000_000))).ok).toBe(false);
      finish.mockRestore();
      expect(await offsetAt(1)).toBe(2_000_000);
      expect((await piece(1, 2_000_000, FILE.subarray(2_000_000))).status).toBe(204);
      // After its next start.
      await linksOf(0).sweep(Date.now() + 2 * 3_600_000);
      await expectWhole();
    });
  });
}

describeUploads('uploads over two nodes with one folder of files', postgres !== null, (root) =>
  openFolderStore(join(root, 'files')),
);

let bucket: ReturnType<S3Server['newBucket']> | null = null;
let server: S3Server | null = null;
afterAll(() => server?.stop());
describeUploads(S3_TITLE, postgres !== null && rclone !== null, async (root) => {
  server ??= await startS3Server(rclone as string);
  bucket ??= server.newBucket();
  return new S3Store({ ...(await bucket), spoolFolder: join(root, 'spool') });
});
