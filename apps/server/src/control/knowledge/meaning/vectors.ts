const LARGEST = 127;

/** The service cannot make a vector of these texts, or of one of them, however often it is asked. */
export class UnfitTextError extends Error {}

/** A vector in a byte for each dimension, as long as its longest one allows: only its direction counts. */
export function packVector(vector: readonly number[]): Buffer {
  const longest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (!Number.isFinite(longest) || longest === 0)
    throw new UnfitTextError('A vector of the embeddings service has no direction.');
  return Buffer.from(Int8Array.from(vector, (value) => Math.round((LARGEST * value) / longest)).buffer);
}

/**
 * How much nearer than most passages one must be: in an absolute measure, and in deviations of them all. Both are reckoned by the middle of
 * the passages, so that several that fit do not hide one another, and neither depends on how near a model puts texts of all kinds.
 */
type Standing = { readonly gap: number; readonly deviations: number };
/** To be told in a talk without being asked for: more than chance brings about among thousands. */
const OUTSTANDING: Standing = { gap: 0.1, deviations: 5 };
/** To be found by whoever searches. */
const FOUND: Standing = { gap: 0.05, deviations: 3 };
/** The median distance from the median, of values that are normally distributed, is so much of their deviation. */
const MEDIAN_SHARE = 0.6745;

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

  get byteLength(): number {
    return this.#values.byteLength + this.#lengths.byteLength;
  }

  /** Places of the nearest, the nearest first; none that is no nearer than most. */
  nearest(query: Uint8Array, count: number): readonly number[] {
    return this.#standingOut(query, count, FOUND);
  }

  /** The same, without those that stand out from little. */
  outstanding(query: Uint8Array, count: number): readonly number[] {
    return this.#standingOut(query, count, OUTSTANDING);
  }

  #standingOut(query: Uint8Array, count: number, { gap, deviations }: Standing): readonly number[] {
    const ranked = this.#ranked(query);
    // The lower one of two: of two passages the one that fits stands out from the other.
    const middle = ranked[Math.floor(ranked.length / 2)]?.nearness ?? 0;
    const distances = ranked.map(({ nearness }) => Math.abs(nearness - middle)).sort((one, other) => one - other);
    const deviation = (distances[Math.floor((distances.length - 1) / 2)] ?? 0) / MEDIAN_SHARE;
    const least = middle + Math.max(gap, deviations * deviation);
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

/**
 * The best of what several rankings find: each gives a share that falls with the place. What the first ranking has in its first place is
 * always among them: names, numbers and codes are found by their words.
 */
export function fuseRanks(rankings: readonly (readonly number[])[], count: number): readonly number[] {
  const scores = new Map<number, number>();
  for (const ranking of rankings) {
    for (const [rank, id] of ranking.entries()) scores.set(id, (scores.get(id) ?? 0) + 1 / (RANK_BASE + rank + 1));
  }
  const best = [...scores]
    .sort(([, one], [, other]) => other - one)
    .map(([id]) => id)
    .slice(0, count);
  const byWords = rankings[0]?.[0];
  return byWords === undefined || best.includes(byWords) ? best : [...best.slice(0, count - 1), byWords];
}
