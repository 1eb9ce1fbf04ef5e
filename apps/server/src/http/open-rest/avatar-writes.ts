import { AVATAR_NOTICES, LIMITS } from '@visavis/protocol';
import { openDeletedSchema, openJobSchema, openJobStatusSchema, openUpdatedSchema } from '@visavis/protocol/rest';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Avatar } from '../../control/avatars/avatar-catalogue.ts';
import type { AvatarFields, OwnAvatars } from '../../control/avatars/own-avatars.ts';
import { FOR } from '../access/access.ts';
import { holderOf } from '../access/principal.ts';
import { registerOpenRoute } from './documented.ts';
import { fail, readParameter, readText, succeed } from './envelope.ts';

/** The number by which NavTalk clients name the provider of every avatar here; `provider/list` gives it. */
export const PROVIDER_ID = '1';

/** As clients read it; lists have it in capitals, which one of them compares. */
export const STATUS_TEXTS = { ready: 'Success', making: 'Processing', failed: 'Failed' } as const;

/** What `url` of an added avatar looks like when it is the picture of an avatar on this server. */
const OWN_PICTURE = /\/uploadFiles\/([0-9a-f]{32})\.[a-z0-9]+$/i;

/** `avatar/add`, `/update`, `/delete` and `/status`. */
export function registerAvatarWrites(scope: FastifyInstance, avatars: OwnAvatars): void {
  const add = async (request: FastifyRequest, reply: FastifyReply) => {
    const { projectId } = holderOf(request).licence;
    const fields = readFields(request);
    const { name } = fields;
    if (name === undefined) return fail(reply, 400, 'Give the avatar a name.');
    if (await avatars.isNameTaken(projectId, name)) return fail(reply, 400, 'Another avatar has this name.');
    const url = readText(request, LIMITS.characters.url, 'url', 'pictureUrl');
    const from = readParameter(request, 'fromAvatarId') ?? OWN_PICTURE.exec(url ?? '')?.[1];
    if (from === undefined && url === undefined) return fail(reply, 400, 'Give the address of a picture as url.');
    const avatar =
      from === undefined
        ? await avatars.makeFromPicture(projectId, { kind: 'url', url: url ?? '' }, { ...fields, name })
        : await avatars.duplicate(projectId, from, fields);
    // The avatar is its own job: there is one picture, and one making.
    return succeed({ jobId: avatar.avatarId, avatarId: avatar.avatarId });
  };

  const update = async (request: FastifyRequest, reply: FastifyReply) => {
    const { projectId } = holderOf(request).licence;
    const id = readParameter(request, 'id', 'avatarId');
    if (id === undefined) return fail(reply, 400, 'Give the avatar as id.');
    const fields = readFields(request);
    if (fields.name !== undefined && (await avatars.isNameTaken(projectId, fields.name, id))) {
      return fail(reply, 400, 'Another avatar has this name.');
    }
    await avatars.update(projectId, id, fields);
    return succeed('Avatar updated successfully');
  };

  const remove = async (request: FastifyRequest, reply: FastifyReply) => {
    const { projectId } = holderOf(request).licence;
    const id = readParameter(request, 'id', 'avatarId');
    if (id === undefined) return fail(reply, 400, 'Give the avatar as id.');
    await avatars.remove(projectId, id);
    return succeed('Avatar deleted successfully');
  };

  const status = async (request: FastifyRequest, reply: FastifyReply) => {
    const { projectId } = holderOf(request).licence;
    const id = readParameter(request, 'jobId', 'avatarId', 'id');
    if (id === undefined) return fail(reply, 400, 'Give the job as jobId.');
    return succeed(toStatus(await avatars.get(projectId, id)));
  };

  const base = '/api/open/v1/avatar';
  const takes = ['providerId', 'model', 'voice', 'language', 'firstMessage', 'prompt'];
  registerOpenRoute(scope, {
    method: 'POST',
    url: `${base}/add`,
    config: FOR.key,
    summary: 'Make an avatar from a picture',
    needs: ['name', 'url'],
    takes: ['fromAvatarId', ...takes],
    answer: openJobSchema,
    refuses: [400, 401, 403, 404, 409, 501],
    handler: add,
  });
  registerOpenRoute(scope, {
    method: 'POST',
    url: `${base}/update`,
    config: FOR.key,
    summary: 'Change an avatar',
    needs: ['id'],
    takes: ['name', ...takes],
    answer: openUpdatedSchema,
    refuses: [400, 401, 403, 404, 409],
    handler: update,
  });
  registerOpenRoute(scope, {
    method: 'POST',
    alsoBy: ['DELETE'],
    url: `${base}/delete`,
    config: FOR.key,
    summary: 'Delete an avatar',
    needs: ['id'],
    answer: openDeletedSchema,
    refuses: [400, 401, 403, 404],
    handler: remove,
  });
  registerOpenRoute(scope, {
    method: 'GET',
    alsoBy: ['POST'],
    url: `${base}/status`,
    alsoAt: `${base}/getStatus`,
    config: FOR.key,
    summary: 'How far the making of an avatar is',
    needs: ['jobId'],
    answer: openJobStatusSchema,
    refuses: [400, 401, 403, 404],
    handler: status,
  });
}

const { name, word, language, prompt, firstMessage } = LIMITS.characters;
const FIELDS = { name, model: word, voice: word, language, prompt, firstMessage } as const;

/** Empty strings override nothing, as on the socket. `providerId` names one provider here and changes nothing. */
function readFields(request: FastifyRequest): Partial<Pick<AvatarFields, keyof typeof FIELDS>> {
  const entries = Object.entries(FIELDS).flatMap(([field, limit]) => {
    const value = readText(request, limit, field);
    return value === undefined ? [] : [[field, value] as const];
  });
  return Object.fromEntries(entries);
}

function toStatus({ avatarId, state, stateDetail, notice, job }: Avatar) {
  const progress = state === 'ready' ? 100 : Math.floor((job?.progress ?? 0) * 100);
  const message = stateDetail ?? job?.step ?? (notice === null ? '' : AVATAR_NOTICES[notice]);
  return { jobId: avatarId, avatarId, status: STATUS_TEXTS[state], progress, message };
}
