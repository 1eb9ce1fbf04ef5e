import type { FastifyInstance } from 'fastify';
import type { ReadableFile } from '../files/blob-store.ts';
import { FOR } from './access/access.ts';
import { readParameter } from './open-rest/envelope.ts';
import { sendLinked } from './send-file.ts';

export type RecordingFiles = {
  /** The film and a name for it; null when the link does not open it. */
  open(sessionId: string, expires: string, signature: string): Promise<{ name: string; file: ReadableFile } | null>;
};

/** `GET /recordings/<session>`: the film of a call, for whoever holds a signed link. Ranges are served, so that one can seek. */
export async function registerRecordings(app: FastifyInstance, recordings: RecordingFiles): Promise<void> {
  app.get<{ Params: { sessionId: string } }>(
    '/recordings/:sessionId',
    { config: FOR.signedLink },
    async (request, reply) => {
      const expires = readParameter(request, 'expires') ?? '';
      const signature = readParameter(request, 'signature') ?? '';
      return sendLinked(request, reply, {
        find: async () => {
          const film = await recordings.open(request.params.sessionId, expires, signature);
          return film === null ? null : { ...film, type: film.name.endsWith('.mp4') ? 'video/mp4' : 'video/webm' };
        },
        gone: 'This link to a recording is not valid any more. Get a new one from the record of the talk.',
      });
    },
  );
}
