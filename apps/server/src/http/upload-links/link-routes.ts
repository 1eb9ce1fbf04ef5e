import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { PATIENT } from '../../control/avatars/making/pace.ts';
import { ControlError, refusal } from '../../control/control-error.ts';
import type { UploadLink, UploadLinks } from '../../control/upload-links/upload-links.ts';
import { FOR } from '../access/access.ts';
import { answerTus, TUS_VERSION } from './tus.ts';

type LinkRequest = FastifyRequest<{ Params: { uploadId: string } }>;

const METHODS = 'GET, HEAD, PUT, POST, PATCH, DELETE, OPTIONS';

/** A link as its holders see it: nothing of the project. */
export function shownLink({ projectId: _, expiresAt, ...link }: UploadLink, request: FastifyRequest) {
  const url = `${request.protocol}://${request.host}/uploads/${link.uploadId}`;
  return { ...link, url, expiresAt: expiresAt.toISOString() };
}

/**
 * `/uploads/<id>`: where files are sent, from pages of every origin. `PUT` and `POST` take the whole file as the body;
 * `HEAD`, `PATCH` and `DELETE` are tus, for files that go in pieces; `GET` says how far it is. The file itself is never given out.
 */
export async function registerUploadLinks(app: FastifyInstance, links: UploadLinks): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, body, done) => done(null, body));
    scope.addHook('onRequest', async (_request, reply) => {
      reply.headers({
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
        'cache-control': 'no-store',
      });
    });

    const byTus = async (request: LinkRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const { uploadId } = request.params;
      const { method } = request;
      const link = method === 'OPTIONS' ? null : await requireLink(links, uploadId);
      const stream = method === 'PATCH' ? (request.body as Readable | undefined) : undefined;
      const body = stream === undefined ? null : (Readable.toWeb(stream) as ReadableStream);
      if (link === null || body === null) {
        return passOn(reply, await answerTus(links, request, { uploadId, body: null, pace: () => PATIENT }));
      }
      const sender = { projectId: link.projectId, address: request.ip };
      const answer = await links.inTurn(sender, (pace) => answerTus(links, request, { uploadId, body, pace }));
      // What is still to come of a piece that is not taken is not waited for.
      if (answer.status >= 400) reply.header('connection', 'close');
      return passOn(reply, answer);
    };
    const config = { ...FOR.everyone, streamsBody: true };
    const url = '/uploads/:uploadId';
    scope.route<{ Params: { uploadId: string } }>({
      method: ['HEAD', 'PATCH', 'DELETE', 'OPTIONS'],
      url,
      config,
      handler: byTus,
    });

    scope.route<{ Params: { uploadId: string } }>({
      method: ['PUT', 'POST'],
      url,
      config,
      async handler(request, reply) {
        const { uploadId } = request.params;
        const { projectId } = await requireLink(links, uploadId);
        const body = request.body as Readable | undefined;
        if (body === undefined) throw new ControlError('bad-request', 'Send the file as the body of the request.');
        const announced = announcedBytes(request);
        try {
          const sender = { projectId, address: request.ip };
          const sent = await links.inTurn(sender, (pace) => links.receive(uploadId, body, { announced, pace }));
          return await reply.code(201).send(shownLink(sent, request));
        } catch (error) {
          reply.header('connection', 'close');
          throw error;
        }
      },
    });

    scope.get<{ Params: { uploadId: string } }>(
      url,
      { config: FOR.everyone, exposeHeadRoute: false },
      async (request) => shownLink(await requireLink(links, request.params.uploadId), request),
    );
  });
}

async function requireLink(links: UploadLinks, uploadId: string): Promise<UploadLink> {
  const link = await links.find(uploadId);
  if (link === null) throw refusal('not-found', 'link-gone');
  return link;
}

/** Null: the sender does not say. */
function announcedBytes({ headers }: FastifyRequest): number | null {
  const given = headers['content-length'];
  return given === undefined ? null : Number(given);
}

function passOn(reply: FastifyReply, answer: Response): Promise<FastifyReply> | FastifyReply {
  for (const [name, value] of answer.headers) if (name !== 'content-length') reply.header(name, value);
  if (answer.headers.has('access-control-allow-methods')) reply.header('access-control-allow-methods', METHODS);
  reply.header('tus-resumable', TUS_VERSION).code(answer.status);
  return answer.text().then((text) => reply.send(text));
}
