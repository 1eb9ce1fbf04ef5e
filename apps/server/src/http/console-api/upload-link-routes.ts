import {
  createUploadLinkSchema,
  emptySchema,
  projectParamsSchema,
  projectUploadParamsSchema,
  type UploadLink,
  uploadLinkSchema,
  uploadParamsSchema,
} from '@visavis/protocol/rest';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { refusal } from '../../control/control-error.ts';
import type { UploadLinks } from '../../control/upload-links/upload-links.ts';
import { FOR } from '../access/access.ts';
import { holderOf, projectOf } from '../access/principal.ts';
import { shownLink } from '../upload-links/link-routes.ts';
import { TUS_VERSION } from '../upload-links/tus.ts';
import { given } from './given.ts';
import type { ConsoleScope } from './session.ts';

export type UploadLinkRouteDependencies = {
  /** Null: this server takes no files over links. */
  readonly uploadLinks: UploadLinks | null;
};

const tags = ['Upload links'];
const GET_A_LINK = `Get a link for one file (a video, a picture or sound) that films are made from. Send it there whole by
\`PUT\`, or in pieces by tus 1.0.0; a tus client may also have this address as its endpoint (\`Upload-Length\` is \`bytes\`).`;

/** The same for servers with a licence key, and for members of a project in the console. */
export function registerUploadLinkRoutes(scope: ConsoleScope, { uploadLinks }: UploadLinkRouteDependencies): void {
  const links = (): UploadLinks => {
    if (uploadLinks === null) throw refusal('not-available', 'no-links');
    return uploadLinks;
  };
  const create = async (projectId: string, request: FastifyRequest, reply: FastifyReply): Promise<UploadLink> => {
    const { body } = request as { body: { name?: string | undefined; bytes?: number | undefined } | null | undefined };
    const link = shownLink(await links().create(projectId, { ...lengthOf(request), ...given(body ?? {}) }), request);
    reply.code(201).headers({ location: link.url, 'tus-resumable': TUS_VERSION });
    return link;
  };
  const body = createUploadLinkSchema;
  const answers = { 201: uploadLinkSchema };

  scope.post(
    '/uploads',
    {
      config: FOR.keyInHeader,
      schema: { tags, summary: 'Get an upload link', description: GET_A_LINK, body, response: answers },
    },
    (request, reply) => create(holderOf(request).licence.projectId, request, reply),
  );
  scope.get(
    '/uploads/:uploadId',
    {
      config: FOR.keyInHeader,
      schema: {
        tags,
        summary: 'Look how far an upload is',
        params: uploadParamsSchema,
        response: { 200: uploadLinkSchema },
      },
    },
    async (request) =>
      shownLink(await links().get(holderOf(request).licence.projectId, request.params.uploadId), request),
  );
  scope.delete(
    '/uploads/:uploadId',
    {
      config: FOR.keyInHeader,
      schema: {
        tags,
        summary: 'Delete an upload link and its file',
        params: uploadParamsSchema,
        response: { 200: emptySchema },
      },
    },
    async (request) => {
      await links().remove(holderOf(request).licence.projectId, request.params.uploadId);
      return {};
    },
  );

  const ofProject = '/projects/:projectId/upload-links';
  scope.post(
    ofProject,
    {
      config: FOR.editor,
      schema: { tags, summary: 'Get an upload link', params: projectParamsSchema, body, response: answers },
    },
    (request, reply) => create(projectOf(request).projectId, request, reply),
  );
  scope.get(
    `${ofProject}/:uploadId`,
    {
      config: FOR.editor,
      schema: {
        ...{ tags, summary: 'Look how far an upload is', params: projectUploadParamsSchema },
        response: { 200: uploadLinkSchema },
      },
    },
    async (request) => shownLink(await links().get(projectOf(request).projectId, request.params.uploadId), request),
  );
  scope.delete(
    `${ofProject}/:uploadId`,
    {
      config: FOR.editor,
      schema: {
        ...{ tags, summary: 'Delete an upload link and its file', params: projectUploadParamsSchema },
        response: { 200: emptySchema },
      },
    },
    async (request) => {
      await links().remove(projectOf(request).projectId, request.params.uploadId);
      return {};
    },
  );
}

/** As clients of tus say it. */
function lengthOf({ headers }: FastifyRequest): { bytes?: number } {
  const length = headers['upload-length'];
  return length === undefined ? {} : { bytes: Number(length) };
}
