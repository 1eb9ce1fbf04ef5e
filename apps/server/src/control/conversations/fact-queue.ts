import { LIMITS } from '@visavis/protocol';

/** Facts of all talks that wait, so that a dead database cannot fill the memory; talks that have next to none go on above it. */
const MAX_PENDING = 20_000;
const MAX_PENDING_WITH_RESERVE = 40_000;
/** The same of one talk: at most, and whatever the others have. */
const MAX_OF_TALK = 1_000;
const RESERVE_OF_TALK = 20;

type Talk<Entry> = { readonly waiting: Entry[]; unsettled: number; bytes: number };

/**
 * What waits to be written, by talk. Talks take turns, fact by fact, and each keeps its own order. A talk has at most as much
 * as it leaves free: the more talks flood, the less each has, and who has nothing in the queue finds room.
 */
export class FactQueue<Entry> {
  readonly #talks = new Map<string, Talk<Entry>>();
  /** Of the talks that have something waiting; the next one is first. */
  readonly #turns = new Set<string>();
  #count = 0;
  #bytes = 0;

  /** Facts that were added and are not settled. */
  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether a message of the talk may be added. Beginnings and ends are added without asking: a talk has one of each. */
  hasRoom(talkId: string, bytes: number): boolean {
    const own = this.#talks.get(talkId);
    const freeBytes = LIMITS.budgets.recordQueue - this.#bytes;
    if (this.#count >= MAX_PENDING_WITH_RESERVE || (own?.bytes ?? 0) + bytes > freeBytes) return false;
    const share = Math.min(MAX_OF_TALK, MAX_PENDING - this.#count);
    return (own?.unsettled ?? 0) < Math.max(RESERVE_OF_TALK, share);
  }

  add(talkId: string, entry: Entry, bytes: number): void {
    const talk = this.#talks.get(talkId) ?? { waiting: [], unsettled: 0, bytes: 0 };
    this.#talks.set(talkId, talk);
    this.#turns.add(talkId);
    talk.waiting.push(entry);
    talk.unsettled += 1;
    talk.bytes += bytes;
    this.#count += 1;
    this.#bytes += bytes;
  }

  /** The next facts, from all talks in turn. They count until they are settled. */
  take(most: number): Entry[] {
    const taken: Entry[] = [];
    for (const talkId of this.#turns) {
      if (taken.length >= most) break;
      const waiting = this.#talks.get(talkId)?.waiting ?? [];
      const entry = waiting.shift();
      if (entry !== undefined) taken.push(entry);
      this.#turns.delete(talkId);
      // Put at the end, where this very loop comes to it again.
      if (waiting.length > 0) this.#turns.add(talkId);
    }
    return taken;
  }

  settle(talkId: string, bytes: number): void {
    this.#count -= 1;
    this.#bytes -= bytes;
    const talk = this.#talks.get(talkId);
    if (talk === undefined) return;
    talk.unsettled -= 1;
    talk.bytes -= bytes;
    if (talk.unsettled === 0) this.#talks.delete(talkId);
  }
}
