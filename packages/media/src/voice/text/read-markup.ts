import { type MarkupContext, writeInline } from './markdown-inline.ts';
import { type ShownText, ShownTextBuilder } from './shown-text.ts';
import { TagJudge } from './tags.ts';

const FENCE = /^[ \t]{0,40}(`{3,}|~{3,})/;
const HEADING = /^[ \t]{0,3}#{1,6}(?:[ \t]|$)/;
/** A sign before a number stays: `> 5` is no quotation. */
const QUOTE = /^[ \t]{0,3}>(?:[ \t](?![ \t]{0,3}[\d$€£])|$)/;
const BULLET = /^[ \t]{0,40}([-*+])[ \t]{1,10}(?=\S)/;
const TASK = /^\[[ xX]\][ \t]/;
const NUMBERED = /^[ \t]{0,40}\d{1,4}[.)][ \t]/;
const DEFINITION =
  /^[ \t]{0,3}\[([^[\]^][^[\]]{0,99})\]:[ \t]{0,10}<?[^\s<>]{0,1000}[./#:][^\s<>]{0,1000}>?(?:[ \t]{1,10}["'(].{0,300})?$/;
const FOOTNOTE = /^[ \t]{0,3}\[\^[^\s\]]{1,40}\]:[ \t]/;
const TABLE_LINE = /^[\s|:-]+$/;
const MAX_QUOTES = 10;

const PAUSE_AFTER_CELL_MS = 150;
const PAUSE_AFTER_LINE_MS = 330;
/** Code in more lines or longer than this is shown and not read out. */
const SPOKEN_CODE_CHARACTERS = 80;

/**
 * What a reader sees of a text in Markdown, SSML or both: the words and signs as they were written, without the marks. Nothing
 * else is lost. One pass, whatever the text holds.
 */
export function readMarkup(written: string): ShownText {
  const text = written.replace(/\r\n?|[\u2028\u2029\u0085]/g, '\n').replace(/[^\P{Cc}\n\t]/gu, ' ');
  const lines = text.split('\n');
  const builder = new ShownTextBuilder();
  const labels = new Set(lines.flatMap((line) => DEFINITION.exec(line)?.[1]?.toLowerCase() ?? []));
  const reader = new BlockReader(lines, { builder, judge: new TagJudge(text), labels, openElements: [] });
  reader.read();
  return builder.finish();
}

class BlockReader {
  private readonly lines: readonly string[];
  private readonly context: MarkupContext;
  private paragraph: string[] = [];
  private index = 0;

  constructor(lines: readonly string[], context: MarkupContext) {
    this.lines = lines;
    this.context = context;
  }

  read(): void {
    while (this.index < this.lines.length) {
      this.readLine(this.lines[this.index] as string);
      this.index += 1;
    }
    this.endParagraph();
  }

  private readLine(whole: string): void {
    const line = withoutQuotes(whole);
    const fence = fenceOf(line);
    if (line.trim() === '') this.endParagraph();
    else if (fence !== null) this.readCode(fence);
    else if (this.isTable(line)) this.readTable();
    else if (isRule(line) || (this.paragraph.length > 0 && isUnderline(line)) || DEFINITION.test(line))
      this.endParagraph();
    else this.readWords(line);
  }

  private readWords(line: string): void {
    const start = HEADING.exec(line) ?? FOOTNOTE.exec(line) ?? (this.isListed(line) ? BULLET.exec(line) : null);
    if (start === null) {
      if (NUMBERED.test(line)) this.endParagraph();
      this.paragraph.push(line.trim());
      return;
    }
    this.endParagraph();
    const rest = line.slice(start[0].length);
    this.paragraph.push(HEADING.test(line) ? withoutClosingMarks(rest) : rest.replace(TASK, '').trim());
    if (HEADING.test(line)) this.endParagraph();
  }

  /** A plus begins an item of a list only beside another one; alone it is a sign. */
  private isListed(line: string): boolean {
    const mark = BULLET.exec(line)?.[1];
    if (mark !== '+') return mark !== undefined;
    return [this.lines[this.index - 1], this.lines[this.index + 1]].some(
      (other) => other !== undefined && BULLET.exec(other)?.[1] === '+',
    );
  }

  private endParagraph(): void {
    if (this.paragraph.length === 0) return;
    writeInline(this.paragraph.join('\n'), this.context);
    this.paragraph = [];
    this.context.builder.endLine();
    this.context.builder.stop(PAUSE_AFTER_LINE_MS);
  }

  private readCode(fence: string): void {
    this.endParagraph();
    const code: string[] = [];
    for (this.index += 1; this.index < this.lines.length; this.index += 1) {
      const line = withoutQuotes(this.lines[this.index] as string);
      const closing = line.trim();
      if (closing.length >= fence.length && closing === (fence[0] ?? '').repeat(closing.length)) break;
      code.push(line);
    }
    const { builder } = this.context;
    const text = code.join('\n').trim();
    const start = builder.position;
    builder.writeRaw(text);
    const isSpoken = !text.includes('\n') && text.length <= SPOKEN_CODE_CHARACTERS;
    if (!isSpoken) builder.speakOtherwise(start, { kind: 'silent' });
    builder.endLine();
    builder.stop(PAUSE_AFTER_LINE_MS);
  }

  private isTable(line: string): boolean {
    const next = this.lines[this.index + 1];
    return line.includes('|') && next !== undefined && isTableLine(withoutQuotes(next));
  }

  private readTable(): void {
    this.endParagraph();
    for (; this.index < this.lines.length; this.index += 1) {
      const line = withoutQuotes(this.lines[this.index] as string);
      if (!line.includes('|')) break;
      if (!isTableLine(line)) this.readRow(line);
    }
    this.index -= 1;
  }

  private readRow(line: string): void {
    const { builder } = this.context;
    const trimmed = line.trim();
    const inner = trimmed.slice(trimmed.startsWith('|') ? 1 : 0, trimmed.endsWith('|') ? -1 : undefined);
    for (const cell of inner.split(/(?<!\\)\|/)) {
      writeInline(cell.trim(), this.context);
      builder.stop(PAUSE_AFTER_CELL_MS);
      builder.space();
    }
    builder.endLine();
    builder.stop(PAUSE_AFTER_LINE_MS);
  }
}

/** The marks that begin a block of code; a row of backticks that is closed in its line is code within the words. */
function fenceOf(line: string): string | null {
  const found = FENCE.exec(line);
  if (found === null) return null;
  const fence = found[1] as string;
  return fence.startsWith('`') && line.includes('`', found[0].length) ? null : fence;
}

function withoutQuotes(line: string): string {
  let rest = line;
  for (let depth = 0; depth < MAX_QUOTES; depth += 1) {
    const mark = QUOTE.exec(rest);
    if (mark === null) break;
    rest = rest.slice(mark[0].length);
  }
  return rest;
}

/** A line across the page: three or more like marks, and nothing else. */
function isRule(line: string): boolean {
  const marks = line.replace(/\s/g, '');
  const mark = marks[0] ?? '';
  return marks.length >= 3 && '-*_'.includes(mark) && marks === mark.repeat(marks.length);
}

/** What makes a heading of the line above. */
function isUnderline(line: string): boolean {
  const marks = line.trim();
  return marks.length >= 2 && marks === '='.repeat(marks.length);
}

function isTableLine(line: string): boolean {
  return TABLE_LINE.test(line) && line.includes('|') && line.includes('-');
}

/** A heading may be closed by the marks that opened it. */
function withoutClosingMarks(heading: string): string {
  const trimmed = heading.trim();
  let end = trimmed.length;
  while (trimmed[end - 1] === '#') end -= 1;
  return end === 0 || /\s/.test(trimmed[end - 1] ?? '') ? trimmed.slice(0, end).trim() : trimmed;
}
