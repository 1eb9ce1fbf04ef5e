import { refusal } from '../control-error.ts';

type Turn = { readonly letGo: () => void; readonly over: Promise<void> };
/** Who works on a link, and who waits for that. */
type Line = { last: Turn; length: number };

/** Who waits longer for the one before, or behind more than so many, is refused. */
const WAIT_LIMIT_MS = 10_000;
const IN_LINE = 4;

/**
 * One at a time works on a link. Whoever comes asks the one before to let go: its connection may be dead without this
 * server's knowing, and the same sender wants to go on over a new one.
 */
export class LinkLocks {
  readonly #lines = new Map<string, Line>();

  /** Returns how to give it back. Throws `conflict` where the one before does not let go in time. */
  async take(linkId: string, letGo: () => void): Promise<() => void> {
    const found = this.#lines.get(linkId);
    if (found !== undefined && found.length >= IN_LINE) throw refusal('conflict', 'link-busy');
    const { promise: over, resolve } = Promise.withResolvers<void>();
    const own: Turn = { letGo, over };
    const before = found?.last;
    const line = found ?? { last: own, length: 0 };
    line.last = own;
    line.length += 1;
    this.#lines.set(linkId, line);
    const leave = (): void => {
      line.length -= 1;
      if (line.length === 0) this.#lines.delete(linkId);
    };
    const release = (): void => {
      resolve();
      leave();
    };
    if (before === undefined) return release;
    before.letGo();
    if (await endsInTime(before.over)) return release;
    // Whoever comes later waits for the one before this one.
    void before.over.then(resolve);
    leave();
    throw refusal('conflict', 'link-busy');
  }

  /** The signal aborts when somebody else comes. */
  async run<Result>(linkId: string, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const stop = new AbortController();
    const release = await this.take(linkId, () => stop.abort(refusal('conflict', 'link-busy')));
    try {
      return await work(stop.signal);
    } finally {
      release();
    }
  }
}

async function endsInTime(turn: Promise<void>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => resolve(false), WAIT_LIMIT_MS);
  try {
    return await Promise.race([turn.then(() => true as const), late]);
  } finally {
    clearTimeout(timer);
  }
}
