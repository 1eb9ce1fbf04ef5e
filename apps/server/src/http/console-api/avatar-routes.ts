import { extname } from 'node:path';
import { AVATAR_NOTICES } from '@visavis/protocol';
import {
  avatarParamsSchema,
  avatarSchema,
  createAvatarSchema,
  emptySchema,
  projectParamsSchema,
  updateAvatarSchema,
} from '@visavis/protocol/rest';
import * as z from 'zod';
import type { AuditLog } from '../../control/audit/audit-log.ts';
import type { Avatar } from '../../control/avatars/avatar-catalogue.ts';
import { faceBoxOf } from '../../control/avatars/face-box.ts';
import type { OwnAvatars } from '../../control/avatars/own-avatars.ts';
import { ControlError } from '../../control/control-error.ts';
import { FOR } from '../access/access.ts';
import { projectOf } from '../access/principal.ts';
import { given } from './given.ts';
import { actorOf, type ConsoleScope } from './session.ts';
import { toWire } from './to-wire.ts';

export type AvatarRouteDependencies = {
  readonly avatars: OwnAvatars;
  readonly audit: AuditLog;
};

export function registerAvatarRoutes(scope: ConsoleScope, { avatars, audit }: AvatarRouteDependencies): void {
  const tags = ['Avatars'];
  const params = avatarParamsSchema;

  scope.get(
    '/projects/:projectId/avatars',
    {
      config: { ...FOR.member, readsMuch: true },
      schema: {
        tags,
        summary: 'Own avatars, newest first, then the built-in ones',
        params: projectParamsSchema,
        response: { 200: z.array(avatarSchema) },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      return Promise.all((await avatars.list(projectId)).map(toWireAvatar));
    },
  );

  scope.post(
    '/projects/:projectId/avatars',
    {
      config: FOR.member,
      schema: {
        tags,
        summary: 'Copy an avatar, or make one from a picture',
        params: projectParamsSchema,
        body: createAvatarSchema,
        response: { 201: avatarSchema },
      },
    },
    async (request, reply) => {
      const { projectId } = projectOf(request);
      const { fromAvatarId, pictureUrl, uploadId, ...fields } = given(request.body);
      const { name = '' } = fields;
      let avatar: Avatar;
      if (fromAvatarId !== undefined) avatar = await avatars.duplicate(projectId, fromAvatarId, fields);
      else if (pictureUrl !== undefined)
        avatar = await avatars.makeFromPicture(projectId, { kind: 'url', url: pictureUrl }, { ...fields, name });
      else if (uploadId !== undefined)
        avatar = await avatars.makeFromPicture(projectId, { kind: 'upload', uploadId }, { ...fields, name });
      else throw new ControlError('bad-request', 'Give one of fromAvatarId, pictureUrl and uploadId.');
      await audit.write(actorOf(request), { action: 'avatar.created', projectId, subjectId: avatar.avatarId });
      return reply.code(201).send(await toWireAvatar(avatar));
    },
  );

  scope.get(
    '/projects/:projectId/avatars/:avatarId',
    { config: FOR.member, schema: { tags, summary: 'One avatar', params, response: { 200: avatarSchema } } },
    async (request) => {
      const { projectId } = projectOf(request);
      return toWireAvatar(await avatars.get(projectId, request.params.avatarId));
    },
  );

  scope.patch(
    '/projects/:projectId/avatars/:avatarId',
    {
      config: FOR.member,
      schema: {
        tags,
        summary: 'Change an own avatar; calls that start from now on use it',
        params,
        body: updateAvatarSchema,
        response: { 200: avatarSchema },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const { avatarId } = request.params;
      const changes = given(request.body);
      const avatar = await avatars.update(projectId, avatarId, changes);
      const detail = { fields: Object.keys(changes) };
      await audit.write(actorOf(request), { action: 'avatar.updated', projectId, subjectId: avatarId, detail });
      return toWireAvatar(avatar);
    },
  );

  scope.delete(
    '/projects/:projectId/avatars/:avatarId',
    {
      config: FOR.member,
      schema: { tags, summary: 'Delete an own avatar; its conversations stay', params, response: { 200: emptySchema } },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const { avatarId } = request.params;
      const { name } = await avatars.remove(projectId, avatarId);
      await audit.write(actorOf(request), {
        ...{ action: 'avatar.deleted', projectId, subjectId: avatarId },
        detail: { name },
      });
      return {};
    },
  );
}

export function registerRetryRoute(scope: ConsoleScope, { avatars, audit }: AvatarRouteDependencies): void {
  scope.post(
    '/projects/:projectId/avatars/:avatarId/retry',
    {
      config: FOR.member,
      schema: {
        tags: ['Avatars'],
        summary: 'Make an avatar that failed once more, from the same picture or video',
        params: avatarParamsSchema,
        response: { 200: avatarSchema },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const avatar = await avatars.retry(projectId, request.params.avatarId);
      await audit.write(actorOf(request), { action: 'avatar.retried', projectId, subjectId: avatar.avatarId });
      return toWireAvatar(avatar);
    },
  );
}

export async function toWireAvatar(avatar: Avatar) {
  const { bundlePath: _path, bundleSource: _source, bundleName: _name, thumbnail, preview, notice, ...rest } = avatar;
  const address = (file: string | null) => file && `/uploadFiles/${avatar.avatarId}${extname(file)}`;
  const pictures = { thumbnailUrl: address(thumbnail), previewUrl: address(preview) };
  const told = notice && { code: notice, message: AVATAR_NOTICES[notice] };
  const face = thumbnail === null ? null : await faceBoxOf(avatar.bundlePath);
  return { ...toWire(rest), notice: told, tools: rest.tools.map((tool) => ({ ...tool })), ...pictures, face };
}
