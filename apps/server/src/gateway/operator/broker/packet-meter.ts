type Place =
  | { readonly at: 'head' }
  | { readonly at: 'length'; readonly kind: number; readonly bytes: number; readonly factor: number }
  | { readonly at: 'body'; readonly missing: number };

/**
 * Reads how long each packet says it is, before anybody keeps a byte of it: whoever parses them would gather a packet of up to 256
 * MB. A packet may come in pieces, and a piece may hold many.
 */
export class PacketMeter {
  readonly #maxBytes: number;
  #place: Place = { at: 'head' };

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Kinds (the first half of the first byte) of the packets that begin in this piece; null: one is too long, or is no packet. */
  take(piece: Uint8Array): number[] | null {
    const kinds: number[] = [];
    for (let index = 0; index < piece.length; ) {
      const place = this.#place;
      if (place.at === 'body') {
        const taken = Math.min(place.missing, piece.length - index);
        index += taken;
        this.#leave(place.missing - taken);
        continue;
      }
      const byte = piece[index] ?? 0;
      index += 1;
      if (place.at === 'head') {
        kinds.push(byte >> 4);
        this.#place = { at: 'length', kind: byte >> 4, bytes: 0, factor: 1 };
      } else if (!this.#readLength(place, byte)) return null;
    }
    return kinds;
  }

  #readLength({ kind, bytes, factor }: Extract<Place, { at: 'length' }>, byte: number): boolean {
    const length = bytes + (byte & 127) * factor;
    const hasMore = byte >= 128;
    if (length > this.#maxBytes || (hasMore && factor >= 128 ** 3)) return false;
    if (hasMore) this.#place = { at: 'length', kind, bytes: length, factor: factor * 128 };
    else this.#leave(length);
    return true;
  }

  #leave(missing: number): void {
    this.#place = missing === 0 ? { at: 'head' } : { at: 'body', missing };
  }
}
