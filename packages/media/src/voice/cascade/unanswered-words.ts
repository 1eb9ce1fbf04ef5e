const MAX_PIECES = 100;
const MAX_CHARACTERS = 20_000;

/** What the user has said or typed that has had no answer yet; of too much the oldest is forgotten. */
export class UnansweredWords {
  #pieces: string[] = [];

  get pieces(): readonly string[] {
    return this.#pieces;
  }

  add(words: string): void {
    this.#pieces.push(words.slice(0, MAX_CHARACTERS));
    let characters = this.#pieces.reduce((sum, text) => sum + text.length, 0);
    while (characters > MAX_CHARACTERS || this.#pieces.length > MAX_PIECES) {
      characters -= this.#pieces.shift()?.length ?? 0;
    }
  }

  take(): readonly string[] {
    const taken = this.#pieces;
    this.#pieces = [];
    return taken;
  }
}
