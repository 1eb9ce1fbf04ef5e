import type { FindAddresses } from '@visavis/protocol/address-guard';
import { Accounts } from '../control/accounts/accounts.ts';
import { type AttemptLimiter, createAttemptLimiter } from '../control/accounts/attempt-limiter.ts';
import { createAuth } from '../control/accounts/auth.ts';
import type { Mailer } from '../control/accounts/mailer.ts';
import { createLinkSender } from '../control/accounts/mails.ts';
import { tellHashingBounds } from '../control/accounts/password-hash.ts';
import { type Admission, createAdmission } from '../control/admission/admission.ts';
import { type AuditLog, createAuditLog } from '../control/audit/audit-log.ts';
import { createServerLog, type ServerLog } from '../control/audit/server-log.ts';
import { AvatarBin } from '../control/avatars/avatar-bin.ts';
import { createAvatarCatalogue } from '../control/avatars/avatar-catalogue.ts';
import type { BundleFolders } from '../control/avatars/bundle-folders.ts';
import { type AvatarBundles, namesOfMadeBundles } from '../control/avatars/bundles/avatar-bundles.ts';
import { FirstPage } from '../control/avatars/first-page.ts';
import type { BundleRunner } from '../control/avatars/making/avatar-workshop.ts';
import { OwnAvatars } from '../control/avatars/own-avatars.ts';
import { createBrowserTokens } from '../control/browser-tokens/browser-tokens.ts';
import { type CallSlots, createCallSlots } from '../control/call-slots/call-slots.ts';
import { createConversationArchive } from '../control/conversations/conversation-archive.ts';
import { type ConversationRecords, createConversationRecords } from '../control/conversations/conversation-records.ts';
import {
  type ConversationStore,
  createConversationStore,
  type LostTalk,
} from '../control/conversations/conversation-store.ts';
import { EarlierTalks } from '../control/conversations/earlier-talks.ts';
import { watchLostConversations } from '../control/conversations/lost-conversations.ts';
import { createTalkKeys, type TalkKeys } from '../control/conversations/talk-keys.ts';
import { createTalkRatings, type TalkRatings } from '../control/conversations/talk-ratings.ts';
import { createTalkRetention, withRetention } from '../control/conversations/talk-retention.ts';
import { type DiskWatch, ENDLESS_DISK } from '../control/disk/disk-watch.ts';
import { sweepRenderedFaces } from '../control/disk/rendered-faces.ts';
import { type Bounds, createBounds } from '../control/fairness/bounds.ts';
import { createReadingPlaces, type ReadingPlaces } from '../control/fairness/fair-reading.ts';
import type { FilmEstimates, FilmMeasurer } from '../control/films/film-estimates.ts';
import type { FilmRunner, HostedSpeaker } from '../control/films/film-workshop.ts';
import type { Films } from '../control/films/films.ts';
import { type HousekeepingTasks, runTasks, startHousekeeping } from '../control/housekeeping.ts';
import { LicenceControl } from '../control/licence-keys/licence-control.ts';
import { createLicenceKeys } from '../control/licence-keys/licence-keys.ts';
import { createFirstSteps } from '../control/projects/first-steps.ts';
import { Invitations } from '../control/projects/invitations.ts';
import { Members } from '../control/projects/members.ts';
import { createProjects } from '../control/projects/projects.ts';
import { createSnippets } from '../control/projects/snippets.ts';
import { createUsageReader } from '../control/quotas/project-usage.ts';
import { DEFAULT_QUOTAS, type Quotas } from '../control/quotas/quotas.ts';
import { createRecordingRooms, type RecordingRooms } from '../control/recordings/recording-rooms.ts';
import { Recordings } from '../control/recordings/recordings.ts';
import type { MasterKeys } from '../control/secrets/master-key.ts';
import { createSecretBox } from '../control/secrets/secret-box.ts';
import type { UploadLinks } from '../control/upload-links/upload-links.ts';
import { type CallMeter, createCallMeter } from '../control/usage/call-meter.ts';
import { Ledger } from '../control/usage/ledger.ts';
import { toThousandths } from '../control/usage/points.ts';
import { UsageReports } from '../control/usage/usage-reports.ts';
import type { VoiceDirectory } from '../control/voices/voice-directory.ts';
import type { VoicePreviewOptions } from '../control/voices/voice-previews.ts';
import type { VoiceSetup } from '../control/voices/voice-setup.ts';
import { type ToldConversations, withWebhooks } from '../control/webhooks/webhook-feed.ts';
import type { Webhooks } from '../control/webhooks/webhooks.ts';
import type { Database } from '../db/database.ts';
import type { BlobStore } from '../files/blob-store.ts';
import type { ConsoleApiDependencies } from '../http/console-api/console-api.ts';
import type { TurnHandler } from '../jobs/definitions.ts';
import { createHousekeepingTurns } from '../jobs/handlers/housekeeping-turns.ts';
import { Jobs } from '../jobs/jobs.ts';
import { createSharedPlaces } from '../jobs/shared-places.ts';
import type { CallControl, Logger } from '../ports.ts';
import { createBundles, createUploadLinks } from './file-services.ts';
import { localTasks, sharedTasks } from './housekeeping-tasks.ts';
import { createFilmServices, createMaking, createToolServices, createWebhookServices } from './job-services.ts';
import { createVoiceServices, type OfferedVoices, type ServerVoiceModels } from './voice-services.ts';

export type ConsoleServiceOptions = {
  readonly db: Database;
  readonly masterKeys: MasterKeys;
  readonly folders: BundleFolders;
  /** Of avatars out of the store, on this machine. */
  readonly bundleCache: { readonly folder: string; readonly maxBytes: number };
  /** Folder of the films of calls, until they have ended. */
  readonly recordingsPath: string;
  /** Where films lie that are whole. */
  readonly blobs: BlobStore;
  /** Live calls of this node. */
  readonly calls: CallControl;
  readonly logger: Logger;
  readonly isRegistrationOpen: boolean;
  /** Null: this server sends no mail. */
  readonly mail: { readonly mailer: Mailer; readonly publicUrl: string } | null;
  /** False: what waits for its turn is left to another process. Default true. */
  readonly runsJobs?: boolean;
  /** Left out: no avatars are made from pictures. */
  readonly making?: {
    /** Where files come in. */
    readonly uploadFolder: string;
    /** Where avatars grow until they are whole. */
    readonly workFolder: string;
    readonly run: BundleRunner;
  };
  /** Left out: no films are made. */
  readonly films?: {
    /** Where films grow until they are whole. */
    readonly folder: string;
    /** Of rendered faces. */
    readonly cacheFolder: string;
    readonly run: FilmRunner;
    readonly measure: FilmMeasurer;
    /** Left out: all texts are spoken on this machine. */
    readonly hostedSpeaker?: HostedSpeaker | undefined;
  };
  /** Avatars and films made at once on this machine; one when left out. */
  readonly madeAtOnce?: number;
  /** Hosts with private addresses that pictures, clips and sound may be fetched from. */
  readonly fetchPrivateHosts?: readonly string[];
  /** Hosts with private addresses that tools of avatars may ask. */
  readonly toolPrivateHosts?: readonly string[];
  /** Where files lie that come over links, until they are whole. Left out: there are no such links. */
  readonly arrivingFolder?: string;
  /** What avatars may name to speak with; anything when left out. */
  readonly offered?: OfferedVoices;
  /** Models of this machine, one of which may answer for the built-in avatars; none when left out. */
  readonly serverVoice?: ServerVoiceModels;
  /** Left out: voices are not described. */
  readonly voices?: VoiceDirectory;
  /** Left out: no voice can be heard before it is chosen. */
  readonly voicePreviews?: VoicePreviewOptions;
  readonly webhooks?: {
    /** Hosts with private addresses that webhooks may reach. */
    readonly privateHosts: readonly string[];
    /** Left out: they are resolved and checked. */
    readonly findAddresses?: FindAddresses;
  };
  /** Left out: the disk is not watched. */
  readonly disk?: Pick<DiskWatch, 'isLow' | 'requireRoom' | 'onLow' | 'minFreeBytes'>;
  /** Where rendered loops of faces lie, and how much they may take. Left out: they are not looked after. */
  readonly renderedFaces?: { readonly folder: string; readonly maxBytes: number };
  /** Left out: the defaults. */
  readonly quotas?: Quotas;
  /** Has quotas of its own; left out or null: there is none. */
  readonly demoProjectId?: string | null;
  readonly points: {
    /** Price of a call minute. */
    readonly perMinute: number;
    /** Points of a new project; null: it is unlimited. */
    readonly free: number | null;
  };
};

export type ConsoleServices = {
  readonly consoleApi: ConsoleApiDependencies;
  readonly avatars: OwnAvatars;
  readonly records: ConversationRecords;
  readonly recordings: Recordings;
  /** Null: there are no upload links. */
  readonly uploadLinks: UploadLinks | null;
  readonly recordingRooms: RecordingRooms;
  /** Null: none are made. */
  readonly films: Films | null;
  readonly estimates: FilmEstimates | null;
  readonly admission: Admission;
  readonly bundles: AvatarBundles;
  /** Tools that the server answers in calls. */
  readonly forVoices: {
    readonly openServerTools: ReturnType<typeof createToolServices>['open'];
    readonly recallTalks: EarlierTalks['recall'];
  };
  readonly limits: CallSlots;
  readonly meter: CallMeter;
  /** Stores what is said, and tells webhooks. */
  readonly conversations: ConversationStore;
  /** For talks that were cut off and ended elsewhere, as at the start. */
  takeLost(talk: LostTalk): void;
  readonly talkKeys: TalkKeys;
  readonly reconnectKeys: TalkKeys;
  readonly rating: { readonly ratings: TalkRatings; readonly ratingKeys: TalkKeys };
  readonly serverLog: ServerLog;
  /** What waits for its turn; null: another process looks after it. */
  readonly jobs: Jobs | null;
  /** Posts what is due at once, and says how many posts that were. */
  readonly webhookWorker: { runDue(): Promise<number> };
  readonly housekeeping: { runAll(): Promise<void> };
  /** Which bounds were reached, and how often. */
  readonly bounds: Bounds;
  /** Whole talks and long lists are read in these. */
  readonly readingPlaces: ReadingPlaces;
  close(): Promise<void>;
};

/** The control plane: what stands behind the console's interface and decides about calls. */
export function createConsoleServices(options: ConsoleServiceOptions): ConsoleServices {
  const { db, masterKeys, folders, logger, points, quotas = DEFAULT_QUOTAS } = options;
  const { serverLog, bounds } = openServerLog(options);
  const audit = createAuditLog(db);
  const limiter = createAttemptLimiter(db);
  const { accounts, members, invitations } = createPeople(options, audit, limiter);
  const slots = createCallSlots(db, logger);
  const tokens = createBrowserTokens(db, quotas);
  const ledger = new Ledger(db, { isCharging: points.perMinute > 0 });
  const meter = createCallMeter({ ledger, pointsPerMinute: points.perMinute, logger });
  const voices = createVoiceServices(options, bounds);
  const admission = createAdmission(db, folders, ledger, voices.setup);
  const licences = createLicences(options, slots, audit);
  const projects = createProjects(db, points.free === null ? null : toThousandths(points.free), quotas);
  let jobs: Jobs | null = null;
  const wake: Jobs['wake'] = (name, key) => jobs?.wake(name, key);
  const shop = { wake, places: createSharedPlaces(options.madeAtOnce ?? 1), onBound: bounds.reached };
  const bundles = createBundles(options);
  const { avatars, avatarBin, firstPage, uploads, ...making } = createAvatars(options, bounds, {
    ...{ ...shop, bundles, voiceSetup: voices.setup },
  });
  const uploadLinks = createUploadLinks(options, bounds);
  const hooks = createWebhookServices(options, bounds, wake);
  const filming = createFilmServices(options, { ...shop, bundles }, uploadLinks, hooks.callbacks);
  const tools = createToolServices(options, bounds);
  const earlier = new EarlierTalks(db, options.logger);
  const talks = createTalkServices(options, bounds, hooks.webhooks);
  const { recordings, recordingRooms, conversations, records, archive, takeLost } = talks;
  const logs = { serverLog, audit };
  const shared = sharedTasks({ ...logs, limiter, tokens, licences, accounts, invitations, talks, hooks, filming });
  const sweepRendered = () => sweepFaces(options);
  const local = localTasks({
    ...{ recordings, uploads, uploadLinks, filming, sweepRendered, bundles },
    making: { avatarBin, workshop: making.workshop },
  });
  const turns = [hooks.turns, making.turns, filming.turns];
  const work = startWork(options, { shared, local, turns });
  jobs = work.jobs;
  /** What the console's interface is given, and the rest of the server, too. */
  const { films, estimates } = filming;
  const known = { avatars, records, recordings, uploadLinks, admission, serverLog, films, estimates };
  return {
    ...{
      ...known,
      recordingRooms,
      limits: slots,
      meter,
      conversations,
      housekeeping: work.housekeeping,
      bounds,
      readingPlaces: createReadingPlaces(bounds.reached),
      jobs,
      webhookWorker: { runDue: () => hooks.runDue(jobs) },
      ...forSingleTalks(db, masterKeys, limiter),
      takeLost,
      bundles,
      forVoices: { openServerTools: tools.open, recallTalks: (who) => earlier.recall(who) },
    },
    consoleApi: {
      ...{ ...known, accounts, audit, projects, licences, tokens, avatarBin, firstPage, ledger, archive, logger },
      ...{ ...voices.forConsole, ...hooks.forConsole, ...tools.forConsole, uploads },
      ...{ pointsPerMinute: points.perMinute },
      ...{ members, invitations, firstSteps: talks.firstSteps, snippets: createSnippets(db) },
      ...{ usageReports: new UsageReports(db), usageOf: createUsageReader(db, quotas, options.demoProjectId ?? null) },
    },
    async close() {
      work.stop();
      uploadLinks?.close();
      bundles.close();
      talks.lost.stop();
      slots.close();
      await meter.close();
      await Promise.all([conversations.drain(), talks.firstSteps.drain()]);
      await recordingRooms.close();
      await jobs?.close();
      await Promise.all([recordings.close(), filming.films?.close(), making.sources?.close()]);
      await serverLog.close();
    },
  };
}

/** What waits for its turn, and what is cleaned up now and then; `turns` without those of the cleaning. */
function startWork(
  { db, logger, runsJobs = true, disk = ENDLESS_DISK }: ConsoleServiceOptions,
  tasks: {
    readonly shared: HousekeepingTasks;
    readonly local: HousekeepingTasks;
    readonly turns: readonly (TurnHandler | null)[];
  },
) {
  const local = startHousekeeping(tasks.local, logger);
  const runShared = (signal?: AbortSignal) => runTasks(tasks.shared, logger, signal);
  const handlers = [...tasks.turns, createHousekeepingTurns(runShared)].filter((turns) => turns !== null);
  // What can be made again makes room at once.
  const stopListening = disk.onLow(() => void local.runAll());
  return {
    jobs: runsJobs ? new Jobs({ db, handlers, logger }) : null,
    housekeeping: { runAll: () => runShared().then(local.runAll) },
    stop() {
      stopListening();
      local.stop();
    },
  };
}

/** What opens a single talk to whoever is in it, and what they may tell of it. */
function forSingleTalks(db: Database, masterKeys: MasterKeys, limiter: AttemptLimiter) {
  return {
    talkKeys: createTalkKeys(masterKeys),
    reconnectKeys: createTalkKeys(masterKeys, 'reconnect'),
    rating: { ratings: createTalkRatings(db, limiter), ratingKeys: createTalkKeys(masterKeys, 'rating') },
  };
}

/** What of a talk that a crash cut off is still to be done. */
function takerOfLost(
  { conversations, recordingRooms }: { conversations: ToldConversations; recordingRooms: RecordingRooms },
  logger: Logger,
): (talk: LostTalk) => void {
  return (talk) => {
    conversations.tellLost(talk);
    recordingRooms.adopt(talk).catch((error: unknown) => {
      logger.warn({ sessionId: talk.sessionId, error: String(error) }, 'The film of a lost talk was not measured');
    });
  };
}

function createLicences(options: ConsoleServiceOptions, slots: CallSlots, audit: AuditLog): LicenceControl {
  const { db, masterKeys, calls, quotas = DEFAULT_QUOTAS } = options;
  const keys = createLicenceKeys(db, createSecretBox(masterKeys, 'licence keys'), quotas);
  return new LicenceControl({ keys, slots, calls, audit });
}

function createAvatars(
  options: ConsoleServiceOptions,
  bounds: Bounds,
  shop: Parameters<typeof createMaking>[2] & { readonly voiceSetup: VoiceSetup },
) {
  const { db, folders, quotas = DEFAULT_QUOTAS, demoProjectId = null } = options;
  const catalogue = createAvatarCatalogue(db, folders);
  const { uploads, sources, workshop, turns } = createMaking(options, bounds, shop);
  const avatars = new OwnAvatars({ db, catalogue, maker: workshop, quotas, voiceSetup: shop.voiceSetup });
  const avatarBin = new AvatarBin({ db, folders, bundles: shop.bundles, catalogue, avatars, maker: workshop, quotas });
  return {
    ...{ uploads, sources, workshop, turns, avatars, avatarBin },
    firstPage: new FirstPage({ db, catalogue, demoProjectId }),
  };
}

/** Where bounds that are reached are told: the log on standard output, and the one that operators read. */
function openServerLog({ db, logger }: ConsoleServiceOptions) {
  const serverLog = createServerLog(db, logger);
  const bounds = createBounds({
    logger,
    onBound: (what, detail) => serverLog.note({ action: 'bound.reached', subject: what, detail }),
  });
  tellHashingBounds(bounds.reached);
  return { serverLog, bounds };
}

async function sweepFaces({ db, renderedFaces, disk = ENDLESS_DISK, logger }: ConsoleServiceOptions): Promise<void> {
  if (renderedFaces === undefined) return;
  await sweepRenderedFaces({
    ...{ ...renderedFaces, isDiskLow: disk.isLow, logger },
    usedBundles: () => namesOfMadeBundles(db),
  });
}

/** What is said and filmed: written, kept within its quota, told to webhooks, and read. */
function createTalkServices(options: ConsoleServiceOptions, { reached: onBound }: Bounds, webhooks: Webhooks) {
  const { db, logger, masterKeys, blobs, recordingsPath: folder } = options;
  const { disk = ENDLESS_DISK, quotas = DEFAULT_QUOTAS, demoProjectId = null } = options;
  const { minFreeBytes } = disk;
  const records = createConversationRecords(db);
  const firstSteps = createFirstSteps(options);
  const retention = createTalkRetention({ db, quotas, demoProjectId, onBound });
  const store = withRetention(createConversationStore(db), retention, (error) => {
    logger.warn({ error: String(error) }, 'Surplus talks could not be deleted; the housekeeping tries again');
  });
  const recordings = new Recordings({ folder, store: blobs, masterKeys, db, logger });
  const recordingRooms = createRecordingRooms({
    ...{ db, folder, disk, minFreeBytes, quotas, logger, onBound },
    onWhole: (sessionId) => recordings.keepSoon(sessionId),
  });
  const conversations = withWebhooks({ store, records, webhooks, logger });
  const takeLost = takerOfLost({ conversations, recordingRooms }, logger);
  return {
    records,
    firstSteps,
    retention,
    archive: createConversationArchive(db),
    recordings,
    recordingRooms,
    conversations,
    takeLost,
    lost: watchLostConversations(db, takeLost, logger),
  };
}

function createPeople(options: ConsoleServiceOptions, audit: AuditLog, limiter: AttemptLimiter) {
  const { db, masterKeys, logger, isRegistrationOpen, mail, calls, quotas = DEFAULT_QUOTAS } = options;
  const sendLink = mail === null ? null : createLinkSender(mail, logger);
  const invitations = new Invitations({ db, limiter, audit, quotas, sendLink });
  const auth = createAuth({ db, masterKeys, logger });
  const accounts = new Accounts({ db, auth, limiter, audit, isRegistrationOpen, invitations, sendLink });
  return { accounts, invitations, members: new Members({ db, audit, quotas, calls }) };
}
