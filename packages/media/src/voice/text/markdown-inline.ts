import { directionEnd } from '../../core/face-tags.ts';
import { type EmphasisCharacter, type Run, resolveEmphasis, runAt } from './emphasis-runs.ts';
import { linkTarget, looksLikeAddress, trimAddress } from './link-target.ts';
import type { ShownTextBuilder } from './shown-text.ts';
import {
  breakMs,
  characterAt,
  declarationEnd,
  endsLine,
  isSpelled,
  matchAt,
  type Tag,
  type TagJudge,
  tagAt,
} from './tags.ts';

/** What holds for the whole text that a stretch is part of. */
export type MarkupContext = {
  readonly builder: ShownTextBuilder;
  readonly judge: TagJudge;
  /** Labels that the text defines an address for, in small letters. */
  readonly labels: ReadonlySet<string>;
  /** Elements that are open and change how their text is spoken; null: it is spelled. */
  readonly openElements: { readonly name: string; readonly start: number; readonly words: string | null }[];
};

type TextPart = { readonly kind: 'text'; text: string };
type Part =
  | TextPart
  | { readonly kind: 'run'; readonly run: Run }
  | { readonly kind: 'formula'; readonly text: string }
  | { readonly kind: 'tag'; readonly tag: Tag }
  | { readonly kind: 'line-end'; readonly isSoft: boolean };

const ESCAPABLE = '*_~`[]#+-.!>|<$&';
const SPECIAL = /[\\`*_~[\]<&$\n]|https?:\/\//gi;
const FOOTNOTE = /\[\^[^\s\]]{1,40}\]/y;
const ADDRESS = /https?:\/\/[^\s<>]{1,1000}/iy;
const BRACKETED_ADDRESS = /<((?:https?:\/\/|mailto:)[^\s<>]{1,1000}|[\w.+-]{1,64}@[\w.-]{1,100})>/iy;
const REFERENCE = /\]\[([^[\]]{0,100})\]/y;
const FORMULA_MARK = /[\\^_={}+<>]/;
const SINGLE_SYMBOL = /^[A-Za-z]'?(?:\([^()$]{1,20}\))?$/;
const LONGEST_FORMULA = 1000;

/** Writes one paragraph, heading or cell: marks of Markdown and tags are left out, all else stands as it was written. */
export function writeInline(text: string, context: MarkupContext): void {
  for (const part of new InlineReader(text, context).read()) writePart(part, context);
}

/** Finds the marks in one stretch of text. */
class InlineReader {
  private readonly text: string;
  private readonly context: MarkupContext;
  private readonly parts: Part[] = [];
  private readonly runs: Run[] = [];
  private readonly brackets: { readonly part: TextPart; readonly at: number }[] = [];
  /** Offsets of rows of backticks by their length, those behind come first. */
  private readonly ticks = new Map<number, number[]>();
  private position = 0;

  constructor(text: string, context: MarkupContext) {
    this.text = text;
    this.context = context;
    for (const { 0: row, index } of [...text.matchAll(/`+/g)].toReversed()) {
      const places = this.ticks.get(row.length) ?? [];
      places.push(index);
      this.ticks.set(row.length, places);
    }
  }

  read(): readonly Part[] {
    const { text } = this;
    while (this.position < text.length) {
      SPECIAL.lastIndex = this.position;
      const next = SPECIAL.exec(text)?.index ?? text.length;
      if (next > this.position) this.addText(next);
      else this.readMark();
    }
    resolveEmphasis(this.runs, text);
    return this.parts;
  }

  private readMark(): void {
    const mark = this.text[this.position];
    const isRead =
      (mark === '\\' && this.readBackslash()) ||
      (mark === '`' && this.readCode()) ||
      ((mark === '*' || mark === '_' || mark === '~') && this.readRun(mark)) ||
      (mark === '[' && this.readBracket()) ||
      (mark === ']' && this.readLinkEnd()) ||
      (mark === '<' && this.readTag()) ||
      (mark === '&' && this.readCharacter()) ||
      (mark === '$' && this.readFormula()) ||
      (mark === '\n' && this.readLineEnd()) ||
      this.readAddress();
    if (!isRead) this.addText(this.position + 1);
  }

  /** Text up to `end` stands as it was written. */
  private addText(end: number): true {
    this.parts.push({ kind: 'text', text: this.text.slice(this.position, end) });
    this.position = end;
    return true;
  }

  private add(part: Part, end: number): true {
    this.parts.push(part);
    this.position = end;
    return true;
  }

  private readBackslash(): boolean {
    const { text, position } = this;
    const next = text[position + 1] ?? '';
    if (next === '(' || next === '[') return this.readFormulaUntil(position + 2, next === '(' ? '\\)' : '\\]');
    if (next === '\n') {
      this.position += 1;
      return true;
    }
    if (next === '' || !ESCAPABLE.includes(next)) return false;
    return this.add({ kind: 'text', text: next }, position + 2);
  }

  private readCode(): boolean {
    const { text, position } = this;
    let start = position;
    while (text[start] === '`') start += 1;
    const places = this.ticks.get(start - position) ?? [];
    while (places.length > 0 && (places.at(-1) as number) <= position) places.pop();
    const end = places.at(-1);
    if (end === undefined) return this.addText(start);
    return this.add({ kind: 'text', text: text.slice(start, end) }, end + start - position);
  }

  private readRun(character: EmphasisCharacter): boolean {
    const run = runAt(this.text, this.position, character);
    this.runs.push(run);
    return this.add({ kind: 'run', run }, run.end);
  }

  private readBracket(): boolean {
    const { text, position } = this;
    const footnote = matchAt(FOOTNOTE, text, position);
    if (footnote !== null) {
      this.position += footnote[0].length;
      return true;
    }
    const direction = directionEnd(text, position);
    if (direction !== null) {
      this.position = direction;
      return true;
    }
    const part: TextPart = { kind: 'text', text: '[' };
    const last = this.parts.at(-1);
    if (last?.kind === 'text' && last.text.endsWith('!') && text[position - 1] === '!') {
      last.text = last.text.slice(0, -1);
      part.text = '![';
    }
    this.brackets.push({ part, at: position });
    return this.add(part, position + 1);
  }

  private readLinkEnd(): boolean {
    const { text, position } = this;
    const opening = this.brackets.pop();
    if (opening === undefined) return false;
    const target = linkTarget(text, position + 1);
    const before = text[opening.at - 1] ?? ' ';
    if (target !== null && (looksLikeAddress(target.address) || !/[\p{L}\p{N})\]]/u.test(before))) {
      opening.part.text = '';
      this.position = target.end;
      return true;
    }
    const reference = matchAt(REFERENCE, text, position);
    const label = reference?.[1] || text.slice(opening.at + 1, Math.min(position, opening.at + 101));
    if (!this.context.labels.has(label.toLowerCase())) return false;
    opening.part.text = '';
    this.position += reference?.[0].length ?? 1;
    return true;
  }

  private readTag(): boolean {
    const { text, position } = this;
    const { judge } = this.context;
    const address = matchAt(BRACKETED_ADDRESS, text, position);
    if (address !== null) return this.add({ kind: 'text', text: address[1] ?? '' }, position + address[0].length);
    const skipped = judge.commentEnd(text, position) ?? declarationEnd(text, position);
    if (skipped !== null) {
      this.position = skipped;
      return true;
    }
    const tag = tagAt(text, position);
    return tag !== null && judge.isMarkup(tag) && this.add({ kind: 'tag', tag }, tag.end);
  }

  private readCharacter(): boolean {
    const found = characterAt(this.text, this.position);
    return found !== null && this.add({ kind: 'text', text: found.character }, found.end);
  }

  private readFormula(): boolean {
    const { text, position } = this;
    if (text[position + 1] === '$') return this.readFormulaUntil(position + 2, '$$');
    const length = text.slice(position + 1, position + 1 + LONGEST_FORMULA).indexOf('$');
    const content = length < 0 ? '' : text.slice(position + 1, position + 1 + length);
    if (content === '' || /^\s|\s$/.test(content) || /[\p{L}\p{N}]/u.test(text[position + length + 2] ?? ''))
      return false;
    if (!FORMULA_MARK.test(content) && !SINGLE_SYMBOL.test(content)) return false;
    return this.readFormulaUntil(position + 1, '$');
  }

  private readFormulaUntil(start: number, closing: string): boolean {
    const { text, position } = this;
    const length = text.slice(start, start + LONGEST_FORMULA).indexOf(closing);
    if (length < 1) return false;
    const end = start + length + closing.length;
    return this.add({ kind: 'formula', text: text.slice(position, end).replaceAll('\n', ' ') }, end);
  }

  /** A sentence may go on in the next line, which then begins with a small letter. */
  private readLineEnd(): boolean {
    const next = this.text.slice(this.position + 1, this.position + 3);
    return this.add({ kind: 'line-end', isSoft: /^\s?\p{Ll}/u.test(next) }, this.position + 1);
  }

  private readAddress(): boolean {
    const found = matchAt(ADDRESS, this.text, this.position);
    return found !== null && this.addText(trimAddress(this.text, this.position + 8, this.position + found[0].length));
  }
}

function writePart(part: Part, context: MarkupContext): void {
  const { builder } = context;
  switch (part.kind) {
    case 'text':
      builder.write(part.text);
      return;
    case 'run':
      builder.write(part.run.character.repeat(part.run.left));
      return;
    case 'formula': {
      const start = builder.position;
      builder.write(part.text);
      builder.speakOtherwise(start, { kind: 'formula' });
      return;
    }
    case 'line-end':
      if (part.isSoft) builder.space();
      else builder.endLine();
      return;
    case 'tag':
      writeTag(part.tag, context);
  }
}

/** A tag is not shown; it may stop the speech, end a line, or say how the text in it is spoken. */
function writeTag(tag: Tag, { builder, openElements }: MarkupContext): void {
  if (tag.name === 'break') {
    builder.stop(breakMs(tag));
    builder.space();
    return;
  }
  if (endsLine(tag)) builder.endLine();
  const alias = tag.name === 'sub' ? tag.attributes.get('alias') : undefined;
  if (tag.kind === 'opening' && (alias !== undefined || isSpelled(tag))) {
    openElements.push({ name: tag.name, start: builder.position, words: alias ?? null });
    return;
  }
  const open = openElements.at(-1);
  if (tag.kind !== 'closing' || open?.name !== tag.name) return;
  openElements.pop();
  builder.speakOtherwise(open.start, open.words === null ? { kind: 'spell' } : { kind: 'alias', words: open.words });
}
