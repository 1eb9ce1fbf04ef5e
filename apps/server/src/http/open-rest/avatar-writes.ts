import { AVATAR_NOTICES, LIMITS } from '@visavis/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Avatar } from '../../control/avatars/avatar-catalogue.ts';
import type { AvatarFields, OwnAvatars } from '../../control/avatars/own-avatars.ts';
import { FOR } from '../access/access.ts';
import { holderOf } from '../access/principal.ts';
import { documented } from './documented.ts';

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
  const body = ['name', 'providerId', 'model', 'voice', 'firstMessage', 'prompt'];
  scope.post(`${base}/add`, documented(FOR.key, 'Make an avatar from a picture', ['name', 'url', ...body]), add);
  scope.post(`${base}/update`, documented(FOR.key, 'Change an avatar', ['id', ...body]), update);
  scope.route({
    method: ['POST', 'DELETE'],
    url: `${base}/delete`,
    ...documented(FOR.key, 'Delete an avatar', ['id']),
    handler: remove,
  });
  for (const path of ['status', 'getStatus']) {
    const options = documented(FOR.key, 'How far the making of an avatar is', ['jobId']);
    scope.route({ method: ['GET', 'POST'], url: `${base}/${path}`, ...options, handler: status });
  }
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
