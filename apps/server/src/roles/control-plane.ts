import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { MediaPool } from '@visavis/media/media-pool';
import { describeVoices, findEntry } from '@visavis/media/voice-catalogue';
import { VoiceSampler } from '@visavis/media/voice-sampler';
import type { Logger as PinoLogger } from 'pino';
import type { Config } from '../config.ts';
import { createMailer } from '../control/accounts/mailer.ts';
import { createAvatarCatalogue } from '../control/avatars/avatar-catalogue.ts';
import { freeOrphanedSlots } from '../control/call-slots/call-slots.ts';
import { failOrphanedConversations } from '../control/conversations/conversation-store.ts';
import { seedDemo } from '../control/demo/seed-demo.ts';
import { openDiskWatch } from '../control/disk/disk-watch.ts';
import { installationIdOf } from '../control/installation.ts';
import type { RecordedTalk } from '../control/recordings/recordings.ts';
import { loadMasterKeys } from '../control/secrets/master-key.ts';
import { createSecretBox } from '../control/secrets/secret-box.ts';
import { VoiceDirectory } from '../control/voices/voice-directory.ts';
import type { VoicePreviewOptions } from '../control/voices/voice-previews.ts';
import { type Database, openDatabase } from '../db/database.ts';
import { watchDatabase } from '../db/database-watch.ts';
import { openBlobStore } from '../files/open-blob-store.ts';
import { ModelDesk } from '../models/model-desk.ts';
import type { Admission } from '../ports.ts';
import { arrivingFolderOf } from './arriving-folder.ts';
import { createCatalogue, createFindUpload } from './avatar-catalogue.ts';
import type { Closers } from './closers.ts';
import { createConsoleServices } from './console-services.ts';
import { avatarServices } from './file-services.ts';
import { filmServices } from './film-process.ts';
import { createLateCallControl } from './late-call-control.ts';
import { makingPlaces } from './machine-places.ts';
import { openOperatorMode } from './operator.ts';
import type { ServerVoiceChoice } from './server-voice.ts';
import { providerFor, withVoiceProvider } from './voice-choice.ts';
import { offeredVoices } from './voice-services.ts';

/** Accounts, avatars, records and all else that lies in the database and beside it, and what calls are given of it. */
export async function openControlPlane(
  config: Config,
  logger: PinoLogger,
  closers: Closers,
  { voiceChoice, brain, speechOf }: { readonly voiceChoice: ServerVoiceChoice } & Pick<MediaPool, 'brain' | 'speechOf'>,
) {
  const { dataDir, avatarsDir } = config;
  const { disk, masterKeys, db, databaseWatch } = await openDatabaseFolder(config, logger, closers);
  const orphaned = await endOrphans(db, logger);
  const box = createSecretBox(masterKeys, 'licence keys');
  const demo = await seedDemo({ db, box, avatarsDir, demoLicense: config.demo.licence, logger });
  const blobs = await openBlobStore({
    dataDir,
    s3: config.s3,
    logger,
    installationId: await installationIdOf(db),
  });
  closers.add('store of files', () => blobs.close());
  const recordingsPath = join(dataDir, 'recordings');
  await mkdir(recordingsPath, { recursive: true, mode: 0o700 });
  const avatarParts = avatarServices(config, logger);
  const records = createAvatarCatalogue(db, avatarParts.folders);
  const calls = createLateCallControl();
  const machineModels = new ModelDesk({ config: config.models, logger });
  closers.add('fetching of models', () => machineModels.close());
  const services = createConsoleServices({
    ...avatarParts,
    db,
    masterKeys,
    recordingsPath,
    blobs,
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
    machineModels,
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

async function openDatabaseFolder(config: Config, logger: PinoLogger, closers: Closers) {
  const { dataDir, databaseUrl, masterKey } = config;
  const disk = await openDiskWatch({ folder: dataDir, minFreeBytes: config.minFreeDiskBytes, logger });
  closers.add('disk watch', async () => disk.close());
  const masterKeys = loadMasterKeys({ masterKey, dataDir });
  const db = await openDatabase({ dataDir, databaseUrl, logger });
  closers.add('database', () => db.close());
  const databaseWatch = watchDatabase(db, logger);
  closers.add('database watch', async () => databaseWatch.stop());
  return { disk, masterKeys, db, databaseWatch };
}

/** Gives back what calls held when this server stopped last. */
async function endOrphans(db: Database, logger: PinoLogger) {
  await freeOrphanedSlots(db);
  const orphaned = await failOrphanedConversations(db);
  if (orphaned.length > 0)
    logger.warn({ conversations: orphaned.length }, 'Talks that the last stop cut off were closed');
  return orphaned;
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
