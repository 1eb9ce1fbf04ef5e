/** Packets remembered for feedback: over five seconds at 1,200 kbit/s with sound. */
const CAPACITY = 2048;
const SEQUENCE_MASK = 0xffff;

/** When each packet of the transport left and how large it was, by transport-wide sequence number. */
export class SentLog {
  readonly #sentAtMs = new Float64Array(CAPACITY).fill(-1);
  readonly #sizeBytes = new Uint16Array(CAPACITY);
  readonly #sequences = new Uint16Array(CAPACITY);
  #nextSequence = 0;

  /** Notes a departure and returns its transport-wide sequence number. */
  record(sizeBytes: number, nowMs: number): number {
    const sequence = this.#nextSequence;
    const index = sequence % CAPACITY;
    this.#sentAtMs[index] = nowMs;
    this.#sizeBytes[index] = Math.min(sizeBytes, 0xffff);
    this.#sequences[index] = sequence;
    this.#nextSequence = (sequence + 1) & SEQUENCE_MASK;
    return sequence;
  }

  /** Monotonic milliseconds of the departure, or -1 when the number is unknown or was already taken. */
  sentAtMs(sequence: number): number {
    const index = sequence % CAPACITY;
    return this.#sequences[index] === sequence ? (this.#sentAtMs[index] ?? -1) : -1;
  }

  sizeBytes(sequence: number): number {
    return this.#sizeBytes[sequence % CAPACITY] ?? 0;
  }

  /** Forgets a packet whose fate is known, so that repeated feedback does not count it twice. */
  take(sequence: number): void {
    const index = sequence % CAPACITY;
    if (this.#sequences[index] === sequence) this.#sentAtMs[index] = -1;
  }
}
