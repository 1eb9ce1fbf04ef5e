import type { ToolCall, VisavisCall } from '@visavis/sdk';

type WatchedCall = Pick<VisavisCall, 'on' | 'snapshot'>;

type Waiting = {
  readonly call: ToolCall;
  readonly resolve: (answer: string) => void;
  readonly reject: (error: Error) => void;
};

/** Calls of tools that wait for somebody to answer them by hand: what a page's handler does, done by a person. */
export class PendingToolCalls {
  readonly #listeners = new Set<() => void>();
  #waiting: readonly Waiting[] = [];
  #calls: readonly ToolCall[] = [];
  /** The call that was followed before tells nothing of the one that is. */
  #unfollow: () => void = () => undefined;

  /** Oldest first; the same object until something changes. */
  get calls(): readonly ToolCall[] {
    return this.#calls;
  }

  /** Hand it to the call as its `onToolCall`. */
  readonly ask = (call: ToolCall): Promise<string> =>
    new Promise((resolve, reject) => this.#set([...this.#waiting, { call, resolve, reject }]));

  /** Make it before the call connects. A session that is over waits for no answers. */
  follow(call: WatchedCall): void {
    let { sessionId } = call.snapshot;
    this.#unfollow();
    this.#set([]);
    this.#unfollow = call.on('change', (next) => {
      if (next.sessionId === sessionId && next.state !== 'ended') return;
      sessionId = next.sessionId;
      if (this.#waiting.length > 0) this.#set([]);
    });
  }

  /** Goes to the model as it is. */
  answer(callId: string, text: string): void {
    this.#take(callId)?.resolve(text);
  }

  /** As if the page's handler had thrown this. */
  fail(callId: string, text: string): void {
    this.#take(callId)?.reject(new Error(text));
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #take(callId: string): Waiting | undefined {
    const found = this.#waiting.find(({ call }) => call.callId === callId);
    this.#set(this.#waiting.filter((waiting) => waiting !== found));
    return found;
  }

  #set(waiting: readonly Waiting[]): void {
    this.#waiting = waiting;
    this.#calls = waiting.map(({ call }) => call);
    for (const listener of this.#listeners) listener();
  }
}
