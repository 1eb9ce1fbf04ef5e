import { deferred } from '../../core/deferred.ts';
import type { Thought, ToolCall } from './thinker.ts';
import { speakableLength } from './whole-sentences.ts';

/** What an answer does next. */
export type Step = { readonly kind: 'speak'; readonly text: string } | ToolCall;

/**
 * Reads thoughts as they come, and hands them on in steps: all sentences that are whole by the time somebody is ready to speak
 * them. So the first one is spoken while the second is thought of.
 */
export class ThoughtReader {
  #buffer = '';
  #hasSpoken = false;
  readonly #steps: Step[] = [];
  #isOver = false;
  #failure: unknown = null;
  #wake = deferred<void>();
  readonly #begun = deferred<void>();

  constructor(thoughts: AsyncIterable<Thought>) {
    void this.#read(thoughts);
  }

  /** Resolves with the first words, however few; never where there are none. */
  get begun(): Promise<void> {
    return this.#begun.promise;
  }

  /** Resolves with what comes next, without taking it; null: nothing more. Rejects when the thinking fails. */
  async peek(): Promise<Step | null> {
    for (;;) {
      const [next] = this.#steps;
      if (next !== undefined) return next;
      if (this.#takeWords()) continue;
      if (this.#failure !== null) throw this.#failure;
      if (this.#isOver) return null;
      await this.#wake.promise;
    }
  }

  /** The same, and it is taken. */
  async next(): Promise<Step | null> {
    const next = await this.peek();
    if (next !== null) this.#steps.shift();
    return next;
  }

  async #read(thoughts: AsyncIterable<Thought>): Promise<void> {
    try {
      for await (const thought of thoughts) {
        if (thought.kind === 'words') this.#addWords(thought.text, thought.isLast === true);
        else this.#addCall(thought);
        this.#tell();
      }
    } catch (error) {
      this.#failure = error;
    }
    this.#isOver = true;
    this.#tell();
  }

  #tell(): void {
    const { resolve } = this.#wake;
    this.#wake = deferred();
    resolve();
  }

  #addWords(text: string, isLast: boolean): void {
    this.#buffer += text;
    if (text !== '') this.#begun.resolve();
    if (isLast) this.#speak(this.#buffer.length);
  }

  /** Words before a call are spoken before it. */
  #addCall(call: ToolCall): void {
    this.#speak(this.#buffer.length);
    this.#steps.push(call);
  }

  #takeWords(): boolean {
    const length = this.#isOver ? this.#buffer.length : speakableLength(this.#buffer, !this.#hasSpoken);
    return this.#speak(length);
  }

  #speak(length: number): boolean {
    const text = this.#buffer.slice(0, length);
    this.#buffer = this.#buffer.slice(length);
    if (text.trim() === '') return false;
    this.#hasSpoken = true;
    this.#steps.push({ kind: 'speak', text });
    return true;
  }
}
