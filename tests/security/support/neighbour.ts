import { expect } from 'vitest';
import type { TestClient } from '../../../apps/server/src/gateway/navtalk-v2/test-client.ts';

/** Pause between an answer and the next question. */
const BETWEEN_QUESTIONS_MS = 150;
const SLOWEST_REPLY_MS = 500;
const GIVE_UP_MS = 30_000;
const ANSWER = 'realtime.response.audio_transcript.delta';

/** Somebody in a call of his own, who asks and is answered all the time, and measures how long each answer takes. */
export class Neighbour {
  readonly #client: TestClient;
  readonly #repliesMs: number[] = [];
  readonly #talk: Promise<void>;
  #failure: Error | null = null;
  #leaving = false;

  private constructor(client: TestClient) {
    this.#client = client;
    this.#talk = this.#goOn().catch((error: Error) => {
      this.#failure = error;
    });
  }

  /** Resolves when the talk is under way: the first answers, which load what a worker needs, do not count. */
  static async begin(client: TestClient): Promise<Neighbour> {
    await client.event('realtime.session.updated', 0, GIVE_UP_MS);
    for (let count = 0; count < 3; count += 1) await Neighbour.#ask(client);
    return new Neighbour(client);
  }

  /** Fails when an answer was late or missing, or the call has ended. One more answer is waited for. */
  async check(): Promise<void> {
    const before = this.#repliesMs.length;
    await expect
      .poll(() => this.#repliesMs.length > before || this.#failure !== null, { timeout: GIVE_UP_MS, interval: 20 })
      .toBe(true);
    expect(this.#failure, 'the neighbour’s call went on').toBeNull();
    const slowestMs = Math.max(...this.#repliesMs);
    expect(slowestMs, 'the neighbour’s slowest answer, in ms').toBeLessThan(SLOWEST_REPLY_MS);
  }

  async leave(): Promise<void> {
    this.#leaving = true;
    this.#client.socket.close();
    await this.#talk;
  }

  async #goOn(): Promise<void> {
    while (!this.#leaving) {
      this.#repliesMs.push(await Neighbour.#ask(this.#client));
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_QUESTIONS_MS));
    }
  }

  /** Time from a question to the first words of its answer. A question interrupts the answer before it. */
  static async #ask(client: TestClient): Promise<number> {
    const answered = client.events.filter(({ type }) => type === ANSWER).length;
    const askedAtMs = performance.now();
    client.send({ type: 'realtime.input_text', data: { content: 'Are you there?' } });
    await Promise.race([
      client.event(ANSWER, answered, GIVE_UP_MS),
      client.closed.then(({ code, reason }) => {
        throw new Error(`the neighbour’s call was closed: ${code} ${reason}`);
      }),
    ]);
    return performance.now() - askedAtMs;
  }
}
