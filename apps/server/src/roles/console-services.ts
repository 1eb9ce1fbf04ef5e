import { createAttemptLimiter } from '../control/accounts/attempt-limiter.ts';
import { tellHashingBounds } from '../control/accounts/password-hash.ts';
import { type Admission, createAdmission } from '../control/admission/admission.ts';
import { createAuditLog } from '../control/audit/audit-log.ts';
import { createServerLog, type ServerLog } from '../control/audit/server-log.ts';
import { AvatarBin } from '../control/avatars/avatar-bin.ts';
import { createAvatarCatalogue } from '../control/avatars/avatar-catalogue.ts';
import { type AvatarBundles, namesOfMadeBundles } from '../control/avatars/bundles/avatar-bundles.ts';
import { FirstPage } from '../control/avatars/first-page.ts';
import { OwnAvatars } from '../control/avatars/own-avatars.ts';
import { type CallSlots, createCallSlots } from '../control/call-slots/call-slots.ts';
import type { ConversationRecords } from '../control/conversations/conversation-records.ts';
import type { ConversationStore, LostTalk } from '../control/conversations/conversation-store.ts';
import { EarlierTalks } from '../control/conversations/earlier-talks.ts';
import type { TalkKeys } from '../control/conversations/talk-keys.ts';
import type { TalkRatings } from '../control/conversations/talk-ratings.ts';
import { ENDLESS_DISK } from '../control/disk/disk-watch.ts';
import { sweepRenderedFaces } from '../control/disk/rendered-faces.ts';
import { type Bounds, createBounds } from '../control/fairness/bounds.ts';
import { createReadingPlaces, type ReadingPlaces } from '../control/fairness/fair-reading.ts';
import type { FilmEstimates } from '../control/films/film-estimates.ts';
import type { Films } from '../control/films/films.ts';
import { type HousekeepingTasks, runTasks, startHousekeeping } from '../control/housekeeping.ts';
import { createSnippets } from '../control/projects/snippets.ts';
import { createUsageReader } from '../control/quotas/project-usage.ts';
import { DEFAULT_QUOTAS } from '../control/quotas/quotas.ts';
import type { RecordingRooms } from '../control/recordings/recording-rooms.ts';
import type { Recordings } from '../control/recordings/recordings.ts';
import type { UploadLinks } from '../control/upload-links/upload-links.ts';
import { type CallMeter, createCallMeter } from '../control/usage/call-meter.ts';
import { Ledger } from '../control/usage/ledger.ts';
import { UsageReports } from '../control/usage/usage-reports.ts';
import type { VoiceSetup } from '../control/voices/voice-setup.ts';
import type { ConsoleApiDependencies } from '../http/console-api/console-api.ts';
import type { TurnHandler } from '../jobs/definitions.ts';
import { createHousekeepingTurns } from '../jobs/handlers/housekeeping-turns.ts';
import { Jobs } from '../jobs/jobs.ts';
import { createSharedPlaces } from '../jobs/shared-places.ts';
import { createKeys, createPeople } from './access-services.ts';
import type { ConsoleServiceOptions } from './console-service-options.ts';
import { createBundles, createUploadLinks } from './file-services.ts';
import { localTasks, sharedTasks } from './housekeeping-tasks.ts';
import { createFilmServices, createMaking, createToolServices, createWebhookServices } from './job-services.ts';
import { createTalkServices, forSingleTalks } from './talk-services.ts';
import { createVoiceServices } from './voice-services.ts';

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
  const { db, masterKeys, folders, logger } = options;
  const { serverLog, bounds } = openServerLog(options);
  const audit = createAuditLog(db);
  const limiter = createAttemptLimiter(db);
  const people = createPeople(options, audit, limiter);
  const slots = createCallSlots(db, logger);
  const keys = createKeys(options, slots, audit);
  const { ledger, meter, ...usage } = createUsageServices(options);
  const voices = createVoiceServices(options, bounds);
  const admission = createAdmission(db, folders, ledger, voices.setup);
  let jobs: Jobs | null = null;
  const wake: Jobs['wake'] = (name, key) => jobs?.wake(name, key);
  const shop = { wake, places: createSharedPlaces(options.madeAtOnce ?? 1), onBound: bounds.reached };
  const bundles = createBundles(options);
  const { avatars, uploads, ...making } = createAvatars(options, bounds, {
    ...shop,
    bundles,
    voiceSetup: voices.setup,
  });
  const uploadLinks = createUploadLinks(options, bounds);
  const hooks = createWebhookServices(options, bounds, wake);
  const filming = createFilmServices(options, { ...shop, bundles }, uploadLinks, hooks.callbacks);
  const tools = createToolServices(options, bounds, wake);
  const earlier = new EarlierTalks(db, options.logger);
  const talks = createTalkServices(options, bounds, hooks.webhooks);
  const { recordings, recordingRooms, conversations, records, takeLost } = talks;
  const logs = { serverLog, audit };
  const shared = sharedTasks({ ...logs, ...keys, ...people, limiter, talks, hooks, filming });
  const sweepRendered = () => sweepFaces(options);
  const local = localTasks({ recordings, uploads, uploadLinks, filming, sweepRendered, bundles, making });
  const turns = [hooks.turns, making.turns, filming.turns, tools.turns];
  const work = startWork(options, { shared, local, turns });
  jobs = work.jobs;
  /** What the console's interface is given, and the rest of the server, too. */
  const { films, estimates } = filming;
  const known = { avatars, records, recordings, uploadLinks, admission, serverLog, films, estimates };
  return {
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
    consoleApi: {
      ...known,
      ...people,
      ...keys,
      ...making.forConsole,
      ...talks.forConsole,
      ...usage.forConsole,
      ...voices.forConsole,
      ...hooks.forConsole,
      ...tools.forConsole,
      audit,
      uploads,
      logger,
      snippets: createSnippets(db),
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

/** What calls cost, and what projects have used. */
function createUsageServices({
  db,
  logger,
  points,
  quotas = DEFAULT_QUOTAS,
  demoProjectId = null,
}: ConsoleServiceOptions) {
  const ledger = new Ledger(db, { isCharging: points.perMinute > 0 });
  return {
    ledger,
    meter: createCallMeter({ ledger, pointsPerMinute: points.perMinute, logger }),
    forConsole: {
      ledger,
      pointsPerMinute: points.perMinute,
      usageReports: new UsageReports(db),
      usageOf: createUsageReader(db, quotas, demoProjectId),
    },
  };
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
    uploads,
    sources,
    workshop,
    turns,
    avatars,
    avatarBin,
    forConsole: { avatarBin, firstPage: new FirstPage({ db, catalogue, demoProjectId }) },
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
    ...renderedFaces,
    isDiskLow: disk.isLow,
    logger,
    usedBundles: () => namesOfMadeBundles(db),
  });
}
