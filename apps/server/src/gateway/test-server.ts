import type { AddressInfo } from 'node:net';
import { createServer, type Server, type ServerDependencies } from '../http/create-server.ts';
import type { CatalogueAvatar } from '../ports.ts';
import { createInProcessCallLimits } from './calls/call-limits.ts';
import {
  type RememberedConversations,
  type RememberedLog,
  rememberedConversations,
  rememberedLog,
  type ScriptedPlacer,
  scriptedAdmission,
  scriptedPlacer,
  TEST_AVATAR,
  TEST_KEY,
} from './test-doubles.ts';

const TEST_CATALOGUE_AVATAR: CatalogueAvatar = {
  avatarId: TEST_AVATAR.avatarId,
  name: TEST_AVATAR.name,
  title: 'Leo',
  description: 'A friendly guide.',
  model: TEST_AVATAR.model,
  voice: TEST_AVATAR.voice,
  prompt: TEST_AVATAR.prompt,
  firstMessage: TEST_AVATAR.firstMessage,
  pictureFile: 'leo.png',
  clipFile: null,
};

export type TestServer = Server & {
  readonly placer: ScriptedPlacer;
  readonly conversations: RememberedConversations;
  readonly log: RememberedLog;
  /** `ws://…`, once `listen` has been called. */
  listen(port: number): Promise<string>;
};

/** The real server over scripted ports. */
export async function createTestServer(overrides: Partial<ServerDependencies> = {}): Promise<TestServer> {
  const placer = scriptedPlacer();
  const conversations = rememberedConversations();
  const log = rememberedLog();
  const server = await createServer({
    admission: scriptedAdmission(),
    conversations,
    placer,
    limits: createInProcessCallLimits(),
    iceServers: (hostName) => [
      { urls: [`stun:${hostName}:3478`] },
      { urls: ['turn:relay:3478'], username: 'u', credential: 'p' },
    ],
    pictureSizes: { usualPx: 512, largestPx: 512 },
    logger: log,
    catalogue: {
      list: async () => [TEST_CATALOGUE_AVATAR],
      listShown: async () => [TEST_CATALOGUE_AVATAR],
      get: async (_projectId, avatarId) => (avatarId === TEST_CATALOGUE_AVATAR.avatarId ? TEST_CATALOGUE_AVATAR : null),
      getAnywhere: async (avatarId) => (avatarId === TEST_CATALOGUE_AVATAR.avatarId ? TEST_CATALOGUE_AVATAR : null),
    },
    console: { folder: '/does-not-exist' },
    findUpload: async () => null,
    health: (sockets) => ({
      status: 'ok',
      version: '1',
      calls: { open: 0, capacity: 4, sockets },
      disk: 'ok',
      database: 'ok',
      faults: { replacedWorkers: 0, hungWorkers: 0, hearingFailures: 0, voiceFailures: 0, recordingFailures: 0 },
      jobs: {},
      uptimeSeconds: 1,
    }),
    talkPage: {
      version: '1',
      demo: () => ({ licence: TEST_KEY, projectId: 'project' }),
      voice: () => ({ mouth: 'm', ears: 'e', brain: 'b', hears: true, provider: 'local' }),
      voices: { list: () => [], providerOf: ({ provider }) => provider, speakerOf: () => null },
      abilities: () => ({ sees: false, isDemonstration: true }),
      foundModels: () => [],
    },
    reconnectKeys: {
      of: (sessionId) => `key-of-${sessionId}`,
      opens: (sessionId, key) => key === `key-of-${sessionId}`,
    },
    ...overrides,
  });
  return {
    ...server,
    placer,
    conversations,
    log,
    async listen(port) {
      await server.app.listen({ port, host: '127.0.0.1' });
      return `ws://127.0.0.1:${(server.app.server.address() as AddressInfo).port}`;
    },
  };
}
