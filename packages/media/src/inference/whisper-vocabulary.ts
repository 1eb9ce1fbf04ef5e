/** Bytes that the vocabulary writes as themselves; the others are written as the letters from U+0100 on (byte-pair encoding of GPT-2). */
const PLAIN_RANGES = [
  [0x21, 0x7e],
  [0xa1, 0xac],
  [0xae, 0xff],
] as const;

/** The pieces of words that a Whisper model knows, and the marks between them. */
export class WhisperVocabulary {
  readonly #words: readonly string[];
  readonly #places: ReadonlyMap<string, number>;
  readonly #bytes = byteOfLetter();

  /** `text` is `vocabulary.txt`: a piece a line. */
  constructor(text: string) {
    this.#words = text.replace(/\n$/, '').split('\n');
    this.#places = new Map(this.#words.map((word, index) => [word, index]));
  }

  get size(): number {
    return this.#words.length;
  }

  /** Of a mark like `endoftext`; undefined: the model has none of that name. */
  mark(name: string): number | undefined {
    return this.#places.get(`<|${name}|>`);
  }

  /** @throws Error when the model has no such mark. */
  requireMark(name: string): number {
    const place = this.mark(name);
    if (place === undefined) throw new Error(`The vocabulary has no mark “${name}”.`);
    return place;
  }

  textOf(ids: readonly number[]): string {
    const letters = ids.map((id) => this.#words[id] ?? '').join('');
    const bytes = Array.from(letters, (letter) => this.#bytes.get(letter) ?? 0x3f);
    return new TextDecoder().decode(Uint8Array.from(bytes)).replace(/\s+/g, ' ').trim();
  }
}

function byteOfLetter(): ReadonlyMap<string, number> {
  const bytes = new Map<string, number>();
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    const isPlain = PLAIN_RANGES.some(([from, to]) => byte >= from && byte <= to);
    bytes.set(String.fromCodePoint(isPlain ? byte : next++), byte);
  }
  return bytes;
}
