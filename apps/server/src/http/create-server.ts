import fastifyWebsocket from '@fastify/websocket';
import { LIMITS } from '@visavis/protocol';
import fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { ControlError } from '../control/control-error.ts';
import type { ReadingPlaces } from '../control/fairness/fair-reading.ts';
import type { FilmEstimates } from '../control/films/film-estimates.ts';
import type { Films } from '../control/films/films.ts';
import { followAll } from '../gateway/calls/call-follower.ts';
import { UtteranceDesk } from '../gateway/calls/utterance-desk.ts';
import { SIGNALLING_PATH, SignallingDesk } from '../gateway/navtalk-v1/signalling-desk.ts';
import { NAVTALK_V2 } from '../gateway/navtalk-v2/navtalk-v2.ts';
import { OPENAI_REALTIME } from '../gateway/openai-realtime/openai-realtime.ts';
import { SidebandDesk } from '../gateway/openai-realtime/sideband-desk.ts';
import { BROKER_PATH, serveBroker } from '../gateway/operator/broker/broker-doors.ts';
import type { EmbeddedBroker } from '../gateway/operator/broker/embedded-broker.ts';
import type { OperatorDesk } from '../gateway/operator/operator-desk.ts';
import { createGateway, type Gateway } from '../gateway/wire/gateway.ts';
import type { WireDependencies } from '../gateway/wire/wire-dependencies.ts';
import type { AvatarCatalogue } from '../ports.ts';
import { requireStatedAccess, type StatedRoute } from './access/guard.ts';
import { registerAnswerBudget } from './answers/answer-budget.ts';
import { registerReadingTurns } from './answers/reading-turns.ts';
import { sharedBriefly } from './answers/shared-briefly.ts';
import { registerApiReference } from './api-reference.ts';
import { registerBodyBudget } from './body-budget.ts';
import { registerBoundedJson } from './bounded-body.ts';
import { type ConsoleOptions, registerConsole } from './console.ts';
import { type ConsoleApiDependencies, registerConsoleApi } from './console-api/console-api.ts';
import { registerDocsSite } from './docs-site.ts';
import { type BodyPace, registerBodyPace } from './edge/body-pace.ts';
import { boundConnections, type ConnectionLimits } from './edge/connection-bounds.ts';
import { registerEdgeGuard } from './edge/edge-guard.ts';
import type { HostNames } from './edge/host-names.ts';
import { refusePipelines } from './edge/pipelined-requests.ts';
import { refuseSocketCrowds } from './edge/socket-crowds.ts';
import { believes, type ProxyTrust } from './edge/trusted-proxies.ts';
import { answerUnread, answerUnroutable, CONNECTION_TIMES, SERVER_OPTIONS } from './edge/unread-requests.ts';
import { registerFilmFiles } from './film-files.ts';
import { registerGenerate } from './generate.ts';
import { type HealthReport, registerHealth } from './health.ts';
import { type OpenApiDependencies, openToOrigin, openToOrigins, registerOpenApi } from './open-api.ts';
import type { OperatorTokenOptions } from './open-rest/operator-token.ts';
import { registerOpenAiApi } from './openai-api.ts';
import { type RecordingFiles, registerRecordings } from './recordings.ts';
import { requestFault } from './request-faults.ts';
import { useOwnSentences } from './schema-sentences.ts';
import { registerSecurityHeaders } from './security-headers.ts';
import { createFindShown } from './talk-card.ts';
import { registerTalkPage, type TalkPageSource } from './talk-page.ts';
import { type FindUpload, registerUploadFiles } from './upload-files.ts';
import { registerUploadLinks } from './upload-links/link-routes.ts';

/** How people answer in place of avatars. */
export type OperatorMode = OperatorTokenOptions & {
  readonly desk: OperatorDesk;
  /** Null: operators connect elsewhere. */
  readonly broker: EmbeddedBroker | null;
};

export type ServerDependencies = Omit<WireDependencies, 'follow'> &
  Pick<OpenApiDependencies, 'avatars' | 'records' | 'recordingLink' | 'rating'> & {
    readonly catalogue: AvatarCatalogue;
    readonly console: ConsoleOptions;
    /** Folder of the built documentation, which may appear later. Left out: `/docs` is not served. */
    readonly docsFolder?: string;
    /** Left out: `/api/v1` is not served. */
    readonly consoleApi?: ConsoleApiDependencies;
    readonly findUpload: FindUpload;
    /** Left out: nobody answers in place of avatars. */
    readonly operator?: OperatorMode;
    /** Left out: no films of calls are served. */
    readonly recordings?: RecordingFiles;
    /** Left out: no films are made. */
    readonly films?: Films;
    readonly estimates?: FilmEstimates | null;
    readonly health: (openSockets: number) => HealthReport;
    readonly talkPage: TalkPageSource;
    readonly httpLogger?: FastifyBaseLogger;
    /** Left out: nobody is believed. */
    readonly trustProxy?: ProxyTrust | false;
    /** Left out: every name. */
    readonly hostNames?: HostNames;
    /** False: the certificate is self-signed, so nobody is told to insist on it. Default true. */
    readonly isTransportTrusted?: boolean;
    /** Left out: whoever reads much waits for nobody. */
    readonly readingPlaces?: ReadingPlaces;
    /** Left out: that of the edge. */
    readonly bodyPace?: BodyPace;
    readonly connectionLimits?: ConnectionLimits;
    readonly tls?: { readonly cert: string; readonly key: string };
  };

export type Server = {
  readonly app: FastifyInstance;
  readonly gateway: Gateway;
  /** Every route with who may call it; complete when `app` is ready. */
  readonly routes: readonly StatedRoute[];
};

/** What takes sockets. */
type Sockets = {
  readonly gateway: Gateway;
  readonly desk: SignallingDesk;
  readonly sidebands: SidebandDesk;
};

/** So old may the list of the avatars be that the first page shows. */
const PUBLIC_LIST_MS = 1000;

const SOCKET_OPTIONS = {
  maxPayload: LIMITS.bytes.hardFrame,
  maxFragments: LIMITS.counts.fragments,
  maxBufferedChunks: LIMITS.counts.pieces,
  // A compressed message costs its sender little and this process much.
  perMessageDeflate: false,
  /** Some name their key among the protocols: it is never sent back. */
  handleProtocols: (protocols: Set<string>) => [...protocols].find((name) => !name.includes('api-key')) ?? false,
};

/** The HTTP and WebSocket server with everything it serves; not yet listening. */
export async function createServer(dependencies: ServerDependencies): Promise<Server> {
  const isBelieved = dependencies.trustProxy ? believes(dependencies.trustProxy) : false;
  const app = fastify({
    ...(dependencies.httpLogger === undefined ? {} : { loggerInstance: dependencies.httpLogger }),
    ...(dependencies.tls === undefined
      ? { http: SERVER_OPTIONS }
      : { https: { ...SERVER_OPTIONS, ...dependencies.tls } }),
    ...CONNECTION_TIMES,
    routerOptions: { maxParamLength: LIMITS.characters.parameter },
    // Addresses hold licence keys, which must not reach a log.
    logController: new fastify.LogController({ disableRequestLogging: true }),
    trustProxy: isBelieved,
    bodyLimit: LIMITS.bytes.restBody,
    maxRequestsPerSocket: LIMITS.counts.requestsPerConnection,
    forceCloseConnections: true,
    clientErrorHandler: answerUnread,
    frameworkErrors: (error, request, reply) => answerUnroutable(error, openToOrigin(request, reply)),
  }) as FastifyInstance;
  useOwnSentences();
  const sockets: { current: Sockets | null } = { current: null };
  await app.register(fastifyWebsocket, {
    options: SOCKET_OPTIONS,
    preClose: async () => {
      sockets.current?.desk.close();
      sockets.current?.sidebands.close();
      dependencies.operator?.broker?.endAll();
      await sockets.current?.gateway.close();
      app.websocketServer.close();
    },
  });
  registerBodyBudget(app);
  const routes = requireStatedAccess(app);
  registerReadingTurns(app, dependencies.readingPlaces);
  registerAnswerBudget(app);
  noteRefusals(app, dependencies);
  registerSecurityHeaders(app, { isTransportTrusted: dependencies.isTransportTrusted ?? true });
  openToOrigins(app);
  registerEdgeGuard(app, dependencies.hostNames);
  registerErrors(app, dependencies);
  registerBodyPace(app, dependencies.bodyPace);
  registerBoundedJson(app);
  await registerApiReference(app, dependencies.talkPage.version);
  refuseSocketCrowds(app, (path) => {
    const { gateway, desk, sidebands } = sockets.current ?? {};
    if (path.startsWith(BROKER_PATH)) return dependencies.operator?.broker?.unadmitted() ?? [];
    if (path.startsWith(SIGNALLING_PATH)) return desk?.unpaired() ?? [];
    return [...(gateway?.unadmitted() ?? []), ...(sidebands?.waiting() ?? [])];
  });
  const { operator } = dependencies;
  const utterances = new UtteranceDesk();
  const follow = followAll([utterances, ...(operator === undefined ? [] : [operator.desk])]);
  const gateway = createGateway(app, { ...dependencies, follow });
  gateway.serve(NAVTALK_V2);
  const sidebands = new SidebandDesk(gateway, dependencies.admission, dependencies.logger);
  gateway.serve(OPENAI_REALTIME, undefined, (socket, request) => sidebands.take(socket, request));
  const desk = new SignallingDesk(app, gateway);
  if (operator?.broker) serveBroker(app, gateway, operator.broker);
  sockets.current = { gateway, desk, sidebands };
  registerHealth(app, () => dependencies.health(gateway.callCount()));
  const { catalogue } = dependencies;
  // What everybody may see is the same for everybody.
  const listForAll = sharedBriefly((projectId) => catalogue.listShown(projectId), PUBLIC_LIST_MS);
  registerTalkPage(app, listForAll, dependencies.talkPage);
  registerOpenApi(app, { ...dependencies, listForAll, utterances });
  const { admission, consoleApi } = dependencies;
  const secrets = consoleApi === undefined ? {} : { tokens: consoleApi.tokens };
  registerOpenAiApi(app, { admission, catalogue, listForAll, gateway, ...secrets });
  const liveTalks = operator === undefined ? {} : { liveTalks: operator.desk };
  if (consoleApi !== undefined) await registerConsoleApi(app, { ...consoleApi, ...liveTalks });
  await registerUploadFiles(app, dependencies.findUpload);
  if (consoleApi?.uploadLinks) await registerUploadLinks(app, consoleApi.uploadLinks);
  if (dependencies.recordings !== undefined) await registerRecordings(app, dependencies.recordings);
  const { films } = dependencies;
  if (films !== undefined) {
    await registerFilmFiles(app, films);
    const { estimates } = dependencies;
    if (estimates) registerGenerate(app, { films, estimates, admission });
  }
  if (dependencies.docsFolder !== undefined) await registerDocsSite(app, dependencies.docsFolder);
  const findShown = createFindShown({ catalogue, listForAll, demo: dependencies.talkPage.demo });
  await registerConsole(app, { ...dependencies.console, findShown, logger: dependencies.logger });
  boundConnections(
    app.server,
    (address) => isBelieved !== false && isBelieved(address, 0),
    dependencies.connectionLimits,
  );
  refusePipelines(app.server);
  return { app, gateway, routes };
}

/** Refusals that somebody meets who does no harm: they are no news to the operator. */
const ORDINARY: ReadonlySet<string> = new Set([
  'bad-request',
  'not-logged-in',
  'not-found',
  'conflict',
  'not-available',
]);

function noteRefusals(app: FastifyInstance, { noteEvent }: ServerDependencies): void {
  app.addHook('onError', async (request, _reply, error) => {
    if (!(error instanceof ControlError) || ORDINARY.has(error.code)) return;
    const { principal, routeOptions } = request;
    const projectId = principal !== null && 'licence' in principal ? principal.licence.projectId : undefined;
    noteEvent?.({
      action: 'access.refused',
      subject: `${request.method} ${routeOptions.url ?? ''}`,
      ipAddress: request.ip,
      projectId: projectId ?? request.project?.projectId ?? null,
      detail: { code: error.code, by: principal?.kind ?? 'nobody' },
    });
  });
}

function registerErrors(app: FastifyInstance, { logger }: ServerDependencies): void {
  app.setErrorHandler((error: Error, request, reply) => {
    const fault = requestFault(error);
    if (fault === null) {
      logger.error({ path: request.url.split('?', 1)[0], error: error.message }, 'A request failed');
      const message = 'Something failed on the server; its log says why.';
      return reply.code(500).send({ code: 500, message, data: null });
    }
    if (fault.status >= 500 && !(error instanceof ControlError)) {
      logger.error({ path: request.url.split('?', 1)[0], error: error.message }, 'A request was not served');
    }
    if (fault.retryAfterSeconds !== undefined) reply.header('retry-after', fault.retryAfterSeconds);
    if (fault.code === 'unknown-host' && request.headers.accept?.includes('text/html')) {
      return reply.code(fault.status).type('text/plain; charset=utf-8').send(`${fault.message}\n`);
    }
    return reply.code(fault.status).send({ code: fault.status, message: fault.message, data: null });
  });
}
