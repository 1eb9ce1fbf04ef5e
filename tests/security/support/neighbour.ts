import { getPriority, setPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { expect } from 'vitest';
import { expectPrompt } from './answer-times.ts';
import type { NeighbourOrders, NeighbourReport } from './neighbour-thread.ts';

/** The attacker's work is done on another machine in earnest: here it gives way to the server's and the neighbour's. */
const ATTACKER_NICENESS = 10;

/** Neighbours in their calls, and the priority that this process had before the first of them. */
const attacked = { count: 0, priority: 0 };

/** Somebody in a call of his own, who asks and is answered all the time, and measures how long each answer takes. */
export class Neighbour {
  readonly #thread: Worker;
  readonly #left: Promise<void>;
  #failure: string | null = null;
  #wake: () => void = () => {};
  #checked: Extract<NeighbourReport, { kind: 'checked' }> | null = null;

  private constructor(orders: NeighbourOrders) {
    this.#thread = new Worker(new URL('./neighbour-thread.ts', import.meta.url), { workerData: orders });
    this.#left = new Promise((resolve) => {
      this.#thread.once('exit', () => resolve());
    });
    this.#thread.on('error', (error) => this.#receive({ kind: 'failed', reason: String(error) }));
    this.#thread.on('message', (report: NeighbourReport) => this.#receive(report));
  }

  /** Resolves when the talk is under way. */
  static async begin(orders: NeighbourOrders): Promise<Neighbour> {
    const neighbour = new Neighbour(orders);
    await new Promise<void>((resolve) => {
      neighbour.#wake = resolve;
    });
    expect(neighbour.#failure, 'the neighbour’s call began').toBeNull();
    if (attacked.count === 0) attacked.priority = getPriority();
    attacked.count += 1;
    setPriority(ATTACKER_NICENESS);
    return neighbour;
  }

  /** Fails when answers were late or missing, or the call has ended. One more answer is waited for. */
  async check(): Promise<void> {
    if (this.#failure === null) {
      const answered = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#thread.postMessage('check');
      await answered;
    }
    expect(this.#failure, 'the neighbour’s call went on').toBeNull();
    const { quietMs = [], answersMs = [] } = this.#checked ?? {};
    expectPrompt(answersMs, 'the neighbour’s answers', quietMs);
  }

  async leave(): Promise<void> {
    attacked.count -= 1;
    if (attacked.count === 0) returnToPriority(attacked.priority);
    this.#thread.postMessage('leave');
    await this.#left;
  }

  #receive(report: NeighbourReport): void {
    if (report.kind === 'failed') this.#failure = report.reason;
    if (report.kind === 'checked') this.#checked = report;
    this.#wake();
  }
}

function returnToPriority(priority: number): void {
  try {
    setPriority(priority);
  } catch {
    // Only root may go back; the attacks that follow give way all the same.
  }
}
