import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ControlError } from '../../control/control-error.ts';
import type { Place, Tenant } from '../../control/fairness/fair-places.ts';
import { PROJECT_AT_ONCE, type ReadingPlaces } from '../../control/fairness/fair-reading.ts';
import { readsMuch, whenGone } from './answer-budget.ts';
import { callerOf, readerOf } from './callers.ts';

/** After a refusal, which may come at once. */
const ASK_AGAIN_MS = 1_000;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route reads megabytes, or looks through them: its requests take turns. */
    readonly readsMuch?: boolean | ((request: FastifyRequest) => boolean);
  }
  interface FastifyRequest {
    /** Held from before the reading until the answer is written down. */
    readingPlace: Place | null;
    /** For answers that are sent while they are made: each part is read in a turn of its own, and those after the first wait for it as long as the client does. */
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
  const begun = new WeakSet<FastifyRequest>();
  app.decorateRequest('readInTurn', async function (read) {
    if (places === undefined) return read();
    const place = await (begun.has(this) ? takeTurn(this, places) : places.reading.take(tenantOf(this)));
    begun.add(this);
    try {
      return await read();
    } finally {
      place.release();
    }
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

/** The answer has begun by then and can refuse nothing: a part that gets no place asks again, rather than cut it. */
async function takeTurn(request: FastifyRequest, { reading }: ReadingPlaces): Promise<Place> {
  for (;;) {
    try {
      return await reading.take(tenantOf(request));
    } catch (error) {
      if (!(error instanceof ControlError) || request.raw.socket.destroyed) throw error;
      await delay(ASK_AGAIN_MS, undefined, { ref: false });
    }
  }
}

function tenantOf(request: FastifyRequest): Tenant {
  return { key: callerOf(request), shares: [{ key: `all of ${readerOf(request)}`, atOnce: PROJECT_AT_ONCE }] };
}
