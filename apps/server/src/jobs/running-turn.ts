import type { Turn } from './definitions.ts';

/** A turn as the queue hands it out; id and count name the claim, so that a later one makes it void. */
export type Claim = { readonly id: string; readonly retryCount: number; readonly data: { readonly key: string } };

/** A turn that this node has. */
export class RunningTurn implements Turn {
  readonly claim: Claim;
  readonly #stop = new AbortController();
  #isWantedAgain = false;
  #tellMore: (() => void) | null = null;

  constructor(claim: Claim) {
    this.claim = claim;
  }

  get key(): string {
    return this.claim.data.key;
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Something was put into the queue of its key, and the turn has not looked since. */
  get isWantedAgain(): boolean {
    return this.#isWantedAgain;
  }

  wake(): void {
    this.#isWantedAgain = true;
    this.#tellMore?.();
  }

  looks(): void {
    this.#isWantedAgain = false;
  }

  more(): Promise<void> {
    if (this.#isWantedAgain) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#tellMore = resolve;
    return promise;
  }

  stop(reason: string): void {
    this.#stop.abort(new Error(reason));
  }
}
