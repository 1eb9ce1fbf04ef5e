import { rmSync } from 'node:fs';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { afterAll, beforeAll, expect } from 'vitest';
import { newPublicId } from '../../../apps/server/src/control/ids.ts';
import { type Database, openDatabase } from '../../../apps/server/src/db/database.ts';
import { avatars } from '../../../apps/server/src/db/schema.ts';
import { newDataDir } from '../../../apps/server/src/db/testing/embedded-folder.ts';
import { silent } from '../../../apps/server/src/db/testing/silent-logger.ts';
import { TestClient } from '../../../apps/server/src/gateway/navtalk-v2/test-client.ts';
import {
  type ConsoleTestServer,
  createConsoleServer,
} from '../../../apps/server/src/http/console-api/testing/console-server.ts';
import { expectPrompt } from '../../security/support/answer-times.ts';
import { ConsoleVisitor } from '../../support/console-visitor.ts';

const SLOWEST_LOOP_MS = 400;
const GROWTH_BYTES = 200_000_000;

/** The whole server in this process, with a user, a project, a key and an avatar of his, and a neighbour in a call. */
export type ConsoleWire = {
  readonly server: ConsoleTestServer;
  readonly owner: ConsoleVisitor;
  readonly projectId: string;
  readonly licenceId: string;
  readonly key: string;
  readonly avatarId: string;
  /** Runs an attack; fails when the heap grew, the event loop stood still, or the neighbour waited. */
  unharmed(attack: () => Promise<void>): Promise<void>;
};

export function useConsoleWire(): ConsoleWire {
  let folder: string;
  let db: Database;
  let wsUrl: string;
  let wire: Omit<ConsoleWire, 'unharmed'>;

  beforeAll(async () => {
    folder = await newDataDir();
    db = await openDatabase({ dataDir: folder, logger: silent });
    const server = await createConsoleServer(db);
    const systemAvatarId = newPublicId();
    await db.orm.insert(avatars).values({
      id: systemAvatarId,
      name: 'navtalk.Leo',
      provider: 'local',
      model: 'local',
      voice: 'cedar',
      language: 'en',
      bundleSource: 'shipped',
      bundleName: 'leo',
      thumbnail: 'still.webp',
      prompt: 'You are Leo.',
    });
    wsUrl = await server.listen(0);
    const owner = new ConsoleVisitor(wsUrl.replace('ws:', 'http:'));
    await owner.register('owner@example.org');
    const { projectId } = (await owner.post('/projects', { name: 'Shop' })).body;
    const path = `/projects/${projectId}`;
    const { licenceId, key } = (await owner.post(`${path}/keys`, { name: 'Web' })).body;
    const { avatarId } = (await owner.post(`${path}/avatars`, { fromAvatarId: systemAvatarId })).body;
    wire = { server, owner, projectId, licenceId, key, avatarId };
  });
  afterAll(async () => {
    await wire?.server.close();
    await db?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  return {
    get server() {
      return wire.server;
    },
    get owner() {
      return wire.owner;
    },
    get projectId() {
      return wire.projectId;
    },
    get licenceId() {
      return wire.licenceId;
    },
    get key() {
      return wire.key;
    },
    get avatarId() {
      return wire.avatarId;
    },
    async unharmed(attack) {
      const { key, avatarId, server } = wire;
      const neighbour = new TestClient(wsUrl, { license: key, avatarId });
      await neighbour.event('realtime.session.updated');
      const call = server.placer.calls.at(-1);
      if (call === undefined) throw new Error('the neighbour has no call');
      const repliesMs: number[] = [];
      const loop = monitorEventLoopDelay({ resolution: 10 });
      const heapBefore = process.memoryUsage().heapUsed;
      let isOver = false;
      const talk = (async () => {
        for (let asked = 0; !isOver; asked += 1) {
          const startMs = performance.now();
          neighbour.send({ type: 'response.create' });
          while (call.commands.filter(({ type }) => type === 'respond').length <= asked) await nextTurn();
          repliesMs.push(performance.now() - startMs);
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      })();
      loop.enable();
      await attack();
      loop.disable();
      isOver = true;
      await talk;
      neighbour.socket.close();
      await neighbour.closed;
      expectPrompt(repliesMs, 'the neighbour’s replies');
      expect(loop.percentile(99) / 1e6, 'delay of the event loop, in ms').toBeLessThan(SLOWEST_LOOP_MS);
      expect(process.memoryUsage().heapUsed - heapBefore, 'growth of the heap').toBeLessThan(GROWTH_BYTES);
    },
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}
