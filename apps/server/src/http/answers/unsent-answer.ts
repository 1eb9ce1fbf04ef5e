import { Readable } from 'node:stream';

/** Every answer has the grace, and a second more for so many bytes; each piece has the grace again. */
export type AnswerPace = { readonly graceMs: number; readonly bytesPerSecond: number };

const PIECE_BYTES = 64 * 1024;

/** An answer that is given to its reader piece by piece, as he takes it, so that his pace can be seen. */
export class UnsentAnswer extends Readable {
  readonly #now: () => number;
  #rest: Buffer;
  #sinceMs: number;
  #movedAtMs: number;
  #sentBytes = 0;

  constructor(bytes: Buffer, now: () => number = () => performance.now()) {
    super({ highWaterMark: PIECE_BYTES });
    this.#rest = bytes;
    this.#now = now;
    this.#sinceMs = this.#movedAtMs = now();
  }

  override _read(): void {
    this.#movedAtMs = this.#now();
    const piece = this.#rest.subarray(0, PIECE_BYTES);
    this.#rest = this.#rest.subarray(piece.length);
    this.#sentBytes += piece.length;
    this.push(piece.length === 0 ? null : piece);
  }

  isTooSlow({ graceMs, bytesPerSecond }: AnswerPace): boolean {
    const nowMs = this.#now();
    const allowedMs = graceMs + (1000 * this.#sentBytes) / bytesPerSecond;
    return nowMs - this.#movedAtMs > graceMs || nowMs - this.#sinceMs > allowedMs;
  }

  /** Nothing is left to give. */
  protected get isEmpty(): boolean {
    return this.#rest.length === 0;
  }

  /** Goes on with these, for which the reader was not to blame for waiting. */
  protected refill(bytes: Buffer, waitedMs: number): void {
    this.#rest = bytes;
    this.#sinceMs += waitedMs;
    this.#movedAtMs = this.#now();
  }
}

export type PartSource = {
  readonly parts: AsyncIterable<string | Buffer>;
  /** Told how much of the answer is in memory, before it is given. Throws what the answer breaks off with. */
  readonly hold: (bytes: number) => void;
};

/** An answer whose parts are made one after the other, each when the reader has taken the one before. */
export class UnsentParts extends UnsentAnswer {
  readonly #source: PartSource;
  readonly #parts: AsyncIterator<string | Buffer>;
  #isWaiting = false;

  constructor(source: PartSource) {
    super(Buffer.alloc(0));
    this.#source = source;
    this.#parts = source.parts[Symbol.asyncIterator]();
  }

  override _read(): void {
    if (!this.isEmpty) super._read();
    else if (!this.#isWaiting) void this.#goOn();
  }

  override isTooSlow(pace: AnswerPace): boolean {
    return !this.#isWaiting && super.isTooSlow(pace);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    // What is being made is not waited for.
    Promise.resolve(this.#parts.return?.()).catch(() => {});
    callback(error);
  }

  async #goOn(): Promise<void> {
    const askedAtMs = performance.now();
    this.#isWaiting = true;
    try {
      this.#source.hold(0);
      const bytes = await this.#next();
      if (this.destroyed) return;
      this.#source.hold(bytes.length);
      this.#isWaiting = false;
      this.refill(bytes, performance.now() - askedAtMs);
      super._read();
    } catch (error) {
      this.#isWaiting = false;
      this.destroy(error as Error);
    }
  }

  /** Empty at the end. */
  async #next(): Promise<Buffer> {
    for (;;) {
      const { done, value } = await this.#parts.next();
      if (done === true) return Buffer.alloc(0);
      if (value.length > 0) return Buffer.from(value);
    }
  }
}
