import type { OnBound } from '../fairness/bounds.ts';

/** Posts of one project under way at once. */
const PER_PROJECT = 4;
/**
 * Posts of projects whose receivers answer, and of those whose receivers keep us waiting: neither takes the other's places. One post
 * beyond that has each project that has none, so that nobody waits for the backlogs of others.
 */
const AT_ONCE = { quick: 48, slow: 24 } as const;
/** Projects that are served at once, each with some of these posts. */
const TURNS_AT_ONCE = { quick: 24, slow: 12 } as const;
/** The same to one receiver (host and port), whichever projects they are of: many projects may name one host. */
const PER_HOST = { quick: 16, slow: 8 } as const;
/** A post that takes longer makes its project a slow one, until one is quicker. */
const SLOW_AFTER_MS = 2_000;
/** Projects and webhooks that are remembered; more than can be under way at once. */
const MAX_REMEMBERED = 2_000;

type Lane = keyof typeof AT_ONCE;

type Posting = {
  readonly projectId: string;
  /** Null: none of a webhook's; the host changes with each. */
  readonly webhookId: string | null;
  readonly url: string;
};

/** What a project may begin now. */
export type Room = {
  readonly places: number;
  /** Webhooks whose hosts are busy. */
  readonly blockedWebhooks: readonly string[];
};

/**
 * Who may post now. Each project has some places of its own, each receiving host is spared, and projects with slow
 * receivers share places that no others need: a receiver that hangs delays its own project.
 */
export class DeliveryLanes {
  readonly #onBound: OnBound;
  readonly #underWay = new Set<{ readonly projectId: string; readonly host: string }>();
  readonly #hostByWebhook = new Map<string, string>();
  readonly #slow = new Set<string>();
  readonly #turns = new Set<{ readonly projectId: string }>();
  #tellMoved = (): void => {};

  constructor(onBound: OnBound = () => {}) {
    this.#onBound = onBound;
  }

  /** `tell` is called when a project has become a slow one, and has left its place among the quick. */
  onMoved(tell: () => void): void {
    this.#tellMoved = tell;
  }

  laneOf(projectId: string): Lane {
    return this.#slow.has(projectId) ? 'slow' : 'quick';
  }

  /** Projects that may be served beside those that are. */
  turnPlaces(lane: Lane): number {
    const taken = [...this.#turns].filter(({ projectId }) => this.laneOf(projectId) === lane).length;
    return Math.max(0, TURNS_AT_ONCE[lane] - taken);
  }

  /** The project is served until the returned function is called. */
  beginTurn(projectId: string): () => void {
    const turn = { projectId };
    this.#turns.add(turn);
    return () => this.#turns.delete(turn);
  }

  /** Null: nothing may be begun. */
  room(projectId: string): Room | null {
    const lane = this.laneOf(projectId);
    const posts = this.#postsIn(lane);
    const own = posts.filter((post) => post.projectId === projectId).length;
    const free = AT_ONCE[lane] - posts.length;
    if (free <= 0) this.#onBound('webhooks', { lane, taken: posts.length });
    const places = Math.max(own === 0 ? 1 : 0, Math.min(PER_PROJECT - own, free));
    if (places <= 0) return null;
    const byHost = countByHost(posts);
    const blockedWebhooks = [...this.#hostByWebhook].flatMap(([webhookId, host]) =>
      (byHost.get(host) ?? 0) >= PER_HOST[lane] ? [webhookId] : [],
    );
    return { places, blockedWebhooks };
  }

  /** Null: its host is busy, or what was free is taken. Else it is under way until the returned function is called. */
  begin({ projectId, webhookId, url }: Posting): (() => void) | null {
    const host = URL.canParse(url) ? new URL(url).host : '';
    if (webhookId !== null) remember(this.#hostByWebhook, webhookId, host);
    const lane = this.laneOf(projectId);
    const posts = this.#postsIn(lane);
    // Several projects may have been told of the same room.
    if (posts.length >= AT_ONCE[lane] && posts.some((post) => post.projectId === projectId)) return null;
    if ((countByHost(posts).get(host) ?? 0) >= PER_HOST[lane]) return null;
    const post = { projectId, host };
    this.#underWay.add(post);
    let isSlow = false;
    const timer = setTimeout(() => {
      isSlow = true;
      if (this.#slow.size < MAX_REMEMBERED) this.#slow.add(projectId);
      this.#tellMoved();
    }, SLOW_AFTER_MS);
    return () => {
      clearTimeout(timer);
      if (!isSlow) this.#slow.delete(projectId);
      this.#underWay.delete(post);
    };
  }

  #postsIn(lane: Lane) {
    return [...this.#underWay].filter(({ projectId }) => this.laneOf(projectId) === lane);
  }
}

function countByHost(posts: readonly { readonly host: string }[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { host } of posts) counts.set(host, (counts.get(host) ?? 0) + 1);
  return counts;
}

function remember(hosts: Map<string, string>, webhookId: string, host: string): void {
  hosts.delete(webhookId);
  hosts.set(webhookId, host);
  for (const oldest of hosts.keys()) {
    if (hosts.size <= MAX_REMEMBERED) break;
    hosts.delete(oldest);
  }
}
