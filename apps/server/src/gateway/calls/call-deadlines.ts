import type { ErrorCode } from '@visavis/protocol';

/** How long looking up key, avatar and place may take. */
const ADMISSION_LIMIT_MS = 30_000;
/** How long voice and picture may take to open: a cold start on a busy machine takes many seconds. */
const READY_DEADLINE_MS = 60_000;

/** Ends a call that takes too long: to be admitted, to open its voice and picture, or as a whole. */
export class CallDeadlines {
  readonly #end: (code: ErrorCode, detail?: string) => void;
  #limit: NodeJS.Timeout;
  #opening: NodeJS.Timeout | undefined;

  /** The call is being admitted. */
  constructor(end: (code: ErrorCode, detail?: string) => void) {
    this.#end = end;
    this.#limit = setTimeout(() => end('backend-error'), ADMISSION_LIMIT_MS).unref();
  }

  /** It has its place. `maxCallSeconds`: null: it may last as long as it likes. */
  placed(maxCallSeconds: number | null): void {
    clearTimeout(this.#limit);
    if (maxCallSeconds !== null) {
      this.#limit = setTimeout(() => this.#end('call-time-limit'), maxCallSeconds * 1000).unref();
    }
    this.#opening = setTimeout(
      () => this.#end('voice-unavailable', 'The voice did not open in time. Call again.'),
      READY_DEADLINE_MS,
    ).unref();
  }

  /** Voice and picture are open. */
  ready(): void {
    clearTimeout(this.#opening);
  }

  stop(): void {
    clearTimeout(this.#limit);
    clearTimeout(this.#opening);
  }
}
