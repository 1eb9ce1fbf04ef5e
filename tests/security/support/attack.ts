import { readFileSync } from 'node:fs';
import path from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, describe } from 'vitest';
import {
  findPostgres,
  type PostgresServer,
  startPostgres,
} from '../../../apps/server/src/db/testing/postgres-server.ts';
import { warnSkipped } from '../../../apps/server/src/db/testing/test-databases.ts';
import { TestClient } from '../../../apps/server/src/gateway/navtalk-v2/test-client.ts';
import { ConsoleVisitor } from '../../support/console-visitor.ts';
import { startServer, type TestServer } from '../../support/server-process.ts';
import { Neighbour } from './neighbour.ts';

/** A project of a user of its own, with a key and an avatar that answers every question at once. */
type AttackProject = {
  /** Logged in, and the only member. */
  readonly owner: ConsoleVisitor;
  readonly projectId: string;
  /** Of `/api/v1`, like `/projects/0123…`. */
  readonly path: string;
  readonly licenceId: string;
  readonly key: string;
  /** Its voice is the scripted one: two seconds of sound for each question, begun at once. */
  readonly avatarId: string;
};

/** A running server to attack, with everything an attacker or a neighbour needs. */
export type Arena = {
  /** `http://…` or `https://…`, without a slash at the end. */
  readonly url: string;
  /** `ws://…` or `wss://…` */
  readonly wsUrl: string;
  /** Processes, memory, output, data folder. */
  readonly server: TestServer;
  /** The key that the first page gives everyone. */
  readonly demoKey: string;
  /** The first user of the server. */
  readonly operator: ConsoleVisitor;
  newProject(): Promise<AttackProject>;
  /** An avatar of this server by the socket; the query as in the protocol (`license`, `avatarId`, …). */
  call(query: Readonly<Record<string, string>>, headers?: Readonly<Record<string, string>>): TestClient;
  /** Runs the attack while a call of another project goes on; fails when that call noticed anything of it. */
  whileNeighbourTalks<Result>(attack: () => Promise<Result>): Promise<Result>;
};

/** Settings of the server as environment variables. */
type Settings = Readonly<Record<string, string>>;

type Define = (arena: Arena) => void;

/**
 * Runs the same attacks twice: on the embedded database over plain HTTP, and on PostgreSQL over TLS. Without an installed
 * PostgreSQL the second run is skipped, and says so.
 */
export function describeUnderAttack(title: string, settings: Settings, define: Define): void {
  const [embedded, postgres] = groundsOf(title, settings);
  describe(`${title} (embedded, http)`, () => {
    useGround(embedded);
    define(embedded.arena);
  });
  describe.skipIf(postgres === null)(`${title} (PostgreSQL, TLS)`, () => {
    if (postgres !== null) useGround(postgres);
    define((postgres ?? embedded).arena);
  });
}

function useGround(ground: Ground): void {
  beforeAll(() => ground.open(), 180_000);
  afterAll(() => ground.close());
}

/** An arena, and the server that it stands for while it is open. */
type Ground = { readonly arena: Arena; open(): Promise<void>; close(): Promise<void> };

function groundsOf(title: string, settings: Settings): [embedded: Ground, postgres: Ground | null] {
  const embedded = openArena(
    () => startServer({ ...COMMON, ...settings }),
    async () => {},
  );
  const postgres = findPostgres();
  if (postgres === null) warnSkipped(title);
  return [embedded, postgres === null ? null : postgresGround(postgres, settings)];
}

function postgresGround(programs: string, settings: Settings): Ground {
  let database: PostgresServer | undefined;
  const start = async (): Promise<TestServer> => {
    database = await startPostgres(programs);
    const DATABASE_URL = await database.newDatabase();
    return startServer({ ...COMMON, ...settings, DATABASE_URL, TLS: 'self-signed' });
  };
  return openArena(start, async () => database?.stop());
}

const COMMON: Settings = { SCRIPTED_VOICE: 'true', MEDIA_WORKERS: '1', LOG_FORMAT: 'json' };

function openArena(start: () => Promise<TestServer>, end: () => Promise<void>): Ground {
  let server: TestServer;
  let operator: ConsoleVisitor;
  let neighbourProject: AttackProject;
  let certificates: readonly string[] | null = null;
  let count = 0;

  const open = async (): Promise<void> => {
    server = await start();
    if (server.url.startsWith('https:')) certificates = trust(path.join(server.dataDir, 'tls', 'certificate.pem'));
    operator = new ConsoleVisitor(server.url);
    await operator.register('operator@example.org');
    neighbourProject = await newProject();
  };
  // The server goes before its database.
  const close = async (): Promise<void> => {
    try {
      await server?.stop();
    } finally {
      await end();
    }
  };

  const wsUrl = () => server.url.replace(/^http/, 'ws');
  const call: Arena['call'] = (query, headers) => new TestClient(wsUrl(), query, headers);

  async function newProject(): Promise<AttackProject> {
    count += 1;
    const owner = new ConsoleVisitor(server.url);
    await owner.register(`owner-${count}@example.org`);
    const { projectId } = (await owner.post('/projects', { name: `Shop ${count}` })).body;
    const path = `/projects/${projectId}`;
    const { licenceId, key } = (await owner.post(`${path}/keys`, { name: 'Web' })).body;
    const [system] = (await owner.get(`${path}/avatars`)).body;
    const fields = { fromAvatarId: system.avatarId, name: 'Quick', provider: 'scripted', model: 'scripted' };
    const { avatarId } = (await owner.post(`${path}/avatars`, fields)).body;
    return { owner, projectId, path, licenceId, key, avatarId };
  }

  const arena: Arena = {
    get url() {
      return server.url;
    },
    get wsUrl() {
      return wsUrl();
    },
    get server() {
      return server;
    },
    get demoKey() {
      return server.license;
    },
    get operator() {
      return operator;
    },
    newProject,
    call,
    async whileNeighbourTalks(attack) {
      const { key, avatarId } = neighbourProject;
      const neighbour = await Neighbour.begin({ wsUrl: wsUrl(), query: { license: key, avatarId }, certificates });
      try {
        const result = await attack();
        await neighbour.check();
        return result;
      } finally {
        await neighbour.leave();
      }
    },
  };
  return { arena, open, close };
}

/** From now on this process takes the certificate for a good one, in `fetch` and in sockets. */
function trust(certificatePath: string): readonly string[] {
  const certificates = [...getCACertificates(), readFileSync(certificatePath, 'utf8')];
  setDefaultCACertificates(certificates);
  return certificates;
}
