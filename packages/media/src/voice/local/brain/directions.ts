import { asSentence } from './words.ts';

const QUOTED = /["“«]([^"”»]+)["”»]/;
const WORD_FOR_WORD =
  /\b(?:say|speak|answer|reply|respond|repeat|read(?: out)?)\b.*\b(?:exactly|verbatim|word for word|only|just|the following)\b/i;
const AFTER_COLON = /:\s*(.+)$/s;
const AFTER_ORDER =
  /\b(?:exactly|verbatim|word for word|only|just|following)\b(?!.*\b(?:exactly|verbatim|following)\b)\s*(.+?)$/is;
const PLAIN_SAY = /^(?:please )?(?:say|announce|read(?: out)?)[:,]?\s+["“]?([^"”]+)["”]?\s*$/i;
const TELL_THAT =
  /^(?:please )?(?:tell|inform|remind|let) (?:the )?(?:user|them|him|her|caller|customer|visitor|guest)s?(?: know)?(?: that)?[:,]?\s+(.+)$/i;
const ASK_FOR = /^(?:please )?ask (?:the )?(?:user|them|him|her|caller|customer|visitor|guest)s? (?:for )?(.+)$/i;

/** The text that instructions dictate word for word; null when they leave the words open. */
export function dictatedText(instructions: string): string | null {
  const text = instructions.trim();
  if (WORD_FOR_WORD.test(text)) {
    const words = QUOTED.exec(text)?.[1] ?? AFTER_COLON.exec(text)?.[1] ?? AFTER_ORDER.exec(text)?.[1];
    if (words !== undefined) return asSentence(words);
  }
  const plain = PLAIN_SAY.exec(text)?.[1];
  if (plain !== undefined && !isAboutSaying(plain)) return asSentence(plain);
  const told = TELL_THAT.exec(text)?.[1];
  if (told !== undefined && !/^(?:about|how|a|an|to|what|when|where|which|who|why|something)\b/i.test(told))
    return asSentence(toSecondPerson(told));
  const asked = ASK_FOR.exec(text)?.[1]?.replace(/[.?!]+$/, '');
  if (asked !== undefined) return askFor(toSecondPerson(asked));
  return null;
}

/** Text that the avatar's prompt wants as every answer: `say exactly "…"`. Only quoted words count there. */
export function dictatedByPrompt(prompt: string): string | null {
  const match = /\b(?:say|speak|answer|reply|respond)\b[^"“.]{0,60}?\bexactly\b[^"“.]{0,40}?["“«]([^"”»]+)["”»]/i.exec(
    prompt,
  );
  return match?.[1] === undefined ? null : asSentence(match[1]);
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
    !QUOTED.test(text) &&
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
