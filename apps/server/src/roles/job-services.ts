import { createAddressGuard } from '@visavis/protocol/address-guard';
import { createAvatarCatalogue } from '../control/avatars/avatar-catalogue.ts';
import type { AvatarBundles } from '../control/avatars/bundles/avatar-bundles.ts';
import { AvatarJobs } from '../control/avatars/making/avatar-jobs.ts';
import { AvatarSources } from '../control/avatars/making/avatar-sources.ts';
import { AvatarWorkshop } from '../control/avatars/making/avatar-workshop.ts';
import { Uploads } from '../control/avatars/making/uploads.ts';
import { ENDLESS_DISK } from '../control/disk/disk-watch.ts';
import type { Bounds, OnBound } from '../control/fairness/bounds.ts';
import { FilmCallbacks, type FilmCallbacksOptions } from '../control/films/film-callbacks.ts';
import { FilmEstimates } from '../control/films/film-estimates.ts';
import { filmPathInMessage } from '../control/films/film-format.ts';
import { FilmJobs } from '../control/films/film-jobs.ts';
import { FilmWorkshop } from '../control/films/film-workshop.ts';
import { Films } from '../control/films/films.ts';
import type { FindUpload } from '../control/films/source-files.ts';
import { Knowledge } from '../control/knowledge/knowledge.ts';
import { createEmbeddingsService } from '../control/knowledge/meaning/embeddings-service.ts';
import { PassageEmbeddings } from '../control/knowledge/meaning/passage-embeddings.ts';
import { createGuardedFetch } from '../control/net/guarded-fetch.ts';
import { DEFAULT_QUOTAS } from '../control/quotas/quotas.ts';
import { createSecretBox } from '../control/secrets/secret-box.ts';
import { createSignedLinks } from '../control/secrets/signed-links.ts';
import { McpServers } from '../control/server-tools/mcp/mcp-servers.ts';
import { createServerTools, type ToolSource } from '../control/server-tools/server-tools.ts';
import { WebhookTools } from '../control/server-tools/webhook-tools.ts';
import type { UploadLinks } from '../control/upload-links/upload-links.ts';
import { DeliveryLanes } from '../control/webhooks/delivery-lanes.ts';
import { DeliveryQueue } from '../control/webhooks/delivery-queue.ts';
import { ProjectSecrets } from '../control/webhooks/project-secrets.ts';
import { createWebhookPoster } from '../control/webhooks/webhook-poster.ts';
import { Webhooks } from '../control/webhooks/webhooks.ts';
import { callbackSecrets, toolSecrets } from '../db/usage-schema.ts';
import { errorMessage } from '../error-message.ts';
import { JOBS } from '../jobs/definitions.ts';
import { createEmbeddingTurns } from '../jobs/handlers/embedding-turns.ts';
import { createMakingTurns } from '../jobs/handlers/making-turns.ts';
import { WebhookTurns } from '../jobs/handlers/webhook-turns.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { SharedPlaces } from '../jobs/shared-places.ts';
import type { ConsoleServiceOptions } from './console-service-options.ts';

/** What those share that make something. */
type Shop = {
  readonly wake: Jobs['wake'];
  readonly places: SharedPlaces;
  readonly bundles: AvatarBundles;
  readonly onBound: OnBound;
};

/** Uploads, and avatars made from them; null where none are made. */
export function createMaking(options: ConsoleServiceOptions, bounds: Bounds, { wake, places, bundles }: Shop) {
  const { db, blobs: store, logger, making, disk = ENDLESS_DISK, quotas = DEFAULT_QUOTAS } = options;
  if (making === undefined) return { uploads: null, sources: null, workshop: null, turns: null };
  const { uploadFolder: folder, workFolder: work, run } = making;
  const fetch = createGuardedFetch({ allowedPrivateHosts: options.fetchPrivateHosts ?? [] });
  const folders = { uploads: folder, work };
  const sources = new AvatarSources({ db, store, folder, logger });
  const jobs = new AvatarJobs(db);
  const onQueued = (turn: string) => wake(JOBS.avatars.name, turn);
  const workshop = new AvatarWorkshop({ jobs, sources, bundles, folders, fetch, run, disk, logger, onQueued });
  return {
    uploads: new Uploads({ db, folder, sources, disk, quotas, onBound: bounds.reached }),
    sources,
    workshop,
    turns: createMakingTurns({ definition: JOBS.avatars, jobs, workshop, places: places.forKind() }),
  };
}

/** Films that are ordered; null where none are made. */
export function createFilmServices(
  options: ConsoleServiceOptions,
  { wake, places, bundles, onBound }: Shop,
  uploadLinks: UploadLinks | null,
  callbackServices: Omit<FilmCallbacksOptions, 'linkTo'>,
) {
  const { db, blobs, masterKeys, logger, points, disk = ENDLESS_DISK, quotas = DEFAULT_QUOTAS } = options;
  if (options.films === undefined) return { films: null, estimates: null, workshop: null, turns: null };
  const { folder, cacheFolder, run, measure, hostedSpeaker } = options.films;
  const fetch = createGuardedFetch({ allowedPrivateHosts: options.fetchPrivateHosts ?? [] });
  const links = createSignedLinks(masterKeys, 'visavis film links');
  const callbacks = new FilmCallbacks({ ...callbackServices, linkTo: (film) => filmPathInMessage(links, film) });
  const jobs = new FilmJobs(db, { pointsPerMinute: points.perMinute, callbacks });
  const catalogue = createAvatarCatalogue(db, options.folders);
  const findUpload: FindUpload = async (url, projectId) => (await uploadLinks?.resolveUpload(url, projectId)) ?? null;
  const folders = { folder, cacheFolder };
  const openBundle = bundles.open.bind(bundles);
  const workshop = new FilmWorkshop({
    ...folders,
    jobs,
    catalogue,
    blobs,
    fetch,
    findUpload,
    openBundle,
    run,
    hostedSpeaker,
    disk,
    logger,
  });
  const films = new Films({
    db,
    jobs,
    blobs,
    quotas,
    disk,
    logger,
    isCharging: points.perMinute > 0,
    links,
    callbacks,
    findUpload,
    onQueued: (turn) => wake(JOBS.films.name, turn),
    onCancelled: (filmId) => workshop.stop(filmId),
  });
  const own = places.forKind({ leaves: 1 });
  const estimates = new FilmEstimates({ jobs, folder, fetch, findUpload, measure, disk, onBound });
  return {
    films,
    estimates,
    workshop,
    turns: createMakingTurns({ definition: JOBS.films, jobs, workshop, places: own }),
  };
}

/** Webhooks of projects, and the posting of what they are told. */
export function createWebhookServices(
  options: ConsoleServiceOptions,
  { reached: onBound }: Bounds,
  wake: Jobs['wake'],
) {
  const { db, masterKeys, logger, webhooks: settings } = options;
  const box = createSecretBox(masterKeys, 'webhook secrets');
  const { privateHosts = [], findAddresses = createAddressGuard({ allowedPrivateHosts: privateHosts }) } =
    settings ?? {};
  const { quotas = DEFAULT_QUOTAS } = options;
  const queue = new DeliveryQueue(db);
  const findCallbacks = createAddressGuard({ allowedPrivateHosts: options.fetchPrivateHosts ?? [] });
  const fetch = createGuardedFetch({ findAddresses });
  const fetchCallback = createGuardedFetch({ findAddresses: findCallbacks });
  const post = createWebhookPoster({ queue, box, fetch, fetchCallback, logger });
  const turns = new WebhookTurns({ queue, lanes: new DeliveryLanes(onBound), post, logger });
  const onQueued = (projectId: string) => wake(JOBS.webhooks.name, projectId);
  const webhooks = new Webhooks({ db, box, quotas, findAddresses, onBound, onQueued });
  const secrets = new ProjectSecrets(callbackSecrets, db, box);
  return {
    queue,
    turns,
    webhooks,
    forConsole: { webhooks, callbackSecrets: secrets },
    /** For what tells of films. */
    callbacks: {
      secrets,
      findAddresses: findCallbacks,
      onQueued(projectId: string) {
        const warn = (error: unknown) => logger.warn({ error: String(error) }, 'A queue of posts was not looked at');
        webhooks.queued(projectId, 1).catch(warn);
      },
    },
    async runDue(jobs: Jobs | null): Promise<number> {
      const before = turns.posted;
      await jobs?.runDue(JOBS.webhooks.name);
      return turns.posted - before;
    },
  };
}

/** Tools that the server answers in calls. */
export function createToolServices(
  options: ConsoleServiceOptions,
  { reached: onBound }: Pick<Bounds, 'reached'>,
  wake: Jobs['wake'],
) {
  const { db, masterKeys, logger, embeddings: settings = null, toolPrivateHosts = [] } = options;
  const findAddresses = createAddressGuard({ allowedPrivateHosts: toolPrivateHosts });
  const secrets = new ProjectSecrets(toolSecrets, db, createSecretBox(masterKeys, 'tool secrets'));
  const fetch = createGuardedFetch({ findAddresses });
  const webhookTools = new WebhookTools({ secrets, findAddresses, fetch });
  const box = createSecretBox(masterKeys, 'mcp headers');
  const mcpServers = new McpServers({ db, box, fetch, findAddresses, logger, onBound });
  const sources: ToolSource[] = [(talk) => webhookTools.of(talk), (talk, taken) => mcpServers.of(talk, taken)];
  const service = settings === null ? null : createEmbeddingsService(settings);
  const embeddings = service === null ? null : new PassageEmbeddings({ db, service, logger });
  const onStored = (avatarId: string) => wake(JOBS.embeddings.name, avatarId);
  const knowledge = new Knowledge({ db, fetch, ...(embeddings !== null && { meaning: { embeddings, onStored } }) });
  const warn = (error: unknown) =>
    logger.warn({ error: errorMessage(error) }, 'Passages could not be embedded; tried again in a minute');
  sources.unshift((talk) => knowledge.of(talk));
  return {
    turns: embeddings === null ? null : createEmbeddingTurns(embeddings, warn),
    open: createServerTools(sources, (talk) => knowledge.lookUpOf(talk), logger),
    forConsole: { toolSecrets: secrets, webhookTools, mcpServers, knowledge },
  };
}
