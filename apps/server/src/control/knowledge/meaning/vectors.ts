const LARGEST = 127;

/** A vector in a byte for each dimension, as long as its longest one allows: only its direction counts. */
export function packVector(vector: readonly number[]): Buffer {
  const longest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (!Number.isFinite(longest) || longest === 0)
    throw new Error('A vector of the embeddings service has no direction.');
  return Buffer.from(Int8Array.from(vector, (value) => Math.round((LARGEST * value) / longest)).buffer);
}

/** By how much the best must stand out from all passages, in standard deviations, to be taken for an answer … */
const OUTSTANDING = 2.5;
/** … where there are enough to tell. */
const LEAST_PASSAGES = 8;
/** Among fewer, how near it must be. */
const NEAR = 0.6;

/** Packed vectors of passages, of which the nearest to another one are found. */
export class VectorIndex {
  /** One behind the other; of passages without a vector all zero. */
  readonly #values: Int8Array;
  readonly #lengths: Float64Array;
  readonly #dimensions: number;
  readonly #count: number;

  /** By place; null: the passage has none yet. Vectors of another size than the first are left out. */
  constructor(vectors: readonly (Uint8Array | null)[]) {
    this.#dimensions = vectors.find((vector) => vector !== null)?.length ?? 0;
    this.#count = vectors.length;
    this.#values = new Int8Array(this.#dimensions * vectors.length);
    for (const [place, vector] of vectors.entries()) {
      if (vector?.length === this.#dimensions) this.#values.set(asSigned(vector), place * this.#dimensions);
    }
    this.#lengths = Float64Array.from(vectors, (_, place) => this.#lengthOf(place));
  }

  /** Places of the nearest, the nearest first. */
  nearest(query: Uint8Array, count: number): readonly number[] {
    return this.#ranked(query)
      .slice(0, count)
      .map(({ place }) => place);
  }

  /** The same, without those that stand out from nothing. */
  outstanding(query: Uint8Array, count: number): readonly number[] {
    const ranked = this.#ranked(query);
    const mean = ranked.reduce((sum, { nearness }) => sum + nearness, 0) / Math.max(1, ranked.length);
    const variance = ranked.reduce((sum, { nearness }) => sum + (nearness - mean) ** 2, 0) / Math.max(1, ranked.length);
    const least = ranked.length < LEAST_PASSAGES ? NEAR : mean + OUTSTANDING * Math.sqrt(variance);
    return ranked
      .filter(({ nearness }) => nearness > least)
      .slice(0, count)
      .map(({ place }) => place);
  }

  #ranked(query: Uint8Array): { readonly place: number; readonly nearness: number }[] {
    const dimensions = this.#dimensions;
    if (query.length !== dimensions || dimensions === 0) return [];
    const asked = asSigned(query);
    const length = Math.sqrt(asked.reduce((sum, value) => sum + value * value, 0));
    const found: { place: number; nearness: number }[] = [];
    for (let place = 0; place < this.#count; place += 1) {
      const own = this.#lengths[place] ?? 0;
      if (own === 0) continue;
      let product = 0;
      const from = place * dimensions;
      for (let k = 0; k < dimensions; k += 1) product += (this.#values[from + k] as number) * (asked[k] as number);
      found.push({ place, nearness: product / (own * length) });
    }
    return found.sort((one, other) => other.nearness - one.nearness);
  }

  #lengthOf(place: number): number {
    let sum = 0;
    const from = place * this.#dimensions;
    for (let k = 0; k < this.#dimensions; k += 1) sum += (this.#values[from + k] as number) ** 2;
    return Math.sqrt(sum);
  }
}

function asSigned(bytes: Uint8Array): Int8Array {
  return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009): how little the first places count before the next. */
const RANK_BASE = 60;

/** What several rankings find, the best of all first: each gives a share that falls with the place. */
export function fuseRanks(rankings: readonly (readonly number[])[]): readonly number[] {
  const scores = new Map<number, number>();
  for (const ranking of rankings) {
    for (const [rank, id] of ranking.entries()) scores.set(id, (scores.get(id) ?? 0) + 1 / (RANK_BASE + rank + 1));
  }
  return [...scores].sort(([, one], [, other]) => other - one).map(([id]) => id);
}
