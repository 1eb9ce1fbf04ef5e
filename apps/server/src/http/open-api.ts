import type { IceServer } from '@visavis/media/session-events';
import { openAvatarListSchema, openAvatarSchema, openIceAnswerSchema } from '@visavis/protocol/rest';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { calledBy } from '../control/avatars/called-by.ts';
import type { OwnAvatars } from '../control/avatars/own-avatars.ts';
import { ControlError } from '../control/control-error.ts';
import type { ConversationRecords } from '../control/conversations/conversation-records.ts';
import type { RecordedTalk } from '../control/recordings/recordings.ts';
import type { UtteranceDesk } from '../gateway/calls/utterance-desk.ts';
import type { Admission, AvatarCatalogue, CatalogueAvatar, TalkKeys } from '../ports.ts';
import { FOR, type LicenceHolder } from './access/access.ts';
import { guardRoutes } from './access/guard.ts';
import { holderOf } from './access/principal.ts';
import { parseTolerantBody } from './bounded-body.ts';
import { registerAvatarCard } from './open-rest/avatar-card.ts';
import { PROVIDER_ID, registerAvatarWrites, STATUS_TEXTS } from './open-rest/avatar-writes.ts';
import { registerChatRecords } from './open-rest/chat-records.ts';
import { registerOpenRoute } from './open-rest/documented.ts';
import { fail, OPEN_SENTENCES, readParameter, succeed } from './open-rest/envelope.ts';
import { registerHostedTools } from './open-rest/hosted-tools.ts';
import { registerLists } from './open-rest/lists.ts';
import { type LoopVideoFilms, registerLoopVideos } from './open-rest/loop-videos.ts';
import { type OperatorTokenOptions, registerOperatorToken } from './open-rest/operator-token.ts';
import { type RatingOptions, registerRatings } from './open-rest/ratings.ts';
import { registerSpokenTexts } from './open-rest/spoken-texts.ts';
import type { ListForAll } from './talk-page.ts';

export type OpenApiDependencies = {
  readonly admission: Admission;
  readonly catalogue: AvatarCatalogue;
  /** The lists that holders of public keys read. */
  readonly listForAll: ListForAll;
  readonly iceServers: (hostName: string) => readonly IceServer[];
  /** Where programs meet the calls of this node. */
  readonly utterances: Pick<UtteranceDesk, 'say' | 'look'>;
  /** Left out: avatars cannot be changed over this interface. */
  readonly avatars?: OwnAvatars;
  /** Left out: there are no chat records. */
  readonly records?: ConversationRecords;
  /** Path of a call's film; null when there is none. Left out: nothing is recorded. */
  readonly recordingLink?: (talk: RecordedTalk) => Promise<string | null>;
  /** Proves to whom a talk on a public key belongs. Left out: nobody. */
  readonly talkKeys?: TalkKeys;
  /** Left out: no films are made. */
  readonly films?: LoopVideoFilms;
  /** Left out: calls are not rated. */
  readonly rating?: RatingOptions;
  /** Left out: nobody answers in place of avatars. */
  readonly operator?: OperatorTokenOptions;
};

/**
 * Lets pages of every origin read what is answered to them there, refusals and addresses where there is nothing included: else they would
 * be told by their browser that the network failed.
 */
export function openToOrigins(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => void openToOrigin(request, reply));
}

/** The open interface, films as NavTalk's clients order them, and what OpenAI's clients ask for. */
const OPEN_ADDRESS = /^\/+(?:api\/(?!v1(?:[/?]|$))|(?:generate|query_status|v1\/(?:models|realtime))(?:[/?]|$))/;

/** What NavTalk's clients and OpenAI's (of its kit for agents and of its SDK, which tells with each request where it runs) send from pages. */
const SENT_HEADERS = [
  'license',
  'content-type',
  'authorization',
  'openai-beta',
  'openai-organization',
  'openai-project',
  'idempotency-key',
  'x-openai-agents-sdk',
  'x-stainless-lang',
  'x-stainless-package-version',
  'x-stainless-os',
  'x-stainless-arch',
  'x-stainless-runtime',
  'x-stainless-runtime-version',
  'x-stainless-retry-count',
  'x-stainless-timeout',
  'x-stainless-helper-method',
].join(', ');

/** The same for an answer before any route. */
export function openToOrigin(request: Pick<FastifyRequest, 'url'>, reply: FastifyReply): FastifyReply {
  if (!OPEN_ADDRESS.test(request.url)) return reply;
  return reply.headers({
    'access-control-allow-origin': '*',
    'access-control-allow-headers': SENT_HEADERS,
    'access-control-expose-headers': 'location',
    'access-control-allow-methods': 'GET, POST, DELETE, OPTIONS',
    'access-control-max-age': '86400',
    // Talks, prompts and credentials of ICE servers.
    'cache-control': 'no-store',
    'cross-origin-resource-policy': 'cross-origin',
  });
}

/** The read calls of NavTalk's open REST that clients make before and during a call; `GET` and `POST` alike. */
export function registerOpenApi(app: FastifyInstance, dependencies: OpenApiDependencies): void {
  app.register(async (scope) => {
    scope.setErrorHandler((error, _request, reply) => {
      if (!(error instanceof ControlError)) throw error;
      if (error.retryAfterSeconds !== undefined) reply.header('retry-after', error.retryAfterSeconds);
      return fail(reply, error.statusCode, error.message);
    });
    // Some clients announce JSON and send nothing, others send forms.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string' }, async (_request: FastifyRequest, body: string) =>
      parseTolerantBody(body),
    );
    scope.options('/api/*', { config: FOR.everyone }, answerPreflight);
    // Schemas describe these routes in the reference; what clients send is read tolerantly by the routes themselves.
    scope.setValidatorCompiler(() => () => true);
    scope.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
    guardRoutes(scope, { admission: dependencies.admission });
    registerAvatarReads(scope, dependencies);
    registerLists(scope);
    registerIceServers(scope, dependencies);
    registerHostedTools(scope);
    registerSpokenTexts(scope, dependencies.utterances);
    const { avatars, records } = dependencies;
    if (avatars !== undefined) registerAvatarWrites(scope, avatars);
    if (dependencies.films !== undefined) registerLoopVideos(scope, dependencies.films);
    if (records !== undefined) registerChatRecords(scope, records, dependencies);
    if (dependencies.operator !== undefined) registerOperatorToken(scope, dependencies.operator);
    if (dependencies.rating !== undefined) registerRatings(scope, dependencies.rating);
  });
}

/**
 * Browsers ask before they send a key: at addresses where there is nothing too, so that pages can read that. The console's interface
 * (`/api/v1`) is for its own pages alone.
 */
function answerPreflight(request: FastifyRequest, reply: FastifyReply): void {
  const { '*': path } = request.params as { readonly '*': string };
  if (/^v1(?:\/|$)/.test(path)) reply.callNotFound();
  else reply.code(204).send();
}

function registerAvatarReads(scope: FastifyInstance, { admission, catalogue, listForAll }: OpenApiDependencies): void {
  const detail = async (request: FastifyRequest, reply: FastifyReply) => {
    const id = readParameter(request, 'avatarId', 'id');
    if (id === undefined) return fail(reply, 400, OPEN_SENTENCES.noAvatarId);
    const found = await findFor(request, id);
    return found === null ? fail(reply, 404, OPEN_SENTENCES.noAvatar) : succeed(toWireAvatar(found, request, 'detail'));
  };

  const byName = async (request: FastifyRequest, reply: FastifyReply) => {
    const name = readParameter(request, 'name', 'characterName');
    if (name === undefined) return fail(reply, 400, 'Give the avatar as name.');
    // The same look-up as a call's, so that unknown system names find the same figure here and there.
    const lookUp = await admission.findAvatar(holderOf(request).licence.projectId, { name });
    if (lookUp.kind === 'missing') return fail(reply, 404, OPEN_SENTENCES.noAvatar);
    const found = await findFor(request, lookUp.avatar.avatarId);
    if (found === null) return fail(reply, 404, OPEN_SENTENCES.noAvatar);
    const named = lookUp.calledBy === undefined ? found : calledBy(found, lookUp.calledBy);
    return succeed({ ...toWireAvatar(named, request, 'detail'), name });
  };

  const list = async (request: FastifyRequest) =>
    succeed((await listFor(request)).map((avatar) => toWireAvatar(avatar, request, 'list')));

  const listFor = async (request: FastifyRequest): Promise<readonly CatalogueAvatar[]> => {
    const { kind, licence } = holderOf(request);
    const { projectId, onlyAvatarId } = licence;
    if (onlyAvatarId !== undefined) {
      const own = await findFor(request, onlyAvatarId);
      return own === null ? [] : [own];
    }
    const avatars = kind === 'public-key' ? await listForAll(projectId) : await catalogue.list(projectId);
    return avatars.flatMap((avatar) => seenBy(request, avatar) ?? []);
  };

  const findFor = async (request: FastifyRequest, avatarId: string): Promise<CatalogueAvatar | null> => {
    const avatar = await catalogue.get(holderOf(request).licence.projectId, avatarId);
    return avatar === null ? null : seenBy(request, avatar);
  };

  registerOpenRoute(scope, {
    method: 'GET',
    alsoBy: ['POST'],
    url: '/api/open/v1/avatar/detail',
    config: FOR.caller,
    summary: 'One avatar by id',
    needs: ['avatarId'],
    answer: openAvatarSchema,
    refuses: [400, 401, 404],
    handler: detail,
  });
  registerOpenRoute(scope, {
    method: 'GET',
    alsoBy: ['POST'],
    url: '/api/open/v1/avatar/getByName',
    config: FOR.caller,
    summary: 'One avatar by name',
    needs: ['name'],
    answer: openAvatarSchema,
    refuses: [400, 401, 404],
    handler: byName,
  });
  registerAvatarCard(scope, { admission, catalogue });
  registerOpenRoute(scope, {
    method: 'GET',
    alsoBy: ['POST'],
    url: '/api/open/v1/avatar/list',
    config: { ...FOR.caller, readsMuch: readsWholeList },
    summary: 'All avatars',
    answer: openAvatarListSchema,
    refuses: [401, 429],
    handler: list,
  });
}

/** Holders of public keys read one list together, and a token its own avatar. */
function readsWholeList(request: FastifyRequest): boolean {
  const { kind, licence } = holderOf(request);
  return kind !== 'public-key' && licence.onlyAvatarId === undefined;
}

/** What the holder may see: a token its own avatar, and only the key what the project's avatars are told. */
function seenBy(request: FastifyRequest, avatar: CatalogueAvatar): CatalogueAvatar | null {
  const { kind, licence } = holderOf(request);
  if (kind === 'key') return avatar;
  if (licence.onlyAvatarId !== undefined && licence.onlyAvatarId !== avatar.avatarId) return null;
  return isToldTo(kind, avatar) ? avatar : { ...avatar, prompt: '', firstMessage: '' };
}

/** The words of built-in avatars are no secret; those of a project's own are for its key alone. */
function isToldTo(kind: LicenceHolder, { isSystem = true }: CatalogueAvatar): boolean {
  return kind === 'key' || (kind === 'public-key' && isSystem);
}

/** Who has no key in force, or asks from a page that may not use it, is told no servers that need credentials. */
function registerIceServers(scope: FastifyInstance, { iceServers }: OpenApiDependencies): void {
  const handler = async (request: FastifyRequest) => {
    const isKnown = request.principal !== null && 'licence' in request.principal;
    const servers = iceServers(request.hostname).filter((server) => isKnown || server.credential === undefined);
    return { ...succeed({ iceServers: servers }), iceServers: servers };
  };
  registerOpenRoute(scope, {
    method: 'GET',
    alsoBy: ['POST'],
    url: '/api/webrtc/generate-ice-servers',
    config: FOR.callerOrNobody,
    summary: 'STUN and TURN servers',
    answer: openIceAnswerSchema,
    isWholeAnswer: true,
    refuses: [],
    handler,
  });
}

/**
 * Lists alone name the film: the client that reads them shows it before a call, with the picture as its poster; whether others could is
 * not known. `providerName` is `openai` for all: published clients switch tools and camera on by it. */
function toWireAvatar(avatar: CatalogueAvatar, request: FastifyRequest, form: 'detail' | 'list') {
  const origin = `${request.protocol}://${request.host}`;
  const address = (file: string) => `${origin}/uploadFiles/${encodeURIComponent(file)}`;
  const status = STATUS_TEXTS[avatar.state ?? 'ready'];
  const picture = address(avatar.pictureFile ?? 'default.png');
  const film = form === 'list' && avatar.clipFile !== null ? address(avatar.clipFile) : null;
  return {
    id: avatar.avatarId,
    avatarId: avatar.avatarId,
    name: avatar.name,
    url: film ?? picture,
    thumbnailUrl: picture,
    videoFile: film !== null,
    providerId: PROVIDER_ID,
    providerName: 'openai',
    model: avatar.model || 'gpt-realtime',
    voice: avatar.voice,
    firstMessage: avatar.firstMessage,
    prompt: avatar.prompt,
    status: form === 'list' ? status.toUpperCase() : status,
  };
}
