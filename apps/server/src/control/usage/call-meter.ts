import type { ControlLogger } from '../logger.ts';
import type { Ledger, Refusal, Use } from './ledger.ts';
import { priceOfSpan } from './points.ts';

type Call = {
  readonly sessionId: string;
  readonly projectId: string;
  readonly licenceId: string;
  readonly avatarId: string;
};
type RunningMeter = { stop(): Promise<void> };

export type CallMeter = {
  /** `end` is called once, when the use is over its limit. */
  start(call: Call, end: (code: Refusal) => void): RunningMeter;
  /** Writes what was used until now, and ends what is over its limit. The timer calls it. */
  tick(): Promise<void>;
  /** Writes the rest. */
  close(): Promise<void>;
};

export type CallMeterOptions = {
  readonly ledger: Pick<Ledger, 'write' | 'exhausted'>;
  readonly pointsPerMinute: number;
  readonly logger: ControlLogger;
  readonly intervalMs?: number;
  readonly nowMs?: () => number;
};

type Running = Call & {
  readonly startedAtMs: number;
  readonly end: (code: Refusal) => void;
  writtenMs: number;
  seq: number;
};

const INTERVAL_MS = 5_000;
/** Uses that wait for the database at most; two hours of 100 calls. */
const MAX_WAITING = 150_000;
/** Uses in one statement. */
const BATCH = 500;

/** Meters every call of this node: one statement for all of them each few seconds. */
export function createCallMeter(options: CallMeterOptions): CallMeter {
  const { ledger, pointsPerMinute, logger, nowMs = () => performance.now() } = options;
  const running = new Map<string, Running>();
  let waiting: Use[] = [];
  let writing: Promise<void> = Promise.resolve();
  let queued: Promise<void> | null = null;

  const measure = (call: Running): void => {
    const untilMs = Math.round(nowMs() - call.startedAtMs);
    // The first entry of a call counts the call, however short.
    if (untilMs <= call.writtenMs && call.seq > 0) return;
    if (waiting.length >= MAX_WAITING) {
      logger.error({ waiting: waiting.length }, 'Used time is lost: the database has been away for too long');
      waiting = waiting.slice(MAX_WAITING / 10);
    }
    const { projectId, licenceId, avatarId, sessionId: sourceId, seq, writtenMs } = call;
    const price = priceOfSpan(pointsPerMinute, writtenMs, untilMs);
    const durationMs = untilMs - writtenMs;
    waiting.push({ kind: 'call', projectId, licenceId, avatarId, sourceId, seq, durationMs, price });
    call.seq += 1;
    call.writtenMs = untilMs;
  };

  /** One after another; what could not be written stays for the next time. While a database is silent, one waits and not many. */
  const flush = (): Promise<void> => {
    queued ??= writing.then(() => {
      queued = null;
      return writeWaiting();
    });
    writing = queued;
    return queued;
  };

  const writeWaiting = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH);
      try {
        await ledger.write(batch);
      } catch (error) {
        logger.warn({ waiting: waiting.length, error: String(error) }, 'Used time could not be written; it is kept');
        return;
      }
      const written = new Set(batch);
      waiting = waiting.filter((use) => !written.has(use));
    }
  };

  const endExhausted = async (): Promise<void> => {
    const codes = await ledger.exhausted([...new Set([...running.values()].map(({ licenceId }) => licenceId))]);
    for (const call of running.values()) {
      const code = codes.get(call.licenceId);
      if (code === undefined) continue;
      running.delete(call.sessionId);
      measure(call);
      call.end(code);
    }
  };

  const tick = async (): Promise<void> => {
    for (const call of running.values()) measure(call);
    await flush();
    await endExhausted();
  };

  const timer = setInterval(() => {
    tick().catch((error: unknown) => logger.warn({ error: String(error) }, 'Calls could not be metered'));
  }, options.intervalMs ?? INTERVAL_MS);
  timer.unref();

  return {
    start(call, end) {
      const state: Running = { ...call, end, startedAtMs: nowMs(), writtenMs: 0, seq: 0 };
      running.set(call.sessionId, state);
      let stopping: Promise<void> | null = null;
      return {
        stop() {
          if (stopping === null) {
            if (running.delete(call.sessionId)) measure(state);
            stopping = flush();
          }
          return stopping;
        },
      };
    },
    tick,
    async close() {
      clearInterval(timer);
      for (const call of running.values()) measure(call);
      running.clear();
      await flush();
    },
  };
}
