import { extname } from 'node:path';
import {
  avatarParamsSchema,
  avatarSchema,
  binnedAvatarSchema,
  emptySchema,
  projectParamsSchema,
} from '@visavis/protocol/rest';
import * as z from 'zod';
import type { AuditLog } from '../../control/audit/audit-log.ts';
import { type AvatarBin, type BinnedAvatar, endOfBin } from '../../control/avatars/avatar-bin.ts';
import type { VoiceDirectory } from '../../control/voices/voice-directory.ts';
import { FOR } from '../access/access.ts';
import { projectOf } from '../access/principal.ts';
import { ownPictureUrl, toWireAvatar } from './avatar-routes.ts';
import { actorOf, type ConsoleScope } from './session.ts';

export type BinRouteDependencies = {
  readonly avatarBin: AvatarBin;
  readonly voices: VoiceDirectory;
  readonly audit: AuditLog;
};

/** Of the stills and small pictures that are made here. */
const PICTURE_TYPES: Readonly<Record<string, string>> = {
  '.webp': 'image/webp',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
};

/** Avatars that were deleted and can still be restored, and the pictures that only their owner sees. */
export function registerBinRoutes(scope: ConsoleScope, { avatarBin, voices, audit }: BinRouteDependencies): void {
  const tags = ['Avatars'];
  const params = avatarParamsSchema;

  scope.get(
    '/projects/:projectId/bin',
    {
      config: { ...FOR.viewer, readsMuch: true },
      schema: {
        tags,
        summary: 'Deleted avatars that can be restored, the last deleted first',
        params: projectParamsSchema,
        response: { 200: z.array(binnedAvatarSchema) },
      },
    },
    async (request) => (await avatarBin.list(projectOf(request).projectId)).map(toWireBinned),
  );

  scope.post(
    '/projects/:projectId/bin/:avatarId/restore',
    {
      config: FOR.editor,
      schema: {
        tags,
        summary: 'Restore a deleted avatar; it gets a number when another one has taken its name',
        params,
        response: { 200: avatarSchema },
      },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const avatar = await avatarBin.restore(projectId, request.params.avatarId);
      await audit.write(actorOf(request), { action: 'avatar.restored', projectId, subjectId: avatar.avatarId });
      return toWireAvatar(avatar, voices);
    },
  );

  scope.delete(
    '/projects/:projectId/bin/:avatarId',
    {
      config: FOR.editor,
      schema: { tags, summary: 'Delete an avatar of the bin for good', params, response: { 200: emptySchema } },
    },
    async (request) => {
      const { projectId } = projectOf(request);
      const { avatarId, name } = await avatarBin.remove(projectId, request.params.avatarId);
      await audit.write(actorOf(request), {
        action: 'avatar.deleted',
        projectId,
        subjectId: avatarId,
        detail: { name },
      });
      return {};
    },
  );

  scope.get(
    '/projects/:projectId/avatars/:avatarId/picture',
    {
      config: FOR.viewer,
      schema: {
        tags,
        summary:
          'The picture of an avatar for its owner (WebP, PNG or JPEG): until it is ready what it is made from, small; also while it is in the bin',
        params,
      },
    },
    async (request, reply) => {
      const { bytes, fileName } = await avatarBin.picture(projectOf(request).projectId, request.params.avatarId);
      return reply.type(PICTURE_TYPES[extname(fileName)] ?? 'application/octet-stream').send(bytes);
    },
  );
}

function toWireBinned(avatar: BinnedAvatar) {
  const { avatarId, name, title, state, thumbnail, hasSourcePicture, binnedAt } = avatar;
  const hasPicture = thumbnail !== null || hasSourcePicture;
  return {
    avatarId,
    name,
    title,
    state: state === 'ready' ? ('ready' as const) : ('failed' as const),
    pictureUrl: hasPicture ? ownPictureUrl(avatar) : null,
    deletedAt: binnedAt.toISOString(),
    restorableUntil: endOfBin(binnedAt).toISOString(),
  };
}
