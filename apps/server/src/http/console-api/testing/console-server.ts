import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mail } from '../../../control/accounts/mailer.ts';
import { createAvatarCatalogue } from '../../../control/avatars/avatar-catalogue.ts';
import type { FilmMeasurer } from '../../../control/films/film-estimates.ts';
import type { FilmRunner } from '../../../control/films/film-workshop.ts';
import { loadMasterKeys } from '../../../control/secrets/master-key.ts';
import type { Database } from '../../../db/database.ts';
import { openFolderStore } from '../../../files/folder-store.ts';
import { createTestServer, type TestServer } from '../../../gateway/test-server.ts';
import { createCatalogue, createFindUpload } from '../../../roles/avatar-catalogue.ts';
import { Closers } from '../../../roles/closers.ts';
import type { ConsoleServiceOptions } from '../../../roles/console-service-options.ts';
import { type ConsoleServices, createConsoleServices } from '../../../roles/console-services.ts';
import { createLateCallControl } from '../../../roles/late-call-control.ts';
import { openOperatorMode } from '../../../roles/operator.ts';
import type { ConsoleOptions } from '../../console.ts';

export type ConsoleTestServer = Omit<TestServer, 'conversations'> & {
  readonly services: ConsoleServices['consoleApi'];
  readonly plane: ConsoleServices;
  readonly meter: ConsoleServices['meter'];
  readonly mails: Mail[];
  /** Of avatars out of the store. */
  readonly bundleFolder: string;
  close(): Promise<void>;
};

const OPERATOR = {
  topicPrefix: 'navtalk/transparent',
  tcpPort: 0,
  answerWaitMs: 60_000,
  external: null,
  tokenSecret: () => undefined,
};

type TestOptions = {
  readonly console?: ConsoleOptions;
  readonly makeFilm?: FilmRunner;
  readonly measureFilm?: FilmMeasurer;
};

const NO_MEASURES: FilmMeasurer = async () => ({ kind: 'broke', detail: 'Nothing is measured here.' });
const NO_FILMS: FilmRunner = async () => ({ kind: 'broke', detail: 'No films are made here.' });

/** The whole server over a real database, with scripted media; mails are kept in a list. */
export async function createConsoleServer(
  db: Database,
  {
    console,
    makeFilm = NO_FILMS,
    measureFilm = NO_MEASURES,
    ...overrides
  }: Partial<ConsoleServiceOptions> & TestOptions = {},
): Promise<ConsoleTestServer> {
  const mails: Mail[] = [];
  const calls = createLateCallControl();
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const recordingsPath = await mkdtemp(join(tmpdir(), 'visavis-recordings-'));
  const masterKeys = loadMasterKeys({ masterKey: 'ab'.repeat(32), dataDir: '/nowhere' });
  const closers = new Closers(logger);
  const bundleFolder = join(recordingsPath, 'bundles');
  const blobs = overrides.blobs ?? (await openFolderStore(join(recordingsPath, 'store')));
  const services = createConsoleServices({
    db,
    masterKeys,
    folders: { shipped: tmpdir(), made: tmpdir() },
    bundleCache: { folder: bundleFolder, maxBytes: 100_000_000 },
    recordingsPath,
    blobs,
    arrivingFolder: join(recordingsPath, 'arriving'),
    calls,
    logger,
    isRegistrationOpen: true,
    mail: {
      mailer: {
        async send(mail) {
          mails.push(mail);
        },
        close() {},
      },
      publicUrl: 'https://console.example',
    },
    points: { perMinute: 10, free: null },
    films: { folder: join(recordingsPath, 'films'), cacheFolder: tmpdir(), run: makeFilm, measure: measureFilm },
    ...overrides,
  });
  const { consoleApi, admission, limits, meter, avatars, records, recordings } = services;
  const own = { masterKeys, licences: consoleApi.licences, logger, closers };
  const operator = await openOperatorMode({ operator: OPERATOR, host: '127.0.0.1' }, own);
  const folders = { shipped: tmpdir(), made: tmpdir(), ...overrides.folders };
  const pictures = createAvatarCatalogue(db, folders);
  const projectId = overrides.demoProjectId ?? null;
  const server = await createTestServer({
    talkPage: {
      version: '1',
      demo: () => (projectId === null ? null : { licence: 'sk_demo', projectId }),
      voice: () => ({ mouth: 'm', ears: 'e', brain: 'b', hears: true, provider: 'local' }),
      voices: consoleApi.voices,
      abilities: () => ({ sees: false, isDemonstration: true }),
      foundModels: () => [],
    },
    ...(console === undefined ? {} : { console }),
    consoleApi,
    admission,
    limits,
    meter,
    avatars,
    records,
    recordings,
    operator,
    talkKeys: services.talkKeys,
    rating: services.rating,
    ratingKeys: services.rating.ratingKeys,
    noteEvent: services.serverLog.note,
    noteCall: consoleApi.firstSteps.noteCall,
    recordingRoom: services.recordingRooms.roomFor,
    recordingLink: (talk) => recordings.link(talk),
    catalogue: createCatalogue(pictures),
    readingPlaces: services.readingPlaces,
    findUpload: createFindUpload(pictures, blobs),
    openBundle: (avatar) => services.bundles.open(avatar),
    ...(services.films === null ? {} : { films: services.films, estimates: services.estimates }),
    conversations: services.conversations,
  });
  calls.bind(server.gateway);
  await server.app.ready();
  const close = async () => {
    await server.app.close();
    await services.close();
    await closers.close();
    await rm(recordingsPath, { recursive: true, force: true });
  };
  return { ...server, services: consoleApi, plane: services, meter, mails, bundleFolder, close };
}
