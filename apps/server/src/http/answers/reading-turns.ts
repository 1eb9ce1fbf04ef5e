import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Place, Tenant } from '../../control/fairness/fair-places.ts';
import { PROJECT_AT_ONCE, type ReadingPlaces } from '../../control/fairness/fair-reading.ts';
import { readsMuch, whenGone } from './answer-budget.ts';
import { callerOf, readerOf } from './callers.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route reads megabytes, or looks through them: its requests take turns. */
    readonly readsMuch?: boolean | ((request: FastifyRequest) => boolean);
  }
  interface FastifyRequest {
    /** Held from before the reading until the answer is written down. */
    readingPlace: Place | null;
    /** For answers that are sent while they are made: each part is read in a turn of its own. */
    readInTurn<Result>(read: () => Promise<Result>): Promise<Result>;
  }
}

/**
 * Lets requests of routes that read much wait for their turn. A caller has few such answers at a time until he has read
 * them; the reading itself has a place until the answer, or the part of it that was asked for, stands in memory, so that who does
 * not read keeps nobody out. Without places whoever reads much waits for nobody.
 */
export function registerReadingTurns(app: FastifyInstance, places: ReadingPlaces | undefined): void {
  app.decorateRequest('readingPlace', null);
  app.decorateRequest('readInTurn', function (read) {
    return places === undefined ? read() : places.reading.run(tenantOf(this), read);
  });
  if (places === undefined) return;
  const { answers, reading } = places;

  app.addHook('preHandler', async (request, reply) => {
    if (!readsMuch(request)) return;
    const answerPlace = await answers.take({ key: callerOf(request) });
    whenGone(request, reply, () => answerPlace.release());
    const place = await reading.take(tenantOf(request));
    whenGone(request, reply, () => place.release());
    request.readingPlace = place;
    // Nobody waits for it any more.
    if (request.raw.socket.destroyed) reply.hijack();
  });

  app.addHook('onSend', async (request) => {
    request.readingPlace?.release();
  });
}

function tenantOf(request: FastifyRequest): Tenant {
  return { key: callerOf(request), shares: [{ key: `all of ${readerOf(request)}`, atOnce: PROJECT_AT_ONCE }] };
}
