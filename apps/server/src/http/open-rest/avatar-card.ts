import { errorEntry } from '@visavis/protocol';
import { openAvatarCardSchema } from '@visavis/protocol/rest';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { builtInName } from '../../control/avatars/built-in-names.ts';
import type { Admission, AvatarCatalogue, CatalogueAvatar } from '../../ports.ts';
import { FOR } from '../access/access.ts';
import { registerOpenRoute } from './documented.ts';
import { fail, OPEN_SENTENCES, readKey, readParameter, succeed } from './envelope.ts';

type AvatarCardDependencies = {
  readonly admission: Pick<Admission, 'findAvatar'>;
  readonly catalogue: Pick<AvatarCatalogue, 'get' | 'getAnywhere'>;
};

/** No project: only what every project is offered has a name for everyone. */
const NO_PROJECT = '';
const PUBLIC_ID = /^[0-9a-f]{32}$/;

/**
 * `…/avatar/card?avatar=…`: what a page shows before a call, the face and the name. Whoever knows an avatar's id may see it, as
 * its picture; names are those of built-in avatars, and with a key or token those of its project. A name that nobody has is
 * said to be unknown: nobody stands in.
 */
export function registerAvatarCard(scope: FastifyInstance, { admission, catalogue }: AvatarCardDependencies): void {
  const find = async (request: FastifyRequest, wanted: string): Promise<CatalogueAvatar | null> => {
    const licence = request.principal !== null && 'licence' in request.principal ? request.principal.licence : null;
    const id = wanted.toLowerCase().replaceAll('-', '');
    const named = PUBLIC_ID.test(id)
      ? { avatarId: id, name: undefined }
      : await findByName(licence?.projectId ?? NO_PROJECT, wanted);
    if (named === null) return null;
    const { avatarId, name } = named;
    const { onlyAvatarId = avatarId } = licence ?? {};
    if (onlyAvatarId !== avatarId) return null;
    const avatar = await (licence === null
      ? catalogue.getAnywhere(avatarId)
      : catalogue.get(licence.projectId, avatarId));
    return avatar === null || name === undefined ? avatar : { ...avatar, name: builtInName(name) };
  };

  const findByName = async (projectId: string, asked: string) => {
    const found = await admission.findAvatar(projectId, { name: asked });
    if (found.kind === 'missing' || found.isStandIn === true) return null;
    return { avatarId: found.avatar.avatarId, name: found.calledBy };
  };

  registerOpenRoute(scope, {
    method: 'GET',
    alsoBy: ['POST'],
    url: '/api/open/v1/avatar/card',
    config: FOR.callerOrNobody,
    summary: 'Name, picture and place of the face, for pages before a call',
    needs: ['avatar'],
    answer: openAvatarCardSchema,
    refuses: [400, 401, 404],
    handler: async (request, reply) => {
      const wanted = readParameter(request, 'avatar');
      if (wanted === undefined) return fail(reply, 400, 'Give the id or name as avatar.');
      const isNobody = request.principal === null || !('licence' in request.principal);
      if (isNobody && readKey(request, 'anywhere') !== undefined)
        return fail(reply, 401, OPEN_SENTENCES.invalidLicence);
      const avatar = await find(request, wanted);
      // One that takes no calls is none, here as in a call.
      if (avatar === null || (avatar.state ?? 'ready') !== 'ready') {
        return fail(reply, 404, errorEntry('avatar-not-found').message);
      }
      return succeed(toCard(avatar));
    },
  });
}

/** The picture's address is below the server's own: pages of other sites know by which one they reach it. */
function toCard({ avatarId, name, description, pictureFile, face = null }: CatalogueAvatar) {
  const posterUrl = pictureFile === null ? null : `/uploadFiles/${encodeURIComponent(pictureFile)}`;
  return { avatarId, name, description, posterUrl, face };
}
