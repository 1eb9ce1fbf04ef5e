import type { IceServer } from '@visavis/media/session-events';
import { errorEntry } from '@visavis/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { OwnAvatars } from '../control/avatars/own-avatars.ts';
import { ControlError } from '../control/control-error.ts';
import type { ConversationRecords } from '../control/conversations/conversation-records.ts';
import type { Admission, AvatarCatalogue, CatalogueAvatar, Licence } from '../ports.ts';
import { parseTolerantBody } from './bounded-body.ts';
import { PROVIDER_ID, registerAvatarWrites, STATUS_TEXTS } from './open-rest/avatar-writes.ts';
import { registerChatRecords } from './open-rest/chat-records.ts';
import { documented } from './open-rest/documented.ts';
import { type Envelope, fail, readParameter, succeed } from './open-rest/envelope.ts';
import { registerLists } from './open-rest/lists.ts';

export type OpenApiDependencies = {
  readonly admission: Admission;
  readonly catalogue: AvatarCatalogue;
  readonly iceServers: (hostName: string) => readonly IceServer[];
  /** Left out: avatars cannot be changed over this interface. */
  readonly avatars?: OwnAvatars;
  /** Left out: there are no chat records. */
  readonly records?: ConversationRecords;
  /** Path of a call's film; null when there is none. Left out: nothing is recorded. */
  readonly recordingLink?: (talk: { readonly sessionId: string; readonly status: number }) => Promise<string | null>;
};

const METHODS = ['GET', 'POST'] as const;

/** The read calls of NavTalk's open REST that clients make before and during a call; `GET` and `POST` alike. */
export function registerOpenApi(app: FastifyInstance, dependencies: OpenApiDependencies): void {
  app.register(async (scope) => {
    scope.addHook('onRequest', async (_request, reply) => {
      reply.headers({
        'access-control-allow-origin': '*',
        'access-control-allow-headers': 'license, content-type, authorization',
        'access-control-allow-methods': 'GET, POST, DELETE, OPTIONS',
        'access-control-max-age': '86400',
        'cross-origin-resource-policy': 'cross-origin',
      });
    });
    // Some clients announce JSON and send nothing, others send forms.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string' }, async (_request: FastifyRequest, body: string) =>
      parseTolerantBody(body),
    );
    const allowPreflight = (_request: FastifyRequest, reply: FastifyReply) => reply.code(204).send();
    scope.options('/api/open/*', allowPreflight);
    scope.options('/api/webrtc/*', allowPreflight);
    scope.options('/api/chat/*', allowPreflight);
    // Schemas describe these routes in the reference; what clients send is read tolerantly by the routes themselves.
    scope.setValidatorCompiler(() => () => true);
    const withLicence = licenceGuard(dependencies.admission);
    registerAvatarReads(scope, dependencies, withLicence);
    registerLists(scope, withLicence);
    registerIceServers(scope, dependencies);
    const { avatars, records } = dependencies;
    if (avatars !== undefined) registerAvatarWrites(scope, withLicence, avatars);
    if (records !== undefined) registerChatRecords(scope, withLicence, records, dependencies.recordingLink);
  });
}

type Answer = (request: FastifyRequest, reply: FastifyReply, licence: Licence) => Promise<Envelope | FastifyReply>;

/** Lets through who has a key, and puts refusals into the envelope. */
function licenceGuard(admission: Admission) {
  return (answer: Answer) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<Envelope | FastifyReply> => {
      const key = readParameter(request, 'license', 'licence', 'apikey', 'userId');
      if (key === undefined) return fail(reply, 401, errorEntry('missing-licence').message);
      const licence = await admission.findLicence(key, { origin: request.headers.origin, host: request.host });
      if (licence === null) return fail(reply, 401, 'Invalid license');
      if (licence.refusal === 'origin-not-allowed') return fail(reply, 403, errorEntry(licence.refusal).message);
      try {
        return await answer(request, reply, licence);
      } catch (error) {
        if (error instanceof ControlError) return fail(reply, error.statusCode, error.message);
        throw error;
      }
    };
}

function registerAvatarReads(
  scope: FastifyInstance,
  { admission, catalogue }: OpenApiDependencies,
  withLicence: ReturnType<typeof licenceGuard>,
): void {
  const detail = withLicence(async (request, reply, licence) => {
    const id = readParameter(request, 'avatarId', 'id');
    if (id === undefined) return fail(reply, 400, 'Give the avatar as avatarId.');
    const found = (await catalogue.list(licence.projectId)).find((avatar) => avatar.avatarId === id);
    return found === undefined ? fail(reply, 404, 'Avatar not found') : succeed(toWireAvatar(found, request, 'detail'));
  });

  const byName = withLicence(async (request, reply, licence) => {
    const name = readParameter(request, 'name', 'characterName');
    if (name === undefined) return fail(reply, 400, 'Give the avatar as name.');
    // The same look-up as a call's, so that unknown system names find the same figure here and there.
    const lookUp = await admission.findAvatar(licence.projectId, { name });
    if (lookUp.kind === 'missing') return fail(reply, 404, 'Avatar not found');
    const avatars = await catalogue.list(licence.projectId);
    const found = avatars.find((avatar) => avatar.avatarId === lookUp.avatar.avatarId);
    return found === undefined
      ? fail(reply, 404, 'Avatar not found')
      : succeed({ ...toWireAvatar(found, request, 'detail'), name });
  });

  const list = withLicence(async (request, _reply, licence) => {
    const avatars = await catalogue.list(licence.projectId);
    return succeed(avatars.map((avatar) => toWireAvatar(avatar, request, 'list')));
  });

  scope.route({
    method: [...METHODS],
    url: '/api/open/v1/avatar/detail',
    ...documented('One avatar by id', ['avatarId']),
    handler: detail,
  });
  scope.route({
    method: [...METHODS],
    url: '/api/open/v1/avatar/getByName',
    ...documented('One avatar by name', ['name']),
    handler: byName,
  });
  scope.route({
    method: [...METHODS],
    url: '/api/open/v1/avatar/list',
    ...documented('All avatars', []),
    handler: list,
  });
}

/** Without a valid key the answer leaves out servers that need credentials. */
function registerIceServers(scope: FastifyInstance, { admission, iceServers }: OpenApiDependencies): void {
  const handler = async (request: FastifyRequest) => {
    const key = readParameter(request, 'license', 'apikey', 'userId');
    const licence = key === undefined ? null : await admission.findLicence(key);
    const servers = iceServers(request.hostname).filter(
      (server) => licence !== null || server.credential === undefined,
    );
    return { ...succeed({ iceServers: servers }), iceServers: servers };
  };
  scope.route({
    method: [...METHODS],
    url: '/api/webrtc/generate-ice-servers',
    ...documented('STUN and TURN servers', []),
    handler,
  });
}

/** `providerName` is `openai` for all: published clients switch tools and camera on by it. */
function toWireAvatar(avatar: CatalogueAvatar, request: FastifyRequest, form: 'detail' | 'list') {
  const origin = `${request.protocol}://${request.host}`;
  const address = (file: string) => `${origin}/uploadFiles/${encodeURIComponent(file)}`;
  const status = STATUS_TEXTS[avatar.state ?? 'ready'];
  const picture = address(avatar.pictureFile ?? 'default.png');
  return {
    id: avatar.avatarId,
    avatarId: avatar.avatarId,
    name: avatar.name,
    url: avatar.clipFile === null ? picture : address(avatar.clipFile),
    thumbnailUrl: picture,
    videoFile: avatar.clipFile !== null,
    providerId: PROVIDER_ID,
    providerName: 'openai',
    model: avatar.model || 'gpt-realtime',
    voice: avatar.voice,
    firstMessage: avatar.firstMessage,
    prompt: avatar.prompt,
    status: form === 'list' ? status.toUpperCase() : status,
  };
}
