const OPENING = '<think>';
const CLOSING = '</think>';

/** Leaves out what models write between `<think>` and `</think>` before they answer, from a text that comes in parts. */
export class WithoutReasoning {
  #held = '';
  #isReasoning = false;

  /** What of the text so far may be spoken and has not been given before. */
  take(part: string): string {
    this.#held += part;
    let given = '';
    for (;;) {
      const mark = this.#isReasoning ? CLOSING : OPENING;
      const at = this.#held.indexOf(mark);
      if (at < 0) break;
      if (!this.#isReasoning) given += this.#held.slice(0, at);
      this.#held = this.#held.slice(at + mark.length);
      this.#isReasoning = !this.#isReasoning;
    }
    const kept = beginningOf(this.#isReasoning ? CLOSING : OPENING, this.#held);
    if (!this.#isReasoning) given += this.#held.slice(0, this.#held.length - kept);
    this.#held = this.#held.slice(this.#held.length - kept);
    return given;
  }

  /** What was held back, since a mark might have begun with it. */
  end(): string {
    const rest = this.#isReasoning ? '' : this.#held;
    this.#held = '';
    return rest;
  }
}

/** How many characters at the end of `text` may be the beginning of `mark`. */
function beginningOf(mark: string, text: string): number {
  for (let length = Math.min(mark.length - 1, text.length); length > 0; length -= 1) {
    if (text.endsWith(mark.slice(0, length))) return length;
  }
  return 0;
}
