import { systemClock } from '../core/clock.ts';
import { deferred } from '../core/deferred.ts';
import type { Logger } from '../core/logger.ts';
import type { MachineBrain } from '../core/machine-brain.ts';
import { MachineModels, type ModelPlaces } from '../inference/machine-models.ts';
import type { SessionCommand, SessionConfig, SessionEvent, SessionFailureCode } from '../session/session-events.ts';
import type { SpeechOf } from '../voice/local/neural/neural-mouth.ts';
import { MediaWorkerProcess, type WorkerLoss } from './media-worker-process.ts';
import type { RunModel } from './model-questions.ts';
import type { LocalVoiceParts, WorkerOptions } from './worker-messages.ts';

export type MediaPoolOptions = {
  readonly workerCount: number;
  /** Calls that one worker takes before the pool calls itself full. */
  readonly maxCallsPerWorker: number;
  readonly worker: Omit<WorkerOptions, 'models'>;
  /** Models of this machine, which run once, in threads of this process. */
  readonly models?: ModelPlaces;
  readonly logger: Logger;
  /** Told of every worker that was lost while the pool was open. */
  readonly onWorkerLost?: (loss: WorkerLoss) => void;
};

export type { WorkerLoss };

export type PooledCall = {
  /** `taken` is called once, when the command no longer waits in this process: the worker's channel has it, or is gone. */
  send(command: SessionCommand, taken?: () => void): void;
};

export type MediaPoolStats = {
  readonly workers: readonly { readonly pid: number | undefined; readonly ready: boolean; readonly calls: number }[];
  readonly calls: number;
  readonly capacity: number;
  /** Workers that were lost and replaced … */
  readonly replacedWorkers: number;
  /** … those of them that hung, and were ended for it. */
  readonly hungWorkers: number;
  /** Calls that could not hear their user for a time, because the speech model failed. */
  readonly hearingFailures: number;
  /** What went wrong with voices and recognisers in calls that went on. */
  readonly voiceFailures: number;
  /** Films that end before their calls, because they could not be written or had become too large. */
  readonly recordingFailures: number;
};

/** How long live calls get to say goodbye when the pool closes. */
const SHUTDOWN_GRACE_MS = 3000;
/** A worker that dies again this soon after its start is restarted with a growing delay. */
const QUICK_DEATH_MS = 5000;
const MAX_RESTART_DELAY_MS = 30_000;

/**
 * Media workers: processes of their own, so that native crashes and busy rendering cannot stall the sockets and the
 * database. A worker's death ends only its own calls (`failed` with `worker-lost`, then `closed`), and it is replaced. One
 * whose event loop hangs for two seconds is ended, which comes to the same.
 */
export class MediaPool {
  readonly #options: MediaPoolOptions;
  readonly #models: MachineModels;
  readonly #slots: { worker: MediaWorkerProcess; startedAtMs: number; quickDeaths: number }[] = [];
  readonly #restartTimers = new Set<NodeJS.Timeout>();
  readonly #firstReady = deferred<LocalVoiceParts>();
  #nextCallId = 1;
  #replacedWorkers = 0;
  #hungWorkers = 0;
  #hearingFailures = 0;
  #voiceFailures = 0;
  #recordingFailures = 0;
  #closing = false;

  constructor(options: MediaPoolOptions) {
    this.#options = options;
    const { models: places = {}, logger } = options;
    this.#models = new MachineModels({ places, logger, clock: systemClock });
    for (let index = 0; index < options.workerCount; index += 1) {
      this.#slots.push({ worker: this.#spawn(index), startedAtMs: performance.now(), quickDeaths: 0 });
    }
  }

  /** For whoever asks outside of calls; null: there is no language model on this machine. */
  get brain(): MachineBrain | null {
    const name = this.#options.models?.brain?.name;
    if (name === undefined) return null;
    return {
      name,
      think: async (request, onPart, signal) => {
        await this.#models.run({ kind: 'think', ...request }, signal, onPart);
      },
    };
  }

  /** Resolves with what the local voice can do once the first worker is up, however long that takes. */
  get ready(): Promise<LocalVoiceParts> {
    return this.#firstReady.promise;
  }

  /** The same; rejects after `timeoutMs`. */
  async whenReady(timeoutMs = 60_000): Promise<LocalVoiceParts> {
    const deadline = new Promise<never>((_resolve, reject) => {
      setTimeout(() => reject(new Error(`No media worker was ready after ${timeoutMs} ms.`)), timeoutMs).unref();
    });
    return Promise.race([this.ready, deadline]);
  }

  /** Null when every worker is full. `listener` gets the call's events in order, `closed` last and exactly once. */
  open(config: SessionConfig, listener: (event: SessionEvent) => void): PooledCall | null {
    if (this.#closing) return null;
    const candidates = this.#slots
      .map((slot) => slot.worker)
      .filter((worker) => worker.alive && worker.callCount < this.#options.maxCallsPerWorker);
    // One that is still starting would keep the call waiting until it has read its models.
    const order = (a: MediaWorkerProcess, b: MediaWorkerProcess): number =>
      Number(b.isReady) - Number(a.isReady) || a.callCount - b.callCount;
    const worker = candidates.sort(order)[0];
    if (worker === undefined) return null;
    const callId = this.#nextCallId++;
    worker.open(callId, config, (event) => {
      if (event.type === 'failed') this.#count(event.code);
      listener(event);
    });
    return { send: (command, taken) => worker.command(callId, command, taken) };
  }

  #count(code: SessionFailureCode): void {
    if (code === 'hearing-failed') this.#hearingFailures += 1;
    else if (code === 'voice-failed') this.#voiceFailures += 1;
    else if (code === 'recording-failed') this.#recordingFailures += 1;
  }

  stats(): MediaPoolStats {
    const workers = this.#slots.map(({ worker }) => ({
      pid: worker.pid,
      ready: worker.isReady,
      calls: worker.callCount,
    }));
    return {
      workers,
      calls: workers.reduce((sum, worker) => sum + worker.calls, 0),
      capacity: this.#options.workerCount * this.#options.maxCallsPerWorker,
      replacedWorkers: this.#replacedWorkers,
      hungWorkers: this.#hungWorkers,
      hearingFailures: this.#hearingFailures,
      voiceFailures: this.#voiceFailures,
      recordingFailures: this.#recordingFailures,
    };
  }

  /** The model of this machine that speaks; undefined: there is none. */
  get speechOf(): SpeechOf | undefined {
    if (this.#options.models?.mouth === undefined) return undefined;
    return (symbols, voice, signal) => this.#models.speech({ symbols, voice }, signal);
  }

  async close(reason = 'server-shutdown'): Promise<void> {
    this.#closing = true;
    for (const timer of this.#restartTimers) clearTimeout(timer);
    await Promise.all(this.#slots.map(({ worker }) => worker.shutdown(reason, SHUTDOWN_GRACE_MS)));
    await this.#models.close();
  }

  #spawn(index: number): MediaWorkerProcess {
    const { logger, models = {} } = this.#options;
    const options = {
      ...this.#options.worker,
      models: {
        judgesTurnEnds: models.turnEnd !== undefined,
        ears: models.ears?.name ?? null,
        mouth: models.mouth?.name ?? null,
        brain: models.brain?.name ?? null,
      },
    };
    const runModel: RunModel = (...question) => this.#models.run(...question);
    const worker = new MediaWorkerProcess({ options, logger, runModel }, (loss) => this.#replace(index, loss));
    void worker.ready.then(this.#firstReady.resolve);
    return worker;
  }

  #replace(index: number, loss: WorkerLoss): void {
    const slot = this.#slots[index];
    if (this.#closing || slot === undefined) return;
    if (loss.hung) this.#hungWorkers += 1;
    this.#options.onWorkerLost?.(loss);
    const quick = performance.now() - slot.startedAtMs < QUICK_DEATH_MS;
    slot.quickDeaths = quick ? slot.quickDeaths + 1 : 0;
    const delayMs = slot.quickDeaths === 0 ? 0 : Math.min(MAX_RESTART_DELAY_MS, 250 * 2 ** slot.quickDeaths);
    const timer = setTimeout(() => {
      this.#restartTimers.delete(timer);
      if (this.#closing) return;
      this.#replacedWorkers += 1;
      slot.startedAtMs = performance.now();
      slot.worker = this.#spawn(index);
    }, delayMs);
    this.#restartTimers.add(timer);
  }
}
