import type { AvatarCatalogue } from '../avatars/avatar-catalogue.ts';
import type { ConversationArchive } from '../conversations/conversation-archive.ts';
import type { ConversationRecords } from '../conversations/conversation-records.ts';
import type { OnBound } from './bounds.ts';
import { FairPlaces } from './fair-places.ts';

/** What reads megabytes or looks through them: each takes the database, or this process, some hundredths of a second. */
const AT_ONCE = { inAll: 4, perProject: 2 } as const;
const WAITING = { inAll: 200, perProject: 30 } as const;
const WAIT_LIMIT_MS = 10_000;

/** The places in which whole talks and long lists are read; projects take turns. */
export function createReadingPlaces(onBound: OnBound): FairPlaces {
  return new FairPlaces({
    what: 'heavy reading',
    atOnce: AT_ONCE.inAll,
    atOncePerTenant: AT_ONCE.perProject,
    waiting: WAITING.inAll,
    waitingPerTenant: WAITING.perProject,
    waitLimitMs: WAIT_LIMIT_MS,
    sentences: {
      own: 'Much of this project is being read already. Ask for one thing after the other.',
      full: 'Many are reading long records right now. Try again in a moment.',
    },
    onBound,
  });
}

type Readers = { readonly archive: ConversationArchive; readonly records: ConversationRecords };

/** The same readers, for requests: whole talks, and searches through what was said, are read in fair turn. */
export function readInTurn({ archive, records }: Readers, places: FairPlaces): Readers {
  return {
    records: {
      ...records,
      messages: (projectId, sessionId, range) =>
        places.run({ key: projectId }, () => records.messages(projectId, sessionId, range)),
    },
    archive: {
      ...archive,
      list: (projectId, query) =>
        query.text === undefined
          ? archive.list(projectId, query)
          : places.run({ key: projectId }, () => archive.list(projectId, query)),
    },
  };
}

/** The same catalogue, whose whole list, with every avatar's texts, is read in fair turn. */
export function listInTurn(catalogue: AvatarCatalogue, places: FairPlaces): AvatarCatalogue {
  return { ...catalogue, list: (projectId) => places.run({ key: projectId }, () => catalogue.list(projectId)) };
}
