import { LIMITS } from '@visavis/protocol';
import { openRatingSchema, ratingSchema } from '@visavis/protocol/rest';
import type { FastifyInstance } from 'fastify';
import type { TalkKeys, TalkRatings } from '../../ports.ts';
import { FOR } from '../access/access.ts';
import { registerOpenRoute } from './documented.ts';
import { fail, readParameter, readText, succeed } from './envelope.ts';

const WHICH_CALL = 'sessionId and ratingKey as realtime.session.created of the call had them (connect with visavis=1).';

export type RatingOptions = {
  readonly ratings: TalkRatings;
  readonly ratingKeys: Pick<TalkKeys, 'opens'>;
};

/**
 * `POST /api/chat/ratings`: what somebody thinks of the call that they had. Whoever was in it has its key, by the socket of that call;
 * a licence may be over by then, and opens no other's call.
 */
export function registerRatings(scope: FastifyInstance, { ratings, ratingKeys }: RatingOptions): void {
  registerOpenRoute(scope, {
    method: 'POST',
    url: '/api/chat/ratings',
    config: FOR.signedLink,
    summary: 'Rate the call that one just had',
    needs: ['sessionId', 'ratingKey', 'rating'],
    takes: ['text'],
    answer: openRatingSchema,
    refuses: [400, 403, 404, 429],
    async handler(request, reply) {
      const [sessionId, ratingKey] = [readParameter(request, 'sessionId'), readParameter(request, 'ratingKey')];
      if (sessionId === undefined || ratingKey === undefined) return fail(reply, 400, `Give ${WHICH_CALL}`);
      if (!ratingKeys.opens(sessionId, ratingKey))
        return fail(reply, 403, `This is no key of that call: give ${WHICH_CALL}`);
      const rating = ratingSchema.safeParse(readParameter(request, 'rating'));
      if (!rating.success) return fail(reply, 400, 'Give rating as up or down.');
      const text = readText(request, LIMITS.characters.ratingText, 'text') ?? '';
      const given = { rating: rating.data, text };
      if (await ratings.rate(sessionId, given)) return succeed(given);
      return fail(reply, 404, 'A call can be rated within an hour after its end.');
    },
  });
}
