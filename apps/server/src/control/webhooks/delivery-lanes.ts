import type { OnBound } from '../fairness/bounds.ts';

/** Posts of one project under way at once. */
const PER_PROJECT = 4;
/** Posts of projects whose receivers answer, and of those whose receivers keep us waiting: neither takes the other's places. */
const AT_ONCE = { quick: 48, slow: 24 } as const;
/** The same to one receiver (host and port), whichever projects they are of: many projects may name one host. */
const PER_HOST = { quick: 16, slow: 8 } as const;
/** A post that takes longer makes its project a slow one, until one is quicker. */
const SLOW_AFTER_MS = 2_000;
/** Projects and webhooks that are remembered; more than can be under way at once. */
const MAX_REMEMBERED = 2_000;

export type Lane = keyof typeof AT_ONCE;

type Posting = { readonly projectId: string; readonly webhookId: string; readonly url: string };

/** What may be begun now in a lane. */
export type Room = {
  readonly places: number;
  /** Projects that have some of their places taken, and how many they have left. */
  readonly partial: ReadonlyMap<string, number>;
  readonly perProject: number;
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

  constructor(onBound: OnBound = () => {}) {
    this.#onBound = onBound;
  }

  get slowProjects(): readonly string[] {
    return [...this.#slow];
  }

  /** Null: nothing may be begun. */
  room(lane: Lane): Room | null {
    const posts = this.#postsIn(lane);
    const taken = posts.length;
    const partial = countBy(posts, 'projectId');
    for (const [projectId, count] of partial) partial.set(projectId, Math.max(0, PER_PROJECT - count));
    const places = AT_ONCE[lane] - taken;
    if (places <= 0) {
      this.#onBound('webhooks', { lane, taken });
      return null;
    }
    const byHost = countBy(posts, 'host');
    const blockedWebhooks = [...this.#hostByWebhook].flatMap(([webhookId, host]) =>
      (byHost.get(host) ?? 0) >= PER_HOST[lane] ? [webhookId] : [],
    );
    return { places, partial, perProject: PER_PROJECT, blockedWebhooks };
  }

  /** Null: its host is busy. Else it is under way until the returned function is called. */
  begin({ projectId, webhookId, url }: Posting): (() => void) | null {
    const host = URL.canParse(url) ? new URL(url).host : '';
    remember(this.#hostByWebhook, webhookId, host);
    const lane = this.#laneOf(projectId);
    if ((countBy(this.#postsIn(lane), 'host').get(host) ?? 0) >= PER_HOST[lane]) return null;
    const post = { projectId, host };
    this.#underWay.add(post);
    let isSlow = false;
    const timer = setTimeout(() => {
      isSlow = true;
      if (this.#slow.size < MAX_REMEMBERED) this.#slow.add(projectId);
    }, SLOW_AFTER_MS);
    return () => {
      clearTimeout(timer);
      if (!isSlow) this.#slow.delete(projectId);
      this.#underWay.delete(post);
    };
  }

  #laneOf(projectId: string): Lane {
    return this.#slow.has(projectId) ? 'slow' : 'quick';
  }

  #postsIn(lane: Lane) {
    return [...this.#underWay].filter(({ projectId }) => this.#laneOf(projectId) === lane);
  }
}

function countBy<Key extends string>(items: readonly Readonly<Record<Key, string>>[], key: Key): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item[key], (counts.get(item[key]) ?? 0) + 1);
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
