import { Buffer } from 'node:buffer';
import { CLIENT_SECRET_PREFIX, errorEntry, LIMITS } from '@visavis/protocol';
import { type Fields, isFields } from '@visavis/protocol/schemas';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { BrowserTokens } from '../control/browser-tokens/browser-tokens.ts';
import { ControlError, notFound } from '../control/control-error.ts';
import { toError } from '../gateway/openai-realtime/ends.ts';
import { OPENAI_REALTIME, OPENAI_REALTIME_PATH } from '../gateway/openai-realtime/openai-realtime.ts';
import { avatarOf, isBeta, readKey, requestFor } from '../gateway/openai-realtime/read-connect.ts';
import { readSessionPatch, writeSessionPatch } from '../gateway/openai-realtime/session-patch.ts';
import { CALL_ID_PREFIX } from '../gateway/openai-realtime/sideband-desk.ts';
import { toBeta } from '../gateway/openai-realtime/to-beta.ts';
import { Unusable } from '../gateway/openai-realtime/unusable.ts';
import type { Gateway } from '../gateway/wire/gateway.ts';
import type { Admission, AvatarCatalogue, CatalogueAvatar } from '../ports.ts';
import { FOR } from './access/access.ts';
import { guardRoutes } from './access/guard.ts';
import { holderOf } from './access/principal.ts';
import { isWellFormed, parseTolerantBody } from './bounded-body.ts';
import { OPEN_SENTENCES } from './open-rest/envelope.ts';
import { readCall } from './openai-call-body.ts';
import { requestFault } from './request-faults.ts';
import type { ListForAll } from './talk-page.ts';

export type OpenAiApiDependencies = {
  readonly admission: Admission;
  readonly catalogue: AvatarCatalogue;
  readonly listForAll: ListForAll;
  readonly gateway: Gateway;
  /** Left out: no client secrets are minted. */
  readonly tokens?: Pick<BrowserTokens, 'mint'>;
};

const CALLS_PATH = `${OPENAI_REALTIME_PATH}/calls`;
const UNUSABLE_OFFER =
  'The offer cannot be answered. It needs an audio section with Opus, and ICE and DTLS as browsers write them.';
/** How long a client secret works, in seconds. */
const SECRET_SECONDS = { least: 10, usual: 600, most: 7200 } as const;
/** A description and a session, each with its own limit, and what a form puts round them. */
const CALL_BODY_BYTES = LIMITS.bytes.frame + LIMITS.characters.sdp + 8192;

/** What OpenAI's clients ask by HTTP: which models there are, secrets for pages, and calls over WebRTC. */
export function registerOpenAiApi(app: FastifyInstance, dependencies: OpenAiApiDependencies): void {
  app.register(async (scope) => {
    scope.setErrorHandler(answerError);
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: FastifyRequest, body: Buffer) => body);
    for (const url of ['/v1/models', '/v1/models/*', `${OPENAI_REALTIME_PATH}/*`]) {
      scope.options(url, { config: FOR.everyone, schema: { hide: true } }, (_request, reply) => reply.code(204).send());
    }
    guardRoutes(scope, dependencies);
    registerModels(scope, dependencies);
    registerCalls(scope, dependencies);
    registerTranscription(scope);
    if (dependencies.tokens !== undefined) registerSecrets(scope, dependencies, dependencies.tokens);
  });
}

function answerError(error: Error, _request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof Unusable) {
    const { code, message, param } = error;
    return reply.code(400).send({ error: { type: 'invalid_request_error', code, message, param } });
  }
  const fault = requestFault(error);
  if (fault === null) throw error;
  if (fault.retryAfterSeconds !== undefined) reply.header('retry-after', fault.retryAfterSeconds);
  const type =
    fault.status >= 500 ? 'server_error' : fault.status === 429 ? 'rate_limit_error' : 'invalid_request_error';
  const code = fault.status === 401 ? 'invalid_api_key' : fault.code.replaceAll('-', '_');
  return reply.code(fault.status).send({ error: { type, code, message: fault.message, param: null } });
}

/** Each avatar that can be called is one. */
function registerModels(scope: FastifyInstance, { catalogue, listForAll }: OpenAiApiDependencies): void {
  const list = async (request: FastifyRequest): Promise<readonly CatalogueAvatar[]> => {
    const { kind, licence } = holderOf(request);
    const avatars =
      kind === 'public-key' ? await listForAll(licence.projectId) : await catalogue.list(licence.projectId);
    const { onlyAvatarId } = licence;
    return avatars.filter(
      ({ avatarId, state = 'ready' }) => state === 'ready' && (onlyAvatarId === undefined || onlyAvatarId === avatarId),
    );
  };
  scope.get('/v1/models', { config: FOR.caller, schema: { hide: true } }, async (request) => ({
    object: 'list',
    data: (await list(request)).map(toModel),
  }));
  scope.get('/v1/models/:model', { config: FOR.caller, schema: { hide: true } }, async (request) => {
    const { model } = request.params as { readonly model: string };
    const avatar = (await list(request)).find(({ name, avatarId }) => name === model || avatarId === model);
    if (avatar === undefined) throw notFound('avatar');
    return toModel(avatar);
  });
}

function toModel({ name, isSystem = true }: CatalogueAvatar) {
  return { id: name, object: 'model', created: 0, owned_by: isSystem ? 'visavis' : 'project' };
}

function registerSecrets(
  scope: FastifyInstance,
  { admission }: OpenAiApiDependencies,
  tokens: Pick<BrowserTokens, 'mint'>,
): void {
  const mint = async (request: FastifyRequest, session: Fields, lifetimeSeconds: number) => {
    const { licenceId, keyDigest, projectId } = holderOf(request).licence;
    const clientSession = keptSession(session);
    const avatarId = await findAvatarId(admission, projectId, session);
    const minted = await tokens.mint({
      licenceId,
      keyDigest,
      lifetimeSeconds,
      clientSession,
      ...(avatarId === null ? {} : { avatarId }),
    });
    if (minted === null) throw new ControlError('wrong-credentials', OPEN_SENTENCES.invalidLicence);
    const expiresAt = Math.floor(minted.expiresAt.getTime() / 1000);
    return { secret: { value: `${CLIENT_SECRET_PREFIX}${minted.token}`, expires_at: expiresAt }, clientSession };
  };
  const options = { config: FOR.keyInHeader, schema: { hide: true } };
  scope.post(`${OPENAI_REALTIME_PATH}/client_secrets`, options, async (request) => {
    const body = readJson(request);
    const session = isFields(body.session) ? body.session : {};
    const { secret, clientSession } = await mint(request, session, readLifetime(body.expires_after));
    return { ...secret, session: { ...clientSession, type: 'realtime', object: 'realtime.session' } };
  });
  // The same of the beta: the session is the body, and the secret stands in what comes back.
  scope.post(`${OPENAI_REALTIME_PATH}/sessions`, options, async (request) => {
    const body = readJson(request);
    const { secret, clientSession } = await mint(request, body, readLifetime(body.expires_after));
    const session = toBeta({ type: 'session.created', session: clientSession })?.session;
    return { object: 'realtime.session', ...(isFields(session) ? session : {}), client_secret: secret };
  });
}

/** What could not be opened is not minted, and what a call has no use for is not stored. */
function keptSession(session: Fields): Fields {
  const kept = {
    ...(typeof session.model === 'string' ? { model: session.model } : {}),
    ...writeSessionPatch(readSessionPatch(session)),
  };
  const json = JSON.stringify(kept);
  const most = LIMITS.bytes.clientSession;
  const bytes = Buffer.byteLength(json);
  if (bytes > most) {
    const text = `The session has ${bytes} bytes as JSON, at most ${most}. Send the rest by session.update.`;
    throw new Unusable('invalid_value', text, 'session');
  }
  if (/(?<!\\)(?:\\\\)*\\u0000/.test(json) || !isWellFormed(kept)) {
    const text = 'A text of the session holds a NUL, or half of a character. Remove it.';
    throw new Unusable('invalid_value', text, 'session');
  }
  return kept;
}

/** Null: whichever its client names. */
async function findAvatarId(admission: Admission, projectId: string, session: Fields): Promise<string | null> {
  const { anyAvatar = false, ...query } = avatarOf(typeof session.model === 'string' ? session.model : '');
  if (anyAvatar) return null;
  const found = await admission.findAvatar(projectId, query);
  if (found.kind === 'missing' || found.isStandIn === true) {
    throw new Unusable('model_not_found', toError({ code: 'avatar-not-found' }).message, 'session.model');
  }
  return found.avatar.avatarId;
}

function readLifetime(given: unknown): number {
  if (!isFields(given) || given.seconds === undefined) return SECRET_SECONDS.usual;
  const { seconds } = given;
  const { least, most } = SECRET_SECONDS;
  if (typeof seconds === 'number' && Number.isInteger(seconds) && seconds >= least && seconds <= most) return seconds;
  throw new Unusable('invalid_value', `seconds are a whole number from ${least} to ${most}.`, 'expires_after.seconds');
}

function readJson({ body }: FastifyRequest): Fields {
  const value: unknown = Buffer.isBuffer(body) ? parseTolerantBody(body.toString('utf8')) : undefined;
  return isFields(value) ? value : {};
}

function registerCalls(scope: FastifyInstance, { gateway }: OpenAiApiDependencies): void {
  const options = {
    config: { ...FOR.call, bodyBytes: CALL_BODY_BYTES },
    bodyLimit: CALL_BODY_BYTES,
    schema: { hide: true },
  };
  scope.post(CALLS_PATH, options, async (request, reply) => {
    const { sdp, session } = await readCall(request);
    readSessionPatch(session);
    const { model } = request.query as { readonly model?: unknown };
    const named = [model, session.model].find((value) => typeof value === 'string') ?? '';
    const form = isBeta(request.headers) ? 'beta' : 'ga';
    const key = readKey(request.headers);
    const wanted = requestFor({ key, model: String(named), form, connection: 'answer', session });
    const answered = await gateway.answer(OPENAI_REALTIME, { request: wanted, offerSdp: sdp }, request);
    if (answered.kind === 'unusable') throw new Unusable('invalid_offer', UNUSABLE_OFFER, 'sdp');
    if (answered.kind === 'refused') {
      return reply.code(errorEntry(answered.end.code).httpStatus).send({ error: toError(answered.end) });
    }
    reply.header('location', `${CALLS_PATH}/${CALL_ID_PREFIX}${answered.sessionId}`);
    return reply.code(201).type('application/sdp').send(answered.sdp);
  });
  scope.post(`${CALLS_PATH}/:callId/hangup`, { config: FOR.caller, schema: { hide: true } }, async (request, reply) => {
    const { callId } = request.params as { readonly callId: string };
    const sessionId = callId.startsWith(CALL_ID_PREFIX) ? callId.slice(CALL_ID_PREFIX.length) : '';
    if (!gateway.hangUp(sessionId, holderOf(request).licence.licenceId)) throw notFound('call');
    return reply.code(200).send({});
  });
}

/** Avatars answer: nobody who only writes down is there. */
function registerTranscription(scope: FastifyInstance): void {
  const options = { config: FOR.keyInHeader, schema: { hide: true } };
  scope.post(`${OPENAI_REALTIME_PATH}/transcription_sessions`, options, async () => {
    const text =
      'Sessions that only write down are not made here: avatars answer. Their sessions tell what the user said, as input_audio_transcription.';
    throw new Unusable('unsupported', text);
  });
}
