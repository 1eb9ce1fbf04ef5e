import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { MediaPool, type WorkerLoss } from '@visavis/media/media-pool';
import { describeVoices, findEntry, offersOf } from '@visavis/media/voice-catalogue';
import { VoiceSampler } from '@visavis/media/voice-sampler';
import type { Logger as PinoLogger } from 'pino';
import type { Config } from '../config.ts';
import { createMailer } from '../control/accounts/mailer.ts';
import { createAvatarCatalogue } from '../control/avatars/avatar-catalogue.ts';
import { readShippedAvatars } from '../control/avatars/shipped-avatars.ts';
import { freeOrphanedSlots } from '../control/call-slots/call-slots.ts';
import { failOrphanedConversations } from '../control/conversations/conversation-store.ts';
import { type Demo, seedDemo } from '../control/demo/seed-demo.ts';
import { openDiskWatch } from '../control/disk/disk-watch.ts';
import { installationIdOf } from '../control/installation.ts';
import type { RecordedTalk } from '../control/recordings/recordings.ts';
import { loadMasterKeys } from '../control/secrets/master-key.ts';
import { createSecretBox } from '../control/secrets/secret-box.ts';
import { VoiceDirectory } from '../control/voices/voice-directory.ts';
import type { VoicePreviewOptions } from '../control/voices/voice-previews.ts';
import { openDatabase } from '../db/database.ts';
import { watchDatabase } from '../db/database-watch.ts';
import { openBlobStore } from '../files/open-blob-store.ts';
import { createServer } from '../http/create-server.ts';
import { createHostNames } from '../http/edge/host-names.ts';
import { listen } from '../http/edge/listen.ts';
import type { TalkPageSource, VoiceReport } from '../http/talk-page.ts';
import { findModels } from '../models/installed-models.ts';
import type { Admission, CallPlacer, NoteEvent } from '../ports.ts';
import { CONSOLE_FOLDER, DOCS_FOLDER } from '../shipped-files.ts';
import { arrivingFolderOf } from './arriving-folder.ts';
import { createCatalogue, createFindUpload } from './avatar-catalogue.ts';
import { Closers } from './closers.ts';
import { createConsoleServices } from './console-services.ts';
import { openDataFolder } from './data-folder.ts';
import { avatarServices } from './file-services.ts';
import { filmServices } from './film-process.ts';
import type { FoundModel } from './found-models.ts';
import { checkPort } from './free-port.ts';
import { iceServersFor } from './ice-servers.ts';
import { createLateCallControl } from './late-call-control.ts';
import { makingPlaces } from './machine-places.ts';
import { openOperatorMode } from './operator.ts';
import { ServerVoiceChoice } from './server-voice.ts';
import { startStunResponder } from './stun-responder.ts';
import { isSelfSigned, loadTls } from './tls.ts';
import {
  followVoice,
  providerFor,
  reportVoice,
  type ServerVoice,
  seesWith,
  withVoiceProvider,
} from './voice-choice.ts';
import { offeredVoices } from './voice-services.ts';

export type RunningServer = {
  readonly port: number;
  readonly demo: Demo;
  readonly database: 'embedded' | 'postgres';
  readonly stunPort: number | null;
  readonly capacity: number;
  /** What speaks, hears and thinks; resolves when the first media worker is up. */
  readonly voice: Promise<VoiceReport>;
  /** What answers for the built-in avatars, if the console has changed nothing since. */
  readonly usedVoice: ServerVoice;
  /** Language models of other programs on this machine that nobody has put behind the avatars. */
  readonly foundModels: readonly FoundModel[];
  /** Ends live calls, then everything else. Idempotent. */
  close(): Promise<void>;
};

/** Gateway, control plane and media workers of one machine, joined. */
export async function startAllInOne(config: Config, logger: PinoLogger, version: string): Promise<RunningServer> {
  const closers = new Closers(logger);
  try {
    return await start(config, logger, version, closers);
  } catch (error) {
    await closers.close();
    throw error;
  }
}

async function start(config: Config, logger: PinoLogger, version: string, closers: Closers): Promise<RunningServer> {
  const startedAtMs = performance.now();
  // At once, before the slow parts start.
  await checkPort(config);
  await openDataFolder(config.dataDir);
  const tls = await loadTls(config);
  // Workers load their models while the database opens.
  let noteEvent: NoteEvent = () => {};
  const pool = await openMedia(config, logger, ({ reason, hung, sessionIds, suspectSessionId }) => {
    const detail = { reason, calls: sessionIds.length, ...(suspectSessionId === null ? {} : { suspectSessionId }) };
    noteEvent({ action: 'worker.replaced', subject: hung ? 'hung' : 'died', detail });
  });
  closers.add('media workers', () => pool.close());
  const voiceChoice = await ServerVoiceChoice.open({
    ...{ dataDir: config.dataDir, configured: config.voice },
    own: config.voice.isNamed ? null : (pool.brain?.name ?? null),
  });
  const { brain, speechOf } = pool;
  const control = await openControlPlane(config, logger, closers, { voiceChoice, brain, speechOf });
  noteEvent = control.noteEvent;
  const current = (): ServerVoice => voiceChoice.current();
  const voice = followVoice(current, pool.ready);
  const known = pool.ready.then((description) => reportVoice(current(), description));
  const voiceReady = pool.whenReady().then(() => known);
  voiceReady.catch((error: unknown) => logger.error({ error: String(error) }, 'No media worker came up'));

  const { demo } = control;
  const { app, gateway } = await createServer({
    ...control,
    placer: placeOn(pool, config),
    iceServers: iceServersFor(config),
    historyGapMs: config.historyGapMs,
    pictureSizes: { usualPx: config.pictureSizePx, largestPx: config.maxPictureSizePx },
    logger,
    console: { folder: CONSOLE_FOLDER, framingOrigins: control.framingOrigins },
    docsFolder: DOCS_FOLDER,
    health(sockets) {
      const { calls, capacity, workers, ...faults } = pool.stats();
      const isStarting = !workers.some((worker) => worker.ready);
      const isFailing = control.databaseWatch.isDown();
      const status = isStarting ? 'starting' : isFailing ? 'failing' : calls >= capacity ? 'full' : 'ok';
      const database = isFailing ? 'down' : 'ok';
      const uptimeSeconds = Math.round((performance.now() - startedAtMs) / 1000);
      const disk = control.disk.isLow() ? 'low' : 'ok';
      const jobs = control.jobs?.counts ?? {};
      return {
        status,
        version,
        calls: { open: calls, capacity, sockets },
        disk,
        database,
        faults,
        jobs,
        uptimeSeconds,
      };
    },
    talkPage: { version, voice, ...talkPageOf(config, control, voiceChoice) },
    httpLogger: logger,
    trustProxy: config.trustProxy,
    isTransportTrusted: tls === undefined || !isSelfSigned(tls.cert),
    hostNames: createHostNames({ machineName: hostname(), given: config.hostNames, certificate: tls?.cert }),
    ...(tls === undefined ? {} : { tls }),
  });
  const { broker } = control.operator;
  control.calls.bind({
    endCallsOfLicence(licenceId, code) {
      if (code === 'licence-reset') broker?.endOfLicence(licenceId);
      return gateway.endCallsOfLicence(licenceId, code);
    },
    endCallsOfMember: (projectId, userId) => gateway.endCallsOfMember(projectId, userId),
  });
  closers.add('sockets and pages', () => app.close());
  const listening = await listen(app, config);
  closers.add('the second loopback', async () => listening.close());

  const stun =
    config.stunPort === 0 || config.iceServers !== undefined
      ? null
      : await startStunResponder({ host: config.host, port: config.stunPort, logger });
  if (stun !== null) closers.add('STUN responder', () => stun.close());
  return {
    port: listening.port,
    demo,
    database: control.database,
    stunPort: stun?.port ?? null,
    capacity: pool.stats().capacity,
    voice: voiceReady,
    usedVoice: withKeys(voiceChoice.current(), config),
    foundModels: voiceChoice.others,
    close: () => closers.close(),
  };
}

function withKeys(voice: ServerVoice, config: Config): ServerVoice {
  return { ...voice, parts: { ...config.voice.partsWithKeys(), ...voice.callParts } };
}

function talkPageOf(
  config: Config,
  { demo, consoleApi }: Pick<Awaited<ReturnType<typeof openControlPlane>>, 'demo' | 'consoleApi'>,
  voiceChoice: ServerVoiceChoice,
): Omit<TalkPageSource, 'version' | 'voice'> {
  return {
    demo: () =>
      config.demo.enabled && demo.projectId !== null && demo.licenceKey !== null
        ? { licence: demo.licenceKey, projectId: demo.projectId }
        : null,
    voices: consoleApi.voices,
    abilities: (provider) => ({
      sees: seesWith(provider, voiceChoice.current().parts),
      isDemonstration: offersOf(provider)?.isDemonstration === true,
    }),
    foundModels: () => voiceChoice.others,
  };
}

async function openControlPlane(
  config: Config,
  logger: PinoLogger,
  closers: Closers,
  { voiceChoice, brain, speechOf }: { readonly voiceChoice: ServerVoiceChoice } & Pick<MediaPool, 'brain' | 'speechOf'>,
) {
  const { dataDir, databaseUrl, masterKey, avatarsDir } = config;
  const disk = await openDiskWatch({ folder: dataDir, minFreeBytes: config.minFreeDiskBytes, logger });
  closers.add('disk watch', async () => disk.close());
  const masterKeys = loadMasterKeys({ masterKey, dataDir });
  const db = await openDatabase({ dataDir, databaseUrl, logger });
  closers.add('database', () => db.close());
  const databaseWatch = watchDatabase(db, logger);
  closers.add('database watch', async () => databaseWatch.stop());
  await freeOrphanedSlots(db);
  const orphaned = await failOrphanedConversations(db);
  if (orphaned.length > 0)
    logger.warn({ conversations: orphaned.length }, 'Talks that the last stop cut off were closed');
  const box = createSecretBox(masterKeys, 'licence keys');
  const demo = await seedDemo({ db, box, avatarsDir, demoLicense: config.demo.licence, logger });
  const blobs = await openBlobStore({
    ...{ dataDir, s3: config.s3, logger },
    installationId: await installationIdOf(db),
  });
  closers.add('store of files', () => blobs.close());
  const recordingsPath = join(dataDir, 'recordings');
  await mkdir(recordingsPath, { recursive: true, mode: 0o700 });
  const avatarParts = avatarServices(config, logger);
  const records = createAvatarCatalogue(db, avatarParts.folders);
  const calls = createLateCallControl();
  const services = createConsoleServices({
    ...{ ...avatarParts, db, masterKeys, recordingsPath, blobs },
    arrivingFolder: arrivingFolderOf(dataDir),
    calls,
    logger,
    isRegistrationOpen: config.isRegistrationOpen,
    mail: openMail(config, closers),
    points: config.points,
    films: filmServices(dataDir, logger, config.voice.partsWithKeys().speaker, speechOf),
    // The rest of the machine is for calls.
    madeAtOnce: Math.min(2, makingPlaces()),
    fetchPrivateHosts: config.fetchPrivateHosts,
    toolPrivateHosts: config.toolPrivateHosts,
    voices: describedVoices(config, voiceChoice),
    serverVoice: voiceChoice,
    offered: offeredVoices(
      { hasDoubles: config.allowScriptedVoice, privateHosts: config.fetchPrivateHosts, logger, brain, speechOf },
      closers,
    ),
    voicePreviews: openVoicePreviews(config, logger, closers),
    webhooks: { privateHosts: config.webhookPrivateHosts },
    disk,
    quotas: config.quotas,
    renderedFaces: { folder: join(dataDir, 'cache'), maxBytes: config.faceCacheBytes },
    demoProjectId: demo.projectId,
  });
  closers.add('control plane', () => services.close());
  for (const talk of orphaned) services.takeLost(talk);
  const admission = withVoiceProvider(services.admission, () => voiceChoice.current());
  return {
    demo,
    disk,
    databaseWatch,
    jobs: services.jobs,
    database: db.kind,
    admission: config.demo.enabled ? admission : withoutProject(admission, demo.projectId),
    framingOrigins: (license: string) => services.admission.allowedOrigins(license),
    catalogue: createCatalogue(records),
    readingPlaces: services.readingPlaces,
    findUpload: createFindUpload(records, blobs),
    openBundle: services.bundles.open.bind(services.bundles),
    ...services.forVoices,
    conversations: services.conversations,
    consoleApi: services.consoleApi,
    avatars: services.avatars,
    records: services.records,
    recordings: services.recordings,
    ...(services.films === null ? {} : { films: services.films, estimates: services.estimates }),
    talkKeys: services.talkKeys,
    reconnectKeys: services.reconnectKeys,
    rating: services.rating,
    ratingKeys: services.rating.ratingKeys,
    noteEvent: services.serverLog.note,
    noteCall: services.consoleApi.firstSteps.noteCall,
    recordingLink: (talk: RecordedTalk) => services.recordings.link(talk),
    recordingRoom: services.recordingRooms.roomFor,
    limits: services.limits,
    meter: services.meter,
    calls,
    operator: await openOperatorMode(config, { masterKeys, licences: services.consoleApi.licences, logger, closers }),
  };
}

function describedVoices({ voice }: Config, voiceChoice: ServerVoiceChoice): VoiceDirectory {
  return new VoiceDirectory({
    providers: describeVoices(voice.parts),
    providerOf: (avatar) => providerFor(avatar, voiceChoice.current().provider),
  });
}

function openVoicePreviews({ voice }: Config, logger: PinoLogger, closers: Closers): VoicePreviewOptions {
  const sampler = new VoiceSampler(logger);
  closers.add('voice samples', () => sampler.close());
  const { voice: whole } = voice.partsWithKeys();
  return {
    speak: (sample, signal) => sampler.speak(sample, signal),
    hasKey: (provider) =>
      findEntry('voice', provider)?.takesKey === true ? whole?.id === provider && whole.apiKey !== undefined : null,
  };
}

function openMail({ mail }: Config, closers: Closers) {
  if (mail === null) return null;
  const mailer = createMailer(mail);
  closers.add('mail', async () => mailer.close());
  return { mailer, publicUrl: mail.publicUrl };
}

/** A demo that is switched off takes no calls either. */
function withoutProject(admission: Admission, projectId: string | null): Admission {
  return {
    ...admission,
    async findLicence(key, caller) {
      const licence = await admission.findLicence(key, caller);
      return licence?.projectId === projectId ? null : licence;
    },
  };
}

/**
 * The built-in STUN responder tells clients their address; our own end has its host candidates and learns the rest from
 * the clients' checks. Asking that responder would only delay the offer, so the media side gets configured servers alone.
 */
function placeOn(pool: MediaPool, config: Config): CallPlacer {
  const iceServers = config.iceServers ?? [];
  return { open: (session, listener) => pool.open({ ...session, iceServers }, listener) };
}

async function openMedia(
  config: Config,
  logger: PinoLogger,
  onWorkerLost: (loss: WorkerLoss) => void,
): Promise<MediaPool> {
  // The built-in figures; what belongs to a project is opened when it is first called.
  const shipped = config.preparesAvatars ? ((await readShippedAvatars(config.avatarsDir)) ?? []) : [];
  const models = await findModels(config.models, logger);
  return new MediaPool({
    models,
    onWorkerLost,
    workerCount: config.mediaWorkers,
    maxCallsPerWorker: config.maxCallsPerWorker,
    worker: {
      cachePath: join(config.dataDir, 'cache'),
      logLevel: config.logLevel,
      warmBundlePaths: shipped.map((avatar) => join(config.avatarsDir, avatar.bundleName)),
      widthPx: config.pictureSizePx,
      heightPx: config.pictureSizePx,
      publicAddresses: config.publicAddresses,
      voiceParts: config.voice.partsWithKeys(),
      privateHosts: config.fetchPrivateHosts,
      allowScriptedVoice: config.allowScriptedVoice,
      ...(config.mediaPorts === undefined ? {} : { portRange: config.mediaPorts }),
    },
    logger,
  });
}
