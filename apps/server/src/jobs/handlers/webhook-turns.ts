import { setTimeout as delay } from 'node:timers/promises';
import type { ControlLogger } from '../../control/logger.ts';
import type { DeliveryLanes } from '../../control/webhooks/delivery-lanes.ts';
import type { Claimed, DeliveryQueue } from '../../control/webhooks/delivery-queue.ts';
import type { PostDelivery } from '../../control/webhooks/webhook-poster.ts';
import { JOBS, type Turn, type TurnHandler } from '../definitions.ts';

/** Then other projects come between. */
const MAX_POSTS_A_TURN = 40;
/** While posts are under way: how often is looked for what became due, and what other nodes put into the queue. */
const LOOK_AGAIN_MS = 1_000;
/** When the receivers or the lane are busy. */
const BUSY_WAIT_MS = 1_000;

export type WebhookTurnsOptions = {
  readonly queue: DeliveryQueue;
  readonly lanes: DeliveryLanes;
  readonly post: PostDelivery;
  readonly logger: ControlLogger;
};

/** Projects take turns; in its turn a project posts what is due, some at a time. */
export class WebhookTurns implements TurnHandler {
  readonly definition = JOBS.webhooks;
  readonly #options: WebhookTurnsOptions;
  #posted = 0;

  constructor(options: WebhookTurnsOptions) {
    this.#options = options;
  }

  /** Posts begun by this node. */
  get posted(): number {
    return this.#posted;
  }

  places(lane: 'quick' | 'slow'): number {
    return this.#options.lanes.turnPlaces(lane);
  }

  laneOf(projectId: string): 'quick' | 'slow' {
    return this.#options.lanes.laneOf(projectId);
  }

  onPlaces(tell: () => void): void {
    this.#options.lanes.onMoved(tell);
  }

  async waiting() {
    return (await this.#options.queue.waiting()).map((key) => ({ key, afterMs: 0 }));
  }

  async run(turn: Turn): Promise<number | null> {
    const { queue, lanes } = this.#options;
    const endTurn = lanes.beginTurn(turn.key);
    try {
      const begun = await this.#postDue(turn);
      const nextMs = await queue.nextDueMs(turn.key);
      return nextMs === null || begun > 0 ? nextMs : Math.max(BUSY_WAIT_MS, nextMs);
    } finally {
      endTurn();
    }
  }

  /** Says how many posts were begun. However it ends, all of them have ended. */
  async #postDue(turn: Turn): Promise<number> {
    const { queue, lanes } = this.#options;
    const underWay = new Set<Promise<void>>();
    let begun = 0;
    let isFirst = true;
    try {
      while (!turn.signal.aborted) {
        turn.looks();
        const room = begun < MAX_POSTS_A_TURN ? lanes.room(turn.key) : null;
        const claimed = room === null ? [] : await queue.claim(turn.key, room, isFirst);
        if (room !== null) isFirst = false;
        begun += claimed.length;
        for (const delivery of claimed) this.#begin(delivery, underWay);
        if (underWay.size === 0) break;
        await changed(turn, underWay);
      }
    } finally {
      // Also where the queue could not be asked: the next turn of this project takes what is under way for abandoned.
      await Promise.all(underWay);
    }
    return begun;
  }

  #begin(delivery: Claimed, underWay: Set<Promise<void>>): void {
    const { queue, lanes, post, logger } = this.#options;
    const end = lanes.begin(delivery);
    this.#posted += end === null ? 0 : 1;
    const work = (end === null ? queue.putBack(delivery) : post(delivery))
      // What could not be written is taken up again by the project's next turn.
      .catch((error: unknown) => logger.warn({ error: String(error) }, 'A webhook could not be worked on'))
      .finally(() => {
        end?.();
        underWay.delete(work);
      });
    underWay.add(work);
  }
}

/** A post has ended, something was put into the queue, or it is time to look again. */
async function changed(turn: Turn, underWay: ReadonlySet<Promise<void>>): Promise<void> {
  const over = new AbortController();
  const later = delay(LOOK_AGAIN_MS, undefined, { signal: over.signal }).catch(() => {});
  await Promise.race([...underWay, turn.more(), later]);
  over.abort();
}
