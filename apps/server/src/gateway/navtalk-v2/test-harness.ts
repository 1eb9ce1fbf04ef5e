import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach } from 'vitest';
import { TEST_AVATAR, TEST_KEY } from '../test-doubles.ts';
import { createTestServer, type TestServer } from '../test-server.ts';
import { TestClient } from './test-client.ts';

export const QUERY = { license: TEST_KEY, avatarId: TEST_AVATAR.avatarId };

export type Harness = {
  readonly server: TestServer;
  /** `ws://…` of it. */
  readonly baseUrl: string;
  connect(query?: Readonly<Record<string, string>>, headers?: Readonly<Record<string, string>>): TestClient;
  restart(overrides: Parameters<typeof createTestServer>[0]): Promise<void>;
  commandTypes(call?: number): string[];
};

/** A fresh listening server for each test of the file, with clients that are gone after it. */
export function useHarness(port: number): Harness {
  let server: TestServer;
  let baseUrl: string;
  let clients: TestClient[] = [];

  async function start(overrides: Parameters<typeof createTestServer>[0] = {}): Promise<void> {
    server = await createTestServer(overrides);
    baseUrl = await server.listen(port);
  }

  beforeEach(() => start());
  afterEach(async () => {
    for (const client of clients) client.socket.terminate();
    clients = [];
    await server.app.close();
  });

  return {
    get server() {
      return server;
    },
    get baseUrl() {
      return baseUrl;
    },
    connect(query = QUERY, headers = {}) {
      const client = new TestClient(baseUrl, query, headers);
      clients.push(client);
      return client;
    },
    async restart(overrides) {
      await server.app.close();
      await start(overrides);
    },
    commandTypes: (call = 0) => server.placer.calls[call]?.commands.map((command) => command.type) ?? [],
  };
}

export async function until(condition: () => boolean, what: string): Promise<void> {
  for (let round = 0; round < 250; round += 1) {
    if (condition()) return;
    await delay(20);
  }
  throw new Error(`Never: ${what}`);
}
