import { setTimeout as delay } from 'node:timers/promises';

export type Attempt = {
  /** What the attempt is of: `stop` ends it by this id. */
  readonly id: string;
  /** Ends it, too. */
  readonly signal: AbortSignal;
  /** Says how far it is. False: it counts no more, and is ended. */
  readonly report: () => Promise<boolean>;
  readonly work: (signal: AbortSignal) => Promise<void>;
};

const REPORT_INTERVAL_MS = 1_000;

/** Attempts under way on this node. Each writes how far it is until it ends, and is ended when it counts no more. */
export class Attempts {
  readonly #underWay = new Map<string, AbortController>();

  stop(id: string): void {
    this.#underWay.get(id)?.abort();
  }

  async run({ id, signal, report, work }: Attempt): Promise<void> {
    const stop = new AbortController();
    const end = () => stop.abort();
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    this.#underWay.set(id, stop);
    const reporting = keepReporting(report, stop);
    try {
      await work(stop.signal);
    } finally {
      this.#underWay.delete(id);
      signal.removeEventListener('abort', end);
      stop.abort();
      await reporting;
    }
  }
}

async function keepReporting(report: () => Promise<boolean>, stop: AbortController): Promise<void> {
  while (!stop.signal.aborted) {
    try {
      if (!(await report())) stop.abort();
      await delay(REPORT_INTERVAL_MS, undefined, { signal: stop.signal });
    } catch {
      // A report that fails is made up for by the next one.
      if (!stop.signal.aborted) await delay(REPORT_INTERVAL_MS);
    }
  }
}
