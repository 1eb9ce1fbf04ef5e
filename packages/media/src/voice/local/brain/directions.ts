import { quotedStretches } from '../../../core/quoted-text.ts';
import { asSentence } from './words.ts';

const QUOTES = { opening: '"“«', closing: '"”»' };
const SAYING = /\b(?:say|speak|answer|reply|respond|repeat|read(?: out)?)\b/i;
const WORD_FOR_WORD = /\b(?:exactly|verbatim|word for word|only|just|the following)\b/i;
const AFTER_COLON = /:\s*(.+)$/s;
/** The last of these orders comes right before the words that are meant … */
const STRONG_ORDER = /\b(?:exactly|verbatim|following)\b/gi;
/** … else the first of these. */
const WEAK_ORDER = /\b(?:word for word|only|just)\b/i;
const PLAIN_SAY = /^(?:please )?(?:say|announce|read(?: out)?)[:,]?\s+["“]?/i;
const TELL_THAT =
  /^(?:please )?(?:tell|inform|remind|let) (?:the )?(?:user|them|him|her|caller|customer|visitor|guest)s?(?: know)?(?: that)?[:,]?\s+/i;
const ASK_FOR = /^(?:please )?ask (?:the )?(?:user|them|him|her|caller|customer|visitor|guest)s? (?:for )?/i;

/** The text that instructions dictate word for word; null when they leave the words open. */
export function dictatedText(instructions: string): string | null {
  const text = instructions.trim();
  const saying = SAYING.exec(text);
  if (saying !== null && WORD_FOR_WORD.test(text.slice(saying.index + saying[0].length))) {
    const words = firstQuoted(text) ?? AFTER_COLON.exec(text)?.[1] ?? afterOrder(text);
    if (words !== undefined) return asSentence(words);
  }
  const plain = plainlySaid(text);
  if (plain !== undefined && !isAboutSaying(plain)) return asSentence(plain);
  const told = restAfter(TELL_THAT, text);
  if (told !== undefined && !/^(?:about|how|a|an|to|what|when|where|which|who|why|something)\b/i.test(told))
    return asSentence(toSecondPerson(told));
  const asked = restAfter(ASK_FOR, text)?.replace(/(?<![.?!])[.?!]+$/, '');
  if (asked !== undefined) return askFor(toSecondPerson(asked));
  return null;
}

function firstQuoted(text: string): string | undefined {
  return quotedStretches(text, QUOTES)[0];
}

/** What follows the beginning that this expression finds; undefined when it finds none or nothing follows. */
function restAfter(beginning: RegExp, text: string): string | undefined {
  const found = beginning.exec(text);
  const rest = found === null ? '' : text.slice(found.index + found[0].length).trim();
  return rest === '' ? undefined : rest;
}

function afterOrder(text: string): string | undefined {
  const order = [...text.matchAll(STRONG_ORDER)].at(-1) ?? WEAK_ORDER.exec(text);
  const words = order === null ? '' : text.slice(order.index + order[0].length).trim();
  return words === '' ? undefined : words;
}

/** `say "…"`, with or without the quotes, as long as no other quotation follows. */
function plainlySaid(text: string): string | undefined {
  const words = restAfter(PLAIN_SAY, text)?.replace(/["”]$/, '');
  return words === undefined || words === '' || /["”]/.test(words) ? undefined : words;
}

/** Text that the avatar's prompt wants as every answer: `say exactly "…"`. Only quoted words count there. */
export function dictatedByPrompt(prompt: string): string | null {
  const order = /\b(?:say|speak|answer|reply|respond)\b[^"“.]{0,60}?\bexactly\b[^"“«.]{0,40}(?=["“«])/i.exec(prompt);
  const words = order === null ? undefined : firstQuoted(prompt.slice(order.index + order[0].length));
  return words === undefined ? null : asSentence(words);
}

export function asksForGreeting(instructions: string): boolean {
  return /\b(?:greet|greeting|welcome|introduce yourself|say (?:hello|hi)|start the conversation|begin the conversation)\b/i.test(
    instructions,
  );
}

/** Instructions put as a user would put them: "Tell the user a joke" becomes "tell me a joke". */
export function wishOf(instructions: string): string {
  return instructions
    .trim()
    .replace(/^(?:please |now |then )+/i, '')
    .replace(/\b(?:to )?(?:the )?(?:user|caller|customer|visitor|guest)s?\b/gi, ' me ')
    .replace(/^say (?=good ?bye|thank)/i, '')
    .replace(/\s+/g, ' ');
}

function isAboutSaying(text: string): boolean {
  return (
    /^(?:hello|hi|goodbye|thank you|something|anything|nothing|a|an|it|in|to)\b/i.test(text) &&
    firstQuoted(text) === undefined &&
    text.split(/\s+/).length > 2
  );
}

function toSecondPerson(text: string): string {
  return text
    .replace(/\b(?:their|his|her)\b/gi, 'your')
    .replace(/\b(?:they are|he is|she is)\b/gi, 'you are')
    .replace(/\b(?:they|he|she|them|him)\b/gi, 'you');
}

function askFor(asked: string): string {
  const question = /^(?:what|who|where|when|why|how|which|if|whether)\b/i.exec(asked)?.[0].toLowerCase();
  if (question === undefined) return `May I ask for ${asked.replace(/^about\s+/i, '')}?`;
  if (question === 'if' || question === 'whether') return `May I ask ${asked}?`;
  return `May I ask ${asked}?`;
}
