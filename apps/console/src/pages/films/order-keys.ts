import type { CreateGeneration } from '@visavis/protocol/rest';

/** The same order, sent again because no answer came, is the same film; another one is another. */
export class OrderKeys {
  #last: { readonly order: string; readonly key: string } | null = null;

  keyOf(order: CreateGeneration): string {
    const text = JSON.stringify(order);
    if (this.#last?.order !== text) this.#last = { order: text, key: newKey() };
    return this.#last.key;
  }
}

/** Pages without TLS have no `crypto.randomUUID`. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
