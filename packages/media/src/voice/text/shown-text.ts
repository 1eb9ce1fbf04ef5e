/** A stretch of a shown text that is not spoken as it stands. Offsets count UTF-16 units of the shown text. */
export type SpokenOtherwise = {
  readonly start: number;
  readonly end: number;
  /** `silent`: not spoken. `alias`: these words are spoken. `spell`: character by character. `formula`: as mathematics. */
  readonly as: { readonly kind: 'silent' | 'spell' | 'formula' } | { readonly kind: 'alias'; readonly words: string };
};

/** A place in the shown text where speech stops for this long, at the least. */
export type Stop = { readonly at: number; readonly pauseMs: number };

/** What the reader of a caption sees of a text, and what of it is spoken in another way. */
export type ShownText = {
  readonly text: string;
  readonly otherwise: readonly SpokenOtherwise[];
  readonly stops: readonly Stop[];
};

/** Collects a shown text. Blanks become one space, ends of lines one line break; both are left out at the ends. */
export class ShownTextBuilder {
  #text = '';
  #gap: '' | ' ' | '\n' = '';
  readonly #otherwise: SpokenOtherwise[] = [];
  readonly #stops: Stop[] = [];

  write(text: string): void {
    for (const part of text.match(/\s+|\S+/g) ?? []) {
      if (/^\s/.test(part)) this.#widenGap(part.includes('\n') ? '\n' : ' ');
      else this.#append(part);
    }
  }

  /** As it stands, blanks and line breaks too. */
  writeRaw(text: string): void {
    if (text !== '') this.#append(text);
  }

  endLine(): void {
    this.stop(0);
    this.#widenGap('\n');
  }

  /** Writes a space that nobody sees twice. */
  space(): void {
    this.#widenGap(' ');
  }

  stop(pauseMs: number): void {
    if (this.#text !== '') this.#stops.push({ at: this.#text.length, pauseMs });
  }

  /** Where what is written next will stand; what is still to be closed by `speakOtherwise`. */
  get position(): number {
    return this.#text.length + (this.#text === '' ? 0 : this.#gap.length);
  }

  /** What was written since `start` is spoken in another way. Stretches lie one behind the other; an inner one is given up. */
  speakOtherwise(start: number, as: SpokenOtherwise['as']): void {
    const end = this.#text.length;
    if (end <= start) return;
    while ((this.#otherwise.at(-1)?.start ?? -1) >= start) this.#otherwise.pop();
    if ((this.#otherwise.at(-1)?.end ?? 0) <= start) this.#otherwise.push({ start, end, as });
  }

  finish(): ShownText {
    return { text: this.#text, otherwise: this.#otherwise, stops: this.#stops };
  }

  #append(part: string): void {
    if (this.#text !== '') this.#text += this.#gap;
    this.#gap = '';
    this.#text += part;
  }

  #widenGap(gap: ' ' | '\n'): void {
    if (this.#gap !== '\n') this.#gap = gap;
  }
}
