/** An unfinished sentence is spoken in part once it is this long. */
const LONGEST_WAIT_CHARACTERS = 300;
const SENTENCE_ENDS = new Set(['.', '!', '?', '…']);
/** They end sentences without a space behind them. */
const FULL_ENDS = new Set(['。', '！', '？', '\n']);

/** Puts the pieces of an answer together to sentences, which can be spoken while the next one is being written. */
export class AnswerPieces {
  #answerId = '';
  #sequence: number | null = null;
  #hasText = false;
  /** The answer of this id is over, and nothing more of it has come. */
  #isFinished = false;
  #rest = '';
  #counted = 0;

  /** Some text waits for the end of its sentence. */
  get isOpen(): boolean {
    return this.#rest.trim() !== '';
  }

  /** Pieces that have added something, of all answers: neither empty ones nor repeated ones. */
  get counted(): number {
    return this.#counted;
  }

  /** What is ready to be spoken; null: nothing yet. A piece that comes a second time counts once. */
  add(piece: { readonly text: string; readonly answerId: string; readonly sequence: number | null }): string | null {
    const before = piece.answerId === this.#answerId ? null : this.#begin(piece.answerId);
    const { sequence } = piece;
    if (sequence !== null && this.#sequence !== null && sequence <= this.#sequence) return before;
    this.#sequence = sequence;
    if (piece.text === '') return before;
    [this.#hasText, this.#isFinished] = [true, false];
    this.#counted += 1;
    this.#rest += piece.text;
    return joined(before, this.#take(endOfSentences(this.#rest)));
  }

  /** What waits for the end of its sentence, which does not come; the answer may go on. Null: nothing. */
  flush(): string | null {
    return this.#take(this.#rest.length);
  }

  /**
   * The answer is over: the rest of it, or the whole where no piece came; nothing when it was over before. Who names no answer
   * means the one that is open.
   */
  finish(whole: { readonly text: string; readonly answerId: string } = { text: '', answerId: '' }): string | null {
    const answerId = whole.answerId === '' && !this.#isFinished ? this.#answerId : whole.answerId;
    const before = answerId === this.#answerId ? null : this.#begin(answerId);
    if (this.#isFinished) return before;
    const rest = this.#hasText ? this.flush() : whole.text.trim();
    if (answerId === '') this.#begin('');
    else this.#isFinished = true;
    return joined(before, rest === '' ? null : rest);
  }

  /** Another answer begins; what is left of the one before. */
  #begin(answerId: string): string | null {
    const rest = this.flush();
    this.#answerId = answerId;
    this.#sequence = null;
    [this.#hasText, this.#isFinished] = [false, false];
    return rest;
  }

  #take(end: number): string | null {
    const taken = this.#rest.slice(0, end).trim();
    this.#rest = this.#rest.slice(end);
    return taken === '' ? null : taken;
  }
}

function joined(first: string | null, second: string | null): string | null {
  return first === null || second === null ? (first ?? second) : `${first} ${second}`;
}

/** Where the last whole sentence ends; of a long one without an end, its last word. */
function endOfSentences(text: string): number {
  let end = 0;
  let word = 0;
  for (let index = 0; index < text.length; index += 1) {
    const sign = text[index] ?? '';
    const next = text[index + 1] ?? '';
    if (FULL_ENDS.has(sign) || (SENTENCE_ENDS.has(sign) && next !== '' && next.trim() === '')) end = index + 1;
    if (sign.trim() === '') word = index;
  }
  return end === 0 && text.length > LONGEST_WAIT_CHARACTERS ? word || text.length : end;
}
