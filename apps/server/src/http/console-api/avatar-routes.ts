import { extname } from 'node:path';
import { AVATAR_NOTICES, BIN_DAYS } from '@visavis/protocol';
import {
  avatarParamsSchema,
  avatarSchema,
  binnedSchema,
  createAvatarSchema,
  projectParamsSchema,
  retryAvatarSchema,
  toolTrialSchema,
  tryToolSchema,
  updateAvatarSchema,
} from '@visavis/protocol/rest';
import * as z from 'zod';
import type { AuditLog } from '../../control/audit/audit-log.ts';
import type { AvatarBin } from '../../control/avatars/avatar-bin.ts';
import type { Avatar } from '../../control/avatars/avatar-catalogue.ts';
import { faceBoxOf } from '../../control/avatars/face-box.ts';
import type { OwnAvatars } from '../../control/avatars/own-avatars.ts';
import { ControlError } from '../../control/control-error.ts';
import type { WebhookTools } from '../../control/server-tools/webhook-tools.ts';
import type { VoiceDirectory } from '../../control/voices/voice-directory.ts';
import { FOR } from '../access/access.ts';
import { projectOf } from '../access/principal.ts';
import { given } from './given.ts';
import { actorOf, type ConsoleScope } from './session.ts';
import { toWire } from './to-wire.ts';

export type AvatarRouteDependencies = {
  readonly avatars: OwnAvatars;
  readonly avatarBin: AvatarBin;
  readonly webhookTools: WebhookTools;
  readonly voices: VoiceDirectory;
  readonly audit: AuditLog;
};

export function registerAvatarRoutes(scope: ConsoleScope, dependencies: AvatarRouteDependencies): void {
  const { avatars, webhookTools, voices, audit } = dependencies;
  const tags = ['Avatars'];
  const params = avatarParamsSchema;

  scope.get(
    '/projects/:projectId/avatars',
    {
      config: { ...FOR.viewer, readsMuch: true },
      schema: {
        tags,
        summary: 'Own avatars, newest first, then the built-in ones',
        params: projectParamsSchema,
        response: { 200: z.array(avatarSchema) },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      return Promise.all((await avatars.list(projectId)).map((avatar) => toWireAvatar(avatar, voices)));
    },
  );

  scope.post(
    '/projects/:projectId/avatars',
    {
      config: FOR.editor,
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
      await webhookTools.requireAllowed(fields.tools ?? []);
      let avatar: Avatar;
      if (fromAvatarId !== undefined) avatar = await avatars.duplicate(projectId, fromAvatarId, fields);
      else if (pictureUrl !== undefined)
        avatar = await avatars.makeFromPicture(projectId, { kind: 'url', url: pictureUrl }, { ...fields, name });
      else if (uploadId !== undefined)
        avatar = await avatars.makeFromPicture(projectId, { kind: 'upload', uploadId }, { ...fields, name });
      else throw new ControlError('bad-request', 'Give one of fromAvatarId, pictureUrl and uploadId.');
      await audit.write(actorOf(request), { action: 'avatar.created', projectId, subjectId: avatar.avatarId });
      return reply.code(201).send(await toWireAvatar(avatar, voices));
    },
  );

  scope.get(
    '/projects/:projectId/avatars/:avatarId',
    { config: FOR.viewer, schema: { tags, summary: 'One avatar', params, response: { 200: avatarSchema } } },
    async (request) => {
      const { projectId } = projectOf(request);
      return toWireAvatar(await avatars.get(projectId, request.params.avatarId), voices);
    },
  );

  scope.patch(
    '/projects/:projectId/avatars/:avatarId',
    {
      config: FOR.editor,
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
      await webhookTools.requireAllowed(changes.tools ?? []);
      const avatar = await avatars.update(projectId, avatarId, changes);
      const detail = { fields: Object.keys(changes) };
      await audit.write(actorOf(request), { action: 'avatar.updated', projectId, subjectId: avatarId, detail });
      return toWireAvatar(avatar, voices);
    },
  );

  registerDeleteRoute(scope, dependencies);
  registerRetryRoute(scope, dependencies);
  registerToolTrialRoute(scope, dependencies);
}

function registerDeleteRoute(scope: ConsoleScope, { avatarBin, audit }: AvatarRouteDependencies): void {
  scope.delete(
    '/projects/:projectId/avatars/:avatarId',
    {
      config: FOR.editor,
      schema: {
        tags: ['Avatars'],
        summary: `Put an own avatar into the bin: it can be restored for ${BIN_DAYS} days. One that is being made is gone. Conversations stay`,
        params: avatarParamsSchema,
        response: { 200: binnedSchema },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const { avatar, restorableUntil } = await avatarBin.put(projectId, request.params.avatarId);
      const { avatarId: subjectId, name } = avatar;
      const action = restorableUntil === null ? 'avatar.deleted' : 'avatar.binned';
      await audit.write(actorOf(request), { action, projectId, subjectId, detail: { name } });
      return { restorableUntil: restorableUntil?.toISOString() ?? null };
    },
  );
}

function registerRetryRoute(scope: ConsoleScope, { avatars, voices, audit }: AvatarRouteDependencies): void {
  scope.post(
    '/projects/:projectId/avatars/:avatarId/retry',
    {
      config: FOR.editor,
      schema: {
        tags: ['Avatars'],
        summary: 'Make an avatar that failed once more, from the same picture or video or another upload',
        params: avatarParamsSchema,
        body: retryAvatarSchema,
        response: { 200: avatarSchema },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const avatar = await avatars.retry(projectId, request.params.avatarId, request.body?.uploadId);
      await audit.write(actorOf(request), { action: 'avatar.retried', projectId, subjectId: avatar.avatarId });
      return toWireAvatar(avatar, voices);
    },
  );
}

function registerToolTrialRoute(scope: ConsoleScope, { avatars, webhookTools }: AvatarRouteDependencies): void {
  scope.post(
    '/projects/:projectId/avatars/:avatarId/tool-trials',
    {
      config: FOR.editor,
      schema: {
        tags: ['Avatars'],
        summary: 'Call a tool that has a web address once, as calls would, saved or not',
        params: avatarParamsSchema,
        body: tryToolSchema,
        response: { 200: toolTrialSchema },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const { avatarId } = await avatars.requireOwn(projectId, request.params.avatarId);
      const { tool, arguments: given_ } = request.body;
      return webhookTools.try({ projectId, avatarId }, given(tool), given_);
    },
  );
}

export async function toWireAvatar(avatar: Avatar, voices: VoiceDirectory) {
  const {
    bundlePath,
    storedBundle,
    bundleSource: _source,
    bundleName: _name,
    thumbnail,
    preview: _preview,
    notice,
    ...others
  } = avatar;
  const { projectId: _project, hasSourcePicture, ...rest } = others;
  const told = notice && { code: notice, message: AVATAR_NOTICES[notice] };
  const face = thumbnail === null ? null : storedBundle === null ? await faceBoxOf(bundlePath) : storedBundle.face;
  const speaker = voices.speakerOf(avatar);
  const sourceUrl = hasSourcePicture ? ownPictureUrl(avatar) : null;
  return {
    ...toWire(rest),
    notice: told,
    tools: rest.tools.map((tool) => ({ ...tool })),
    ...pictureUrls(avatar),
    sourceUrl,
    face,
    speaker,
  };
}

/** Where everybody sees it. */
export function pictureUrls({ avatarId, thumbnail, preview }: Avatar) {
  const address = (file: string | null) => file && `/uploadFiles/${avatarId}${extname(file)}`;
  return { thumbnailUrl: address(thumbnail), previewUrl: address(preview) };
}

/** Where its owner sees the picture of an avatar that is not ready, or in the bin. */
export function ownPictureUrl({ projectId, avatarId }: Avatar): string | null {
  return projectId === null ? null : `/api/v1/projects/${projectId}/avatars/${avatarId}/picture`;
}
