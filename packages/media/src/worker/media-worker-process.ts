import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../core/child-environment.ts';
import { errorMessage } from '../core/error-message.ts';
import type { Logger } from '../core/logger.ts';
import type { SessionCommand, SessionConfig, SessionEvent, SessionFailureCode } from '../session/session-events.ts';
import { Heartbeat, readMainThread, WATCH_EVERY_MS } from './heartbeat.ts';
import { ModelQuestions, type RunModel } from './model-questions.ts';
import { SOUND_LANE_FD, SoundLaneWriter } from './sound-lane.ts';
import type { LocalVoiceParts, PoolMessage, WorkerMessage, WorkerOptions } from './worker-messages.ts';

const WORKER_ENTRY = fileURLToPath(new URL('./media-worker.ts', import.meta.url));

/** How a worker was lost: which calls it took along, and which one it worked for when it hung. */
export type WorkerLoss = {
  readonly reason: string;
  readonly hung: boolean;
  readonly sessionIds: readonly string[];
  readonly suspectSessionId: string | null;
};

type OpenCall = {
  readonly sessionId: string;
  /** Number of the next message to it. */
  sequence: number;
  readonly listener: (event: SessionEvent) => void;
};

type CallMessage = Extract<PoolMessage, { callId: number }>;

/** The pool's side of one media worker process and the calls in it. */
export class MediaWorkerProcess {
  readonly ready: Promise<LocalVoiceParts>;
  readonly #child: ChildProcess;
  readonly #logger: Logger;
  readonly #questions: ModelQuestions;
  readonly #calls = new Map<number, OpenCall>();
  readonly #soundLane: SoundLaneWriter | null;
  readonly #exited: Promise<void>;
  readonly #heartbeat: Heartbeat;
  readonly #watch: NodeJS.Timeout;
  #workingOn: number | null = null;
  #hangReason: string | null = null;
  #isReady = false;
  #alive = true;

  constructor(
    { options, logger, runModel }: { options: WorkerOptions; logger: Logger; runModel: RunModel },
    onExit: (loss: WorkerLoss) => void,
  ) {
    this.#logger = logger;
    this.#questions = new ModelQuestions(runModel, (answer) => this.#send(answer));
    this.#child = fork(WORKER_ENTRY, {
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe'],
      env: childEnvironment(),
    });
    // Without it the worker would wait for ever for what was lost, the end of its calls included.
    this.#soundLane = openSoundLane(this.#child, () => this.#child.kill('SIGKILL'));
    this.#send({ type: 'start', options });
    const { pid } = this.#child;
    this.#heartbeat = new Heartbeat(performance.now(), () => (pid === undefined ? null : readMainThread(pid)));
    this.#watch = setInterval(() => this.#look(), WATCH_EVERY_MS);
    this.#watch.unref();
    this.ready = new Promise((resolve) => {
      this.#child.on('message', (message) => this.#receive(message as WorkerMessage, resolve));
    });
    this.#exited = new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null): void => {
        if (!this.#alive) return;
        const loss = this.#handleExit(code, signal);
        resolve();
        onExit(loss);
      };
      this.#child.on('exit', end);
      this.#child.on('error', (error) => {
        logger.error({ error: error.message }, 'A media worker could not be reached.');
        // A process that never came to be tells no exit.
        if (this.#child.pid === undefined) end(null, null);
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get alive(): boolean {
    return this.#alive;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  get callCount(): number {
    return this.#calls.size;
  }

  open(callId: number, config: SessionConfig, listener: (event: SessionEvent) => void): void {
    this.#calls.set(callId, { sessionId: config.sessionId, sequence: 0, listener });
    this.#hand(callId, (sequence) => ({ type: 'open', callId, sequence, json: JSON.stringify(config) }));
  }

  /** `taken`: see `PooledCall`. */
  command(callId: number, command: SessionCommand, taken?: () => void): void {
    if (command.type === 'user-audio') this.#sound(callId, command.bytes, taken);
    else
      this.#hand(callId, (sequence) => ({ type: 'command', callId, sequence, json: JSON.stringify(command) }), taken);
  }

  #sound(callId: number, bytes: Uint8Array, taken: () => void = () => {}): void {
    const call = this.#calls.get(callId);
    if (call === undefined || this.#soundLane === null || !this.#alive) {
      taken();
      return;
    }
    this.#soundLane.write({ callId, sequence: call.sequence, bytes }, taken);
    call.sequence += 1;
  }

  /** Asks the worker to end its calls and exit, and ends it after `graceMs` if it has not. */
  async shutdown(reason: string, graceMs: number): Promise<void> {
    if (!this.#alive) return;
    this.#send({ type: 'shutdown', reason });
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), graceMs);
    await this.#exited;
    clearTimeout(timer);
  }

  /** A message of one call. One that cannot be written (too deep, or holding itself) ends that call only. */
  #hand(callId: number, write: (sequence: number) => CallMessage, taken: () => void = () => {}): void {
    const call = this.#calls.get(callId);
    if (call === undefined) {
      taken();
      return;
    }
    try {
      this.#send(write(call.sequence), taken);
      call.sequence += 1;
    } catch (error) {
      taken();
      const fields = { sessionId: call.sessionId, error: errorMessage(error) };
      this.#logger.error(fields, 'A message could not be handed over.');
      const { sequence } = call;
      this.#send({ type: 'command', callId, sequence, json: JSON.stringify({ type: 'close', reason: 'internal' }) });
      this.#endCall(callId, 'internal', 'A message of this call could not be handed to the process that renders it.');
    }
  }

  #send(message: PoolMessage, taken: () => void = () => {}): void {
    // A send to a process that has just died reports its error to the callback; the exit handler does the rest.
    if (this.#alive && this.#child.connected) this.#child.send(message, taken);
    else taken();
  }

  #receive(message: WorkerMessage, resolveReady: (voice: LocalVoiceParts) => void): void {
    if (message.type === 'beat') {
      this.#heartbeat.beat();
      this.#workingOn = null;
    } else if (message.type === 'working-on') {
      this.#workingOn = message.callId;
    } else if (message.type === 'ready') {
      this.#isReady = true;
      this.#logger.info({ pid: this.pid }, 'A media worker is ready.');
      this.#heartbeat.ready();
      resolveReady(message.voice);
    } else if (message.type === 'infer' || message.type === 'infer-withdrawn') {
      this.#questions.take(message);
    } else {
      this.#tell(message.callId, message.event);
    }
  }

  /** A listener that throws ends its own call, not the server's other work. */
  #tell(callId: number, event: SessionEvent): void {
    const call = this.#calls.get(callId);
    if (call === undefined) return;
    if (event.type === 'closed') this.#calls.delete(callId);
    try {
      call.listener(event);
    } catch (error) {
      const fields = { sessionId: call.sessionId, event: event.type, error: errorMessage(error) };
      this.#logger.error(fields, 'An event of a call could not be handled.');
      if (event.type !== 'closed') this.command(callId, { type: 'close', reason: 'internal' });
    }
  }

  #endCall(callId: number, code: SessionFailureCode, message: string): void {
    this.#tell(callId, { type: 'failed', code, message, fatal: true });
    this.#tell(callId, { type: 'closed', reason: code });
  }

  #look(): void {
    if (this.#hangReason !== null) return;
    const reason = this.#heartbeat.look(performance.now());
    if (reason === null) return;
    this.#hangReason = reason;
    this.#child.kill('SIGKILL');
  }

  #handleExit(code: number | null, signal: NodeJS.Signals | null): WorkerLoss {
    this.#alive = false;
    clearInterval(this.#watch);
    this.#questions.withdrawAll();
    const lost = [...this.#calls];
    const suspect = this.#workingOn === null ? undefined : this.#calls.get(this.#workingOn);
    const loss: WorkerLoss = {
      reason: this.#hangReason ?? `exit ${signal ?? code}`,
      hung: this.#hangReason !== null,
      sessionIds: lost.map(([, call]) => call.sessionId),
      suspectSessionId: suspect?.sessionId ?? null,
    };
    if (loss.hung) this.#logger.error(loss, 'A media worker hung and was ended; its calls end.');
    else if (lost.length > 0 || (code !== 0 && signal !== 'SIGTERM')) {
      this.#logger.error(loss, 'A media worker died; its calls end.');
    }
    for (const [callId] of lost) {
      this.#endCall(callId, 'worker-lost', 'The process that rendered this call stopped. Please call again.');
    }
    return loss;
  }
}

/** Null when the process could not be started. `lost`: the lane has ended, as it does when the process does. */
function openSoundLane(child: ChildProcess, lost: () => void): SoundLaneWriter | null {
  const lane = child.stdio[SOUND_LANE_FD] ?? null;
  if (lane === null || !('write' in lane)) return null;
  lane.on('error', () => {});
  lane.once('close', lost);
  return new SoundLaneWriter(lane);
}
