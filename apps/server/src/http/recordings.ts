import type { FastifyInstance } from 'fastify';
import { BlobStoreError, type ReadableFile } from '../files/blob-store.ts';
import { FOR } from './access/access.ts';
import { readParameter } from './open-rest/envelope.ts';
import { sendFile } from './send-file.ts';

export type RecordingFiles = {
  /** The film and a name for it; null when the link does not open it. */
  open(sessionId: string, expires: string, signature: string): Promise<{ name: string; file: ReadableFile } | null>;
};

const RETRY_AFTER_SECONDS = 10;

/** `GET /recordings/<session>`: the film of a call, for whoever holds a signed link. Ranges are served, so that one can seek. */
export async function registerRecordings(app: FastifyInstance, recordings: RecordingFiles): Promise<void> {
  app.get<{ Params: { sessionId: string } }>(
    '/recordings/:sessionId',
    { config: FOR.signedLink },
    async (request, reply) => {
      const expires = readParameter(request, 'expires') ?? '';
      const signature = readParameter(request, 'signature') ?? '';
      const film = await recordings.open(request.params.sessionId, expires, signature).catch((error: unknown) => {
        if (!(error instanceof BlobStoreError)) throw error;
        request.log.warn({ error: error.message }, 'The store of files does not give a film');
        return 'unreachable' as const;
      });
      reply.header('access-control-allow-origin', '*').header('cache-control', 'no-store');
      if (film === 'unreachable') {
        const message = 'The recording cannot be fetched now. Try again in a moment.';
        return reply.code(503).header('retry-after', RETRY_AFTER_SECONDS).send({ code: 503, message, data: null });
      }
      if (film === null) {
        const message = 'This link to a recording is not valid any more. Get a new one from the record of the talk.';
        return reply.code(404).send({ code: 404, message, data: null });
      }
      reply
        .header('cross-origin-resource-policy', 'cross-origin')
        .header('content-disposition', `inline; filename="${film.name}"`);
      return sendFile(request, reply, film.file, film.name.endsWith('.mp4') ? 'video/mp4' : 'video/webm');
    },
  );
}
