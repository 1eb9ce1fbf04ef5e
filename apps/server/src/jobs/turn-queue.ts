import type { ControlLogger } from '../control/logger.ts';
import { errorMessage } from '../error-message.ts';
import { affectedBy, type Boss } from './boss.ts';
import type { Lane, TurnHandler, WaitingKey } from './definitions.ts';
import { type Claim, RunningTurn } from './running-turn.ts';

export type TurnCounts = {
  /** Turns under way. */
  running: number;
  begun: number;
  /** Turns begun that another worker had begun before: it died, or its turn broke off. */
  again: number;
  failed: number;
  /** Turns that were given to another while we had them. */
  lost: number;
};

const LANES: readonly Lane[] = ['quick', 'slow'];
/** Which lane a waiting turn is in: its priority in the database. */
const PRIORITY = { quick: 0, slow: -1 } as const satisfies Record<Lane, number>;
const LANE_FILTER = { quick: { minPriority: 0 }, slow: { maxPriority: -1 } } as const;
const MAX_FETCHED = 100;
/** Of those that wait by their rows. */
const SENT_AT_ONCE = 20;
const MAX_FREED = 100_000;
/** A turn that breaks off is tried again after seconds; one that always does leaves it to its rows to bring it back. */
const RETRY = { retryLimit: 20, retryDelay: 3 } as const;
/** Times for which an alarm is set; what is due at others is found by looking now and then. */
const MAX_ALARMS = 1_000;
const MAX_ALARM_MS = 24 * 60 * 60_000;

/** The turns of one definition on this node. */
export class TurnQueue {
  readonly #boss: Boss;
  readonly #handler: TurnHandler;
  readonly #logger: ControlLogger;
  readonly #running = new Map<string, RunningTurn>();
  readonly #work = new Set<Promise<void>>();
  readonly #sending = new Map<string, { isWantedAgain: boolean }>();
  readonly #alarms = new Map<number, NodeJS.Timeout>();
  readonly #counts: TurnCounts = { running: 0, begun: 0, again: 0, failed: 0, lost: 0 };
  #pulling: Promise<void> | null = null;
  #isPullWanted = false;
  /** What puts all that wait into the queue: no turn is taken meanwhile, or the first of them would be ahead. */
  readonly #gathering = new Set<Promise<void>>();
  /** Nothing slow is asked for where none can wait: what this node sent there it knows, the rest is looked for now and then. */
  #maySlowWait = true;
  #isClosed = false;

  constructor(boss: Boss, handler: TurnHandler, logger: ControlLogger) {
    this.#boss = boss;
    this.#handler = handler;
    this.#logger = logger;
    handler.onPlaces?.(() => this.pull());
  }

  get counts(): Readonly<TurnCounts> {
    return { ...this.#counts, running: this.#running.size };
  }

  /** Something of this key is due. What was stored before this call is seen by its next turn. */
  wake(key: string): void {
    void this.#wake(key);
  }

  /** As `pull`, and looks for what other nodes may have sent. */
  look(): void {
    this.#maySlowWait = true;
    this.pull();
  }

  /** Takes turns until none is due or no place is free. */
  pull(): void {
    if (this.#isClosed) return;
    this.#isPullWanted = true;
    if (this.#gathering.size > 0) return;
    this.#pulling ??= this.#pullAll()
      .catch((error: unknown) => {
        this.#isPullWanted = false;
        this.#warn(error, 'Turns could not be taken; tried again in a moment');
      })
      .finally(() => {
        this.#pulling = null;
        if (this.#isPullWanted) this.pull();
      });
  }

  /** Sends what the rows say is due; most of it waits already. */
  async reconcile(): Promise<void> {
    const waiting = await this.#handler.waiting();
    const gathering = this.#gather(waiting);
    this.#gathering.add(gathering);
    try {
      await gathering;
    } finally {
      this.#gathering.delete(gathering);
      if (this.#isPullWanted) this.pull();
    }
  }

  /** Frees turns that a process before this one had, and that alone can have had them; their rows bring them back. */
  async freeAll(): Promise<void> {
    const { name } = this.#handler.definition;
    const taken = (await this.#boss.findJobs(name, { limit: MAX_FREED })).filter(({ state }) => state === 'active');
    const ids = taken.map(({ id }) => id);
    if (ids.length > 0) await this.#boss.deleteJob(name, ids);
  }

  /** Keeps the turns under way, and stops those that were given to another. */
  async beat(): Promise<void> {
    const claims = [...this.#running.values()].map(({ claim }) => claim);
    if (claims.length === 0) return;
    const { name } = this.#handler.definition;
    if (affectedBy(await this.#boss.touch(name, claims)) === claims.length) return;
    for (const claim of claims) {
      const isKept = affectedBy(await this.#boss.touch(name, claim)) === 1;
      const lost = isKept ? undefined : this.#running.get(claim.id);
      if (lost === undefined || lost.signal.aborted) continue;
      this.#counts.lost += 1;
      lost.stop('the turn was given to another');
    }
  }

  /** Resolves when nothing is under way and nothing is due. */
  async idle(): Promise<void> {
    do {
      while (this.#pulling !== null || this.#work.size > 0 || this.#gathering.size > 0) {
        await Promise.allSettled([this.#pulling, ...this.#work, ...this.#gathering]);
      }
      this.pull();
      await this.#pulling;
    } while (this.#work.size > 0);
  }

  /** Takes no more, tells turns to end, and waits for them. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const alarm of this.#alarms.values()) clearTimeout(alarm);
    this.#alarms.clear();
    await this.#pulling;
    for (const turn of this.#running.values()) turn.stop('the server closes');
    await Promise.all(this.#work);
  }

  async #pullAll(): Promise<void> {
    while (this.#isPullWanted && this.#gathering.size === 0 && !this.#isClosed) {
      this.#isPullWanted = false;
      for (const lane of LANES) {
        const places = Math.min(MAX_FETCHED, this.#handler.places(lane));
        if (places <= 0 || (lane === 'slow' && !this.#maySlowWait)) continue;
        if (lane === 'slow') this.#maySlowWait = false;
        const { name } = this.#handler.definition;
        const claims = await this.#boss.fetch<Claim['data']>(name, { batchSize: places, ...LANE_FILTER[lane] });
        if (lane === 'slow' && claims.length === places) this.#maySlowWait = true;
        for (const claim of claims) this.#begin(claim);
      }
    }
  }

  #begin(claim: Claim): void {
    const turn = new RunningTurn(claim);
    this.#running.set(claim.id, turn);
    this.#counts.begun += 1;
    if (claim.retryCount > 0) this.#counts.again += 1;
    if (this.#isClosed) turn.stop('the server closes');
    void this.#track(this.#run(turn));
  }

  async #run(turn: RunningTurn): Promise<void> {
    const { claim, key } = turn;
    const { name } = this.#handler.definition;
    try {
      const nextMs = await this.#handler.run(turn);
      // From here on a wake is sent: it may come too late for this turn.
      this.#running.delete(claim.id);
      const afterMs = turn.isWantedAgain ? 0 : nextMs;
      if (afterMs !== null) await this.#sendLater(key, afterMs);
      await this.#boss.deleteJob(name, claim);
      // Until then no turn of this key was given out, whoever asked.
      if (afterMs !== null && this.#handler.laneOf(key) === 'slow') this.#maySlowWait = true;
      if (afterMs !== null) this.#remind(afterMs);
    } catch (error) {
      this.#counts.failed += 1;
      this.#warn(error, 'A turn broke off; it is tried again');
      // What cannot be written now, the silence of this turn tells.
      await this.#boss.fail(name, claim, { message: errorMessage(error) });
      this.#remind(RETRY.retryDelay * 1000);
    } finally {
      this.#running.delete(claim.id);
    }
  }

  async #gather(waiting: readonly WaitingKey[]): Promise<void> {
    for (let at = 0; at < waiting.length; at += SENT_AT_ONCE) {
      const sent = waiting
        .slice(at, at + SENT_AT_ONCE)
        .map(({ key, afterMs }) => (afterMs > 0 ? this.#sendLater(key, afterMs) : this.#wake(key)));
      await Promise.all(sent);
    }
  }

  /** Resolves when the queue has a turn of this key, or its row is left to be found again. */
  async #wake(key: string): Promise<void> {
    if (this.#isClosed) return;
    const running = this.#runningOf(key);
    if (running !== undefined) {
      running.wake();
      return;
    }
    const sending = this.#sending.get(key);
    if (sending !== undefined) sending.isWantedAgain = true;
    else await this.#track(this.#send(key));
  }

  /** Due now: a turn of this key that waits for later is brought forward. */
  async #send(key: string): Promise<void> {
    const sending = { isWantedAgain: true };
    this.#sending.set(key, sending);
    try {
      while (sending.isWantedAgain) {
        sending.isWantedAgain = false;
        await this.#boss.upsert(this.#handler.definition.name, { key }, { ...this.#options(key), startAfter: 0 });
      }
    } finally {
      this.#sending.delete(key);
    }
    this.pull();
  }

  /** Due after that time; a turn of this key that waits already is as good, since it looks at all that is due. */
  async #sendLater(key: string, afterMs: number): Promise<void> {
    const options = { ...this.#options(key), startAfter: afterMs / 1000 };
    await this.#boss.send(this.#handler.definition.name, { key }, options);
  }

  #options(key: string) {
    const { heartbeatSeconds, limitSeconds } = this.#handler.definition;
    const lane = this.#handler.laneOf(key);
    if (lane === 'slow') this.#maySlowWait = true;
    return { ...RETRY, singletonKey: key, priority: PRIORITY[lane], heartbeatSeconds, expireInSeconds: limitSeconds };
  }

  #runningOf(key: string): RunningTurn | undefined {
    for (const turn of this.#running.values()) if (turn.key === key) return turn;
    return undefined;
  }

  /** Looks for turns after that time. */
  #remind(afterMs: number): void {
    if (afterMs <= 0) {
      this.pull();
      return;
    }
    const second = Math.ceil((Date.now() + afterMs) / 1000);
    if (this.#isClosed || afterMs > MAX_ALARM_MS || this.#alarms.size >= MAX_ALARMS || this.#alarms.has(second)) return;
    const look = () => {
      this.#alarms.delete(second);
      this.look();
    };
    const alarm = setTimeout(look, second * 1000 - Date.now());
    alarm.unref();
    this.#alarms.set(second, alarm);
  }

  #track(work: Promise<void>): Promise<void> {
    const tracked: Promise<void> = work
      .catch((error: unknown) => this.#warn(error, 'A turn could not be written down'))
      .finally(() => {
        this.#work.delete(tracked);
        this.pull();
      });
    this.#work.add(tracked);
    return tracked;
  }

  #warn(error: unknown, message: string): void {
    this.#logger.warn({ job: this.#handler.definition.name, error: errorMessage(error) }, message);
  }
}
