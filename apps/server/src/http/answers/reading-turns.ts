import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Place } from '../../control/fairness/fair-places.ts';
import { PROJECT_AT_ONCE, type ReadingPlaces } from '../../control/fairness/fair-reading.ts';
import { whenGone } from './answer-budget.ts';
import { callerOf, readerOf } from './callers.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route reads megabytes, or looks through them: its requests take turns. */
    readonly readsMuch?: boolean | ((request: FastifyRequest) => boolean);
  }
  interface FastifyRequest {
    /** Held from before the reading until the answer is written down. */
    readingPlace: Place | null;
  }
}

/**
 * Lets requests of routes that read much wait for their turn. A caller has few such answers at a time until he has read
 * them; the reading itself has a place until the answer stands in memory, so that who does not read keeps nobody out.
 */
export function registerReadingTurns(app: FastifyInstance, { answers, reading }: ReadingPlaces): void {
  app.decorateRequest('readingPlace', null);

  app.addHook('preHandler', async (request, reply) => {
    const { readsMuch = false } = request.routeOptions.config;
    if (!(typeof readsMuch === 'function' ? readsMuch(request) : readsMuch)) return;
    const key = callerOf(request);
    const answerPlace = await answers.take({ key });
    whenGone(request, reply, () => answerPlace.release());
    const place = await reading.take({
      key,
      shares: [{ key: `all of ${readerOf(request)}`, atOnce: PROJECT_AT_ONCE }],
    });
    whenGone(request, reply, () => place.release());
    request.readingPlace = place;
    // Nobody waits for it any more.
    if (request.raw.socket.destroyed) reply.hijack();
  });

  app.addHook('onSend', async (request) => {
    request.readingPlace?.release();
  });
}
