import type { Rating } from '@visavis/protocol/rest';
import { and, eq, gt, isNull, or, sql } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { conversations } from '../../db/schema.ts';
import type { AttemptLimiter } from '../accounts/attempt-limiter.ts';

/** What whoever talked thinks of a call. */
type TalkRating = {
  readonly rating: Rating;
  /** In their words; may be empty. */
  readonly text: string;
};

/** Whoever rates a call has just had it. */
const RATED_WITHIN_MINUTES = 60;
/** Of one call: each is a write. */
const RATINGS_PER_HOUR = 20;
const HOUR_MS = 3_600_000;

export type TalkRatings = {
  /** A second rating replaces the first. False: there is no such talk, or it ended too long ago. Throws `too-many-attempts`. Who may rate it is not asked here. */
  rate(sessionId: string, rating: TalkRating): Promise<boolean>;
};

export function createTalkRatings({ orm }: Pick<Database, 'orm'>, limiter: Pick<AttemptLimiter, 'take'>): TalkRatings {
  const hasJustEnded = gt(conversations.endedAt, sql`now() - ${RATED_WITHIN_MINUTES} * interval '1 minute'`);
  return {
    async rate(sessionId, { rating, text }) {
      await limiter.take([{ what: 'rating', subject: sessionId, limit: RATINGS_PER_HOUR, windowMs: HOUR_MS }]);
      const rated = await orm
        .update(conversations)
        // PostgreSQL text holds every character but this one.
        .set({ rating, ratingText: text.replaceAll('\u0000', '') })
        .where(and(eq(conversations.id, sessionId), or(isNull(conversations.endedAt), hasJustEnded)))
        .returning({ id: conversations.id });
      return rated.length > 0;
    },
  };
}
