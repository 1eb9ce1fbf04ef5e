import type { AttemptLimiter } from '../control/accounts/attempt-limiter.ts';
import { createConversationArchive } from '../control/conversations/conversation-archive.ts';
import { createConversationRecords } from '../control/conversations/conversation-records.ts';
import { createConversationStore, type LostTalk } from '../control/conversations/conversation-store.ts';
import { watchLostConversations } from '../control/conversations/lost-conversations.ts';
import { createTalkKeys } from '../control/conversations/talk-keys.ts';
import { createTalkRatings } from '../control/conversations/talk-ratings.ts';
import { createTalkRetention, withRetention } from '../control/conversations/talk-retention.ts';
import { ENDLESS_DISK } from '../control/disk/disk-watch.ts';
import type { Bounds } from '../control/fairness/bounds.ts';
import { createFirstSteps } from '../control/projects/first-steps.ts';
import { DEFAULT_QUOTAS } from '../control/quotas/quotas.ts';
import { createRecordingRooms, type RecordingRooms } from '../control/recordings/recording-rooms.ts';
import { Recordings } from '../control/recordings/recordings.ts';
import type { MasterKeys } from '../control/secrets/master-key.ts';
import { type ToldConversations, withWebhooks } from '../control/webhooks/webhook-feed.ts';
import type { Webhooks } from '../control/webhooks/webhooks.ts';
import type { Database } from '../db/database.ts';
import type { Logger } from '../ports.ts';

import type { ConsoleServiceOptions } from './console-service-options.ts';

/** What opens a single talk to whoever is in it, and what they may tell of it. */
export function forSingleTalks(db: Database, masterKeys: MasterKeys, limiter: AttemptLimiter) {
  return {
    talkKeys: createTalkKeys(masterKeys),
    reconnectKeys: createTalkKeys(masterKeys, 'reconnect'),
    rating: { ratings: createTalkRatings(db, limiter), ratingKeys: createTalkKeys(masterKeys, 'rating') },
  };
}

/** What of a talk that a crash cut off is still to be done. */
function takerOfLost(
  { conversations, recordingRooms }: { conversations: ToldConversations; recordingRooms: RecordingRooms },
  logger: Logger,
): (talk: LostTalk) => void {
  return (talk) => {
    conversations.tellLost(talk);
    recordingRooms.adopt(talk).catch((error: unknown) => {
      logger.warn({ sessionId: talk.sessionId, error: String(error) }, 'The film of a lost talk was not measured');
    });
  };
}

/** What is said and filmed: written, kept within its quota, told to webhooks, and read. */
export function createTalkServices(options: ConsoleServiceOptions, { reached: onBound }: Bounds, webhooks: Webhooks) {
  const { db, logger, masterKeys, blobs, recordingsPath: folder } = options;
  const { disk = ENDLESS_DISK, quotas = DEFAULT_QUOTAS, demoProjectId = null } = options;
  const { minFreeBytes } = disk;
  const records = createConversationRecords(db);
  const firstSteps = createFirstSteps(options);
  const retention = createTalkRetention({ db, quotas, demoProjectId, onBound });
  const store = withRetention(createConversationStore(db), retention, (error) => {
    logger.warn({ error: String(error) }, 'Surplus talks could not be deleted; the housekeeping tries again');
  });
  const recordings = new Recordings({ folder, store: blobs, masterKeys, db, logger });
  const recordingRooms = createRecordingRooms({
    db,
    folder,
    disk,
    minFreeBytes,
    quotas,
    logger,
    onBound,
    onWhole: (sessionId) => recordings.keepSoon(sessionId),
  });
  const archive = createConversationArchive(db);
  const conversations = withWebhooks({ store, records, webhooks, logger });
  const takeLost = takerOfLost({ conversations, recordingRooms }, logger);
  return {
    records,
    firstSteps,
    retention,
    archive,
    recordings,
    recordingRooms,
    conversations,
    takeLost,
    lost: watchLostConversations(db, takeLost, logger),
    forConsole: { archive, firstSteps, records, recordings },
  };
}
