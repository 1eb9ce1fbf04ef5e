import { Readable } from 'node:stream';

/** Every answer has the grace, and a second more for so many bytes; each piece has the grace again. */
export type AnswerPace = { readonly graceMs: number; readonly bytesPerSecond: number };

const PIECE_BYTES = 64 * 1024;

/** An answer that is given to its reader piece by piece, as he takes it, so that his pace can be seen. */
export class UnsentAnswer extends Readable {
  readonly #bytes: Buffer;
  readonly #now: () => number;
  readonly #sinceMs: number;
  #movedAtMs: number;
  #sentBytes = 0;

  constructor(bytes: Buffer, now: () => number = () => performance.now()) {
    super({ highWaterMark: PIECE_BYTES });
    this.#bytes = bytes;
    this.#now = now;
    this.#sinceMs = this.#movedAtMs = now();
  }

  override _read(): void {
    this.#movedAtMs = this.#now();
    const piece = this.#bytes.subarray(this.#sentBytes, this.#sentBytes + PIECE_BYTES);
    this.#sentBytes += piece.length;
    this.push(piece.length === 0 ? null : piece);
  }

  isTooSlow({ graceMs, bytesPerSecond }: AnswerPace): boolean {
    const nowMs = this.#now();
    const allowedMs = graceMs + (1000 * this.#sentBytes) / bytesPerSecond;
    return nowMs - this.#movedAtMs > graceMs || nowMs - this.#sinceMs > allowedMs;
  }
}
