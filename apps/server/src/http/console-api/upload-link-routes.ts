import { mimeOf } from '@visavis/protocol/file-kind';
import {
  createUploadLinkSchema,
  emptySchema,
  projectParamsSchema,
  projectUploadParamsSchema,
  uploadLinkSchema,
  uploadParamsSchema,
} from '@visavis/protocol/rest';
import type { FastifyRequest } from 'fastify';
import * as z from 'zod';
import { refusal } from '../../control/control-error.ts';
import type { UploadLinks } from '../../control/upload-links/upload-links.ts';
import { FOR } from '../access/access.ts';
import { holderOf, projectOf } from '../access/principal.ts';
import { sendFile } from '../send-file.ts';
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

/** Whose links these are: with a key in a header, or for members of a project. */
const BY_KEY = {
  at: '/uploads',
  access: FOR.keyInHeader,
  all: z.object({}),
  one: uploadParamsSchema,
  getting: { summary: 'Get an upload link', description: GET_A_LINK },
  projectOf: (request: FastifyRequest) => holderOf(request).licence.projectId,
} as const;
const BY_MEMBER = {
  at: '/projects/:projectId/upload-links',
  access: FOR.editor,
  all: projectParamsSchema,
  one: projectUploadParamsSchema,
  getting: { summary: 'Get an upload link' },
  projectOf: (request: FastifyRequest) => projectOf(request).projectId,
} as const;

/** The same for servers with a licence key, and for members of a project in the console. */
export function registerUploadLinkRoutes(scope: ConsoleScope, { uploadLinks }: UploadLinkRouteDependencies): void {
  const links = (): UploadLinks => {
    if (uploadLinks === null) throw refusal('not-available', 'no-links');
    return uploadLinks;
  };
  for (const door of [BY_KEY, BY_MEMBER]) registerDoor(scope, links, door);
  registerFile(scope, links);
}

/** What a film was made of, beside the film: for members alone, whoever else knows the link. */
function registerFile(scope: ConsoleScope, links: () => UploadLinks): void {
  scope.get(
    `${BY_MEMBER.at}/:uploadId/file`,
    {
      config: FOR.viewer,
      schema: { tags, summary: 'Look at the file of an upload link', params: projectUploadParamsSchema },
    },
    async (request, reply) => {
      const { uploadId } = request.params;
      const found = await links().open(projectOf(request).projectId, uploadId);
      if (found === null) throw refusal('conflict', 'link-open');
      const { format, file } = found;
      reply.header('content-disposition', `inline; filename="upload.${format}"`);
      // It never changes; whoever is no member any more keeps nothing for long.
      reply.header('cache-control', 'private, max-age=3600');
      return sendFile(request, reply, { file, type: mimeOf(format), etag: `"${uploadId}"` });
    },
  );
}

function registerDoor(
  scope: ConsoleScope,
  links: () => UploadLinks,
  { at, access: config, all, one: params, getting, projectOf: projectBy }: typeof BY_KEY | typeof BY_MEMBER,
): void {
  scope.post(
    at,
    {
      config,
      schema: { tags, ...getting, params: all, body: createUploadLinkSchema, response: { 201: uploadLinkSchema } },
    },
    async (request, reply) => {
      const asked = { ...lengthOf(request), ...given(request.body ?? {}) };
      const link = shownLink(await links().create(projectBy(request), asked), request);
      reply.code(201).headers({ location: link.url, 'tus-resumable': TUS_VERSION });
      return link;
    },
  );
  scope.get(
    `${at}/:uploadId`,
    { config, schema: { tags, summary: 'Look how far an upload is', params, response: { 200: uploadLinkSchema } } },
    async (request) => shownLink(await links().get(projectBy(request), request.params.uploadId), request),
  );
  scope.delete(
    `${at}/:uploadId`,
    {
      config,
      schema: { tags, summary: 'Delete an upload link and its file', params, response: { 200: emptySchema } },
    },
    async (request) => {
      await links().remove(projectBy(request), request.params.uploadId);
      return {};
    },
  );
}

/** As clients of tus say it. */
function lengthOf({ headers }: FastifyRequest): { bytes?: number } {
  const length = headers['upload-length'];
  return length === undefined ? {} : { bytes: Number(length) };
}
