import { LIMITS } from '@visavis/protocol';

/** What is wrong at a place of a text that should be JSON. */
type JsonFaultKind =
  /** Nothing but blanks. */
  | 'empty'
  /** A value should stand here. */
  | 'value'
  /** A key in double quotation marks should stand here. */
  | 'key'
  | 'colon'
  /** A comma, or the end of the list or object. */
  | 'comma'
  /** The text ends within quotation marks. */
  | 'open-text'
  /** A line break or another control character within quotation marks, or a backslash before what it cannot stand before. */
  | 'character'
  | 'number'
  /** Something follows the end. */
  | 'rest'
  | 'too-deep';

/** Line and column count from 1, in UTF-16 units; `index` from 0. */
export type JsonFault = {
  readonly kind: JsonFaultKind;
  readonly index: number;
  readonly line: number;
  readonly column: number;
};

/** Where a text first stops being JSON, and what would have to stand there; null when it is JSON. Browsers each say it in words of their own, or not at all. */
export function jsonFault(text: string): JsonFault | null {
  const found = new Reader(text).read();
  return found === null ? null : { ...found, ...placeOf(text, found.index) };
}

/** The line and column of an index. */
function placeOf(text: string, index: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, index);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: index - lineStart + 1 };
}

type Found = { readonly kind: JsonFaultKind; readonly index: number };

const BLANK = /[ \t\n\r]*/y;
const WORD = /(?:true|false|null)(?![A-Za-z0-9_$])/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+])/y;
const PLAIN = /[^"\\\p{Cc}]+|[\u007F-\u009F]+/uy;
const ESCAPE = /\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})/y;

/** Reads without recursion: a text of brackets alone must not overflow the stack. */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Found | null {
    this.#skip(BLANK);
    if (this.#at === this.#text.length) return this.#fault('empty');
    /** The brackets that are open, by what closes them. */
    const open: ('}' | ']')[] = [];
    for (;;) {
      const opened = this.#openOrRead(open);
      if (opened !== null && opened !== 'opened') return opened;
      if (opened === 'opened') continue;
      const ended = this.#closeOrGoOn(open);
      if (ended === 'next') continue;
      return ended;
    }
  }

  /** At the beginning of a value: opens a list or object that is not empty, or reads the whole value. */
  #openOrRead(open: ('}' | ']')[]): Found | 'opened' | null {
    const bracket = this.#text[this.#at];
    if (bracket !== '{' && bracket !== '[') return this.#readPlain();
    if (open.length >= LIMITS.tree.depth) return this.#fault('too-deep');
    const close = bracket === '{' ? '}' : ']';
    this.#at += 1;
    this.#skip(BLANK);
    if (this.#text[this.#at] === close) {
      this.#at += 1;
      return null;
    }
    open.push(close);
    return close === '}' ? (this.#readKey() ?? 'opened') : 'opened';
  }

  /** Behind a value: closes what ends here, then finds the next value, the end, or what is wrong. */
  #closeOrGoOn(open: ('}' | ']')[]): Found | 'next' | null {
    for (;;) {
      this.#skip(BLANK);
      const close = open.at(-1);
      const sign = this.#text[this.#at];
      if (close === undefined) return sign === undefined ? null : this.#fault('rest');
      if (sign === close) {
        open.pop();
        this.#at += 1;
        continue;
      }
      if (sign !== ',') return this.#fault('comma');
      this.#at += 1;
      this.#skip(BLANK);
      return (close === '}' ? this.#readKey() : null) ?? 'next';
    }
  }

  /** A key with its colon, up to where its value begins. */
  #readKey(): Found | null {
    if (this.#text[this.#at] !== '"') return this.#fault('key');
    const fault = this.#readText();
    if (fault !== null) return fault;
    this.#skip(BLANK);
    if (this.#text[this.#at] !== ':') return this.#fault('colon');
    this.#at += 1;
    this.#skip(BLANK);
    return null;
  }

  #readPlain(): Found | null {
    const sign = this.#text[this.#at] ?? '';
    if (sign === '"') return this.#readText();
    if (this.#skip(WORD) || this.#skip(NUMBER)) return null;
    return this.#fault(/[-+.\d]/.test(sign) ? 'number' : 'value');
  }

  #readText(): Found | null {
    this.#at += 1;
    while (this.#skip(PLAIN) || this.#skip(ESCAPE));
    if (this.#text[this.#at] === '"') {
      this.#at += 1;
      return null;
    }
    return this.#fault(this.#at >= this.#text.length ? 'open-text' : 'character');
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const length = pattern.exec(this.#text)?.[0].length ?? 0;
    this.#at += length;
    return length > 0;
  }

  #fault(kind: JsonFaultKind): Found {
    return { kind, index: this.#at };
  }
}
