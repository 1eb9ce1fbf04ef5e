import type { CallOptions } from './call-options.ts';

/** The key or token that opens a call, and where a fresh one comes from when it is missing or refused. */
export class CallLicense {
  readonly #getToken: CallOptions['getToken'];
  #current: string;
  /** It was asked for, and no call was accepted since. */
  #isFresh = false;

  constructor({ license = '', getToken }: Pick<CallOptions, 'license' | 'getToken'>) {
    this.#current = license;
    this.#getToken = getToken;
  }

  get current(): string {
    return this.#current;
  }

  /** Nothing is at hand yet, but can be asked for. */
  get isMissing(): boolean {
    return this.#current === '' && this.#getToken !== undefined;
  }

  /** A refused one can be replaced; one that was just asked for is no better the next time. */
  get canRenew(): boolean {
    return this.#getToken !== undefined && !this.#isFresh;
  }

  noteAccepted(): void {
    this.#isFresh = false;
  }

  async renew(): Promise<void> {
    const token = await this.#getToken?.();
    if (typeof token !== 'string' || token.trim() === '') throw new Error('getToken() gave no token.');
    this.#current = token.trim();
    this.#isFresh = true;
  }
}
