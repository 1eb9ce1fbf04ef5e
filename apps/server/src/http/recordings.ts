import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { FOR } from './access/access.ts';
import { readParameter } from './open-rest/envelope.ts';

export type RecordingFiles = {
  readonly folder: string;
  /** Name of the film in `folder`; null when the link does not open it. */
  open(sessionId: string, expires: string, signature: string): Promise<string | null>;
};

/** `GET /recordings/<session>`: the film of a call, for whoever holds a signed link. Ranges are served, so that one can seek. */
export async function registerRecordings(app: FastifyInstance, recordings: RecordingFiles): Promise<void> {
  await app.register(async (scope) => {
    await scope.register(fastifyStatic, { root: recordings.folder, serve: false, cacheControl: false });
    scope.get<{ Params: { sessionId: string } }>(
      '/recordings/:sessionId',
      { config: FOR.signedLink },
      async (request, reply) => {
        const expires = readParameter(request, 'expires') ?? '';
        const signature = readParameter(request, 'signature') ?? '';
        const name = await recordings.open(request.params.sessionId, expires, signature);
        if (name === null) {
          const message = 'This link to a recording is not valid any more. Get a new one from the record of the talk.';
          return reply.code(404).send({ code: 404, message, data: null });
        }
        return reply
          .header('cache-control', 'no-store')
          .header('access-control-allow-origin', '*')
          .header('cross-origin-resource-policy', 'cross-origin')
          .header('content-disposition', `inline; filename="${name}"`)
          .sendFile(name);
      },
    );
  });
}
