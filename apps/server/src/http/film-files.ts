import { FILM_TYPES } from '@visavis/protocol';
import type { FastifyInstance } from 'fastify';
import type { Films } from '../control/films/films.ts';
import { FOR } from './access/access.ts';
import { readParameter } from './open-rest/envelope.ts';
import { sendLinked } from './send-file.ts';

/** `GET /films/<id>.mp4` or `.webm`: a film that was ordered, for whoever holds a signed link. Ranges are served, so that one can seek. */
export async function registerFilmFiles(
  app: FastifyInstance,
  films: Pick<Films, 'open' | 'openPreview'>,
): Promise<void> {
  app.get<{ Params: { name: string } }>('/films/:name', { config: FOR.signedLink }, async (request, reply) => {
    const { name } = request.params;
    const isPreview = name.endsWith('.jpg');
    const filmId = name.replace(/\.(?:mp4|webm|jpg)$/, '');
    const [expires, signature] = [readParameter(request, 'expires') ?? '', readParameter(request, 'signature') ?? ''];
    return sendLinked(request, reply, {
      find: async () => {
        if (isPreview) {
          const file = await films.openPreview(filmId, expires, signature);
          return file === null ? null : { name, type: 'image/jpeg', file };
        }
        const film = await films.open(filmId, expires, signature);
        return film && { name: `${filmId}.${film.format}`, type: FILM_TYPES[film.format], file: film.file };
      },
      gone: 'This link to a film is not valid any more. Ask for the state of the film: it has a new one.',
    });
  });
}
