import { quotedStretches } from '../../../core/quoted-text.ts';
import type { ToolDefinition } from '../../../core/voice-port.ts';
import { endsTheTalk } from './ending-tools.ts';
import type { ToolOutcome } from './memory.ts';
import type { Thought } from './thought.ts';
import { asSentence, contentStems, isContentWord, stemOf, wordsOf } from './words.ts';

export type ToolChoice = { readonly name: string; readonly argumentsJson: string };

const QUOTES = { opening: '"“\'‘', closing: '"”\'’' };

type Schema = Readonly<Record<string, unknown>>;

/** Verbs that begin tool names and say nothing of what the tool is about. */
const GENERIC = new Set(
  ['get', 'set', 'fetch', 'call', 'function', 'tool', 'user', 'data', 'info', 'information', 'current', 'given'].map(
    stemOf,
  ),
);

/**
 * The declared tool that the user's words ask for, with arguments taken from them; null when none is meant. One that ends the talk is
 * called by what is meant alone (`parting.ts`): words that only touch on it must not hang up.
 */
export function chooseTool(thought: Thought): ToolChoice | null {
  const spoken = new Set(wordsOf(thought.words).map(stemOf));
  const scored = thought.config.tools
    .filter((tool) => !endsTheTalk(tool))
    .map((tool) => ({ tool, score: scoreOf(tool, spoken) }))
    .filter(({ score }) => score >= 1)
    .toSorted((left, right) => right.score - left.score);
  const tool = scored[0]?.tool;
  if (tool === undefined) return null;
  return { name: tool.name, argumentsJson: JSON.stringify(argumentsFor(tool, thought.words)) };
}

/** 1 or more: the words name the tool or share at least two meaningful words, and half of theirs, with its description. */
function scoreOf(tool: ToolDefinition, spoken: ReadonlySet<string>): number {
  const nameStems = wordsOf(tool.name.replace(/([a-z])([A-Z])/g, '$1 $2').replace(/[_-]+/g, ' '))
    .map(stemOf)
    .filter((stem) => !GENERIC.has(stem) && isContentWord(stem));
  const named = nameStems.filter((stem) => spoken.has(stem)).length;
  const described = contentStems(tool.description).filter((stem) => !GENERIC.has(stem) && spoken.has(stem)).length;
  const namedShare = nameStems.length === 0 ? 0 : named / nameStems.length;
  if (namedShare === 1) return 1 + described / 10;
  const meaningful = [...spoken].filter((stem) => isContentWord(stem)).length;
  const isDescribed = described >= 2 && described / Math.max(1, meaningful) >= 0.5;
  return isDescribed ? 1 + namedShare + described / 10 : namedShare;
}

/** Values for a tool's parameters, found in the user's words: choices, quoted text, numbers, then the rest. */
export function argumentsFor(tool: ToolDefinition, words: string): Record<string, unknown> {
  const properties = asSchema(tool.parameters.properties);
  const required = asList(tool.parameters.required);
  const toolStems = new Set([...contentStems(tool.name.replace(/[_-]+/g, ' ')), ...contentStems(tool.description)]);
  const quoted = quotedStretches(words, QUOTES, 2);
  const numbers = numbersIn(words);
  const filled: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(properties)) {
    const found = valueFor(asSchema(value), { words, quoted, numbers, toolStems, isRequired: required.includes(name) });
    if (found !== undefined) filled[name] = found;
  }
  return filled;
}

type Sources = {
  readonly words: string;
  readonly quoted: string[];
  readonly numbers: number[];
  readonly toolStems: ReadonlySet<string>;
  readonly isRequired: boolean;
};

function valueFor(schema: Schema, sources: Sources): unknown {
  const choices = asList(schema.enum);
  if (choices.length > 0) {
    const spoken = ` ${wordsOf(sources.words).join(' ')} `;
    const named = choices.find((choice) =>
      spoken.includes(` ${wordsOf(String(choice).replace(/[_-]+/g, ' ')).join(' ')} `),
    );
    return named ?? (sources.isRequired ? choices[0] : undefined);
  }
  if (schema.type === 'number' || schema.type === 'integer') {
    const value = sources.numbers.shift();
    return value === undefined ? undefined : schema.type === 'integer' ? Math.round(value) : value;
  }
  if (schema.type === 'boolean') return !/\b(?:off|no|not|don't|disable|without|false)\b/i.test(sources.words);
  if (schema.type !== 'string') return undefined;
  return sources.quoted.shift() ?? (sources.isRequired ? restOf(sources) : afterPreposition(sources.words));
}

const PREPOSITION = /\b(?:in|for|to|at|about|of|on|from|called|named)\s+(?:the )?/gi;
const LAST_WORDS = new Set(['please', 'now', 'today', 'tomorrow']);

/** What follows the last "in", "for", "to" … up to the end of the sentence, without a "please" or "now" there. */
function afterPreposition(words: string): string | undefined {
  const spoken = words
    .trim()
    .replace(/(?<![.?!])[.?!]+$/, '')
    .split(/\s+/);
  const last = spoken.findLastIndex((word) => !LAST_WORDS.has(word.toLowerCase()));
  const text = spoken.slice(0, last + 1).join(' ');
  for (const preposition of [...text.matchAll(PREPOSITION)].toReversed()) {
    const rest = text.slice(preposition.index + preposition[0].length);
    if (rest !== '') return /[,.?!]/.test(rest) ? undefined : rest;
  }
  return undefined;
}

function restOf(sources: Sources): string {
  const after = afterPreposition(sources.words);
  if (after !== undefined) return after;
  const rest = wordsOf(sources.words).filter((word) => isContentWord(word) && !sources.toolStems.has(stemOf(word)));
  return rest.length > 0 ? rest.join(' ') : sources.words;
}

const NUMBER_WORDS =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty'.split(
    ' ',
  );
const TENS = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];

/** Numbers in figures, and in words up to ninety-nine. */
function numbersIn(text: string): number[] {
  const numbers: number[] = [];
  let tens: number | null = null;
  for (const word of text.toLowerCase().match(/-?\d+(?:[.,]\d+)?|[a-z]+/g) ?? []) {
    if (/\d/.test(word)) numbers.push(Number(word.replace(',', '.')));
    const unit = NUMBER_WORDS.indexOf(word);
    const ten = TENS.indexOf(word);
    if (tens !== null && unit > 0 && unit < 10) numbers[numbers.length - 1] = tens + unit;
    else if (ten > 1) numbers.push(ten * 10);
    else if (unit >= 0) numbers.push(unit);
    tens = ten > 1 ? ten * 10 : null;
  }
  return numbers;
}

const MAX_TOLD_VALUES = 3;
/** Of the program that was called, not of the world. */
const BOOKKEEPING = /^(?:ok|success|status|id|action)$/i;
const TELLING_KEYS = ['message', 'text', 'answer', 'summary', 'result', 'description', 'content'];

/**
 * Says what a tool gave back. Empty where there is nothing to say: no result came, as from most published clients, which show by
 * themselves what they do; or the call of the tool was a goodbye, which was said along with it.
 */
export function phraseOutcome(outcome: ToolOutcome): string {
  const isGoodbye = endsTheTalk(outcome);
  const value = parseOutput(outcome.output);
  if (value === null || value === '' || value === true) return isGoodbye ? '' : 'That is done.';
  if (typeof value !== 'object' && isGoodbye) return '';
  if (typeof value !== 'object')
    return asSentence(`The answer is ${String(value)}`.replace(/^The answer is (?=.*\s.*\s)/, ''));
  const record: Schema = Array.isArray(value) ? { results: value } : (value as Schema);
  const failure = record.error;
  if (typeof failure === 'string') return asSentence(`That did not work: ${failure}`);
  if (isGoodbye || record.status === 'no result was returned') return '';
  const told = TELLING_KEYS.map((key) => record[key]).find((text) => typeof text === 'string' && text !== '');
  if (told !== undefined) return asSentence(String(told));
  const facts = Object.entries(record)
    .filter(([key]) => !BOOKKEEPING.test(key))
    .map(([key, entry]) => phraseValue(key, entry))
    .filter((fact) => fact !== '')
    .slice(0, MAX_TOLD_VALUES);
  if (facts.length > 0) return asSentence(`Here is what I found: ${facts.join(', ')}`);
  return record.success === false || record.ok === false ? 'I am afraid that did not work.' : 'That is done.';
}

function phraseValue(key: string, value: unknown): string {
  const label = key
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .toLowerCase();
  if (typeof value === 'string' || typeof value === 'number') return `${label} is ${value}`;
  if (typeof value === 'boolean') return `${label}: ${value ? 'yes' : 'no'}`;
  if (Array.isArray(value)) {
    const simple = value
      .filter((entry) => typeof entry === 'string' || typeof entry === 'number')
      .slice(0, MAX_TOLD_VALUES);
    return simple.length > 0 ? simple.join(', ') : `${value.length} ${label}`;
  }
  return '';
}

function parseOutput(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    return output.trim();
  }
}

function asSchema(value: unknown): Schema {
  return typeof value === 'object' && value !== null ? (value as Schema) : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
