import { wordsOf } from './words.ts';

const ENDING = new Set(['end', 'close', 'finish', 'stop', 'terminate', 'leave', 'exit', 'quit', 'disconnect']);
const TALKS = new Set([
  'conversation',
  'call',
  'talk',
  'chat',
  'session',
  'interview',
  'dialogue',
  'dialog',
  'meeting',
]);
const MEANS_GOODBYE =
  /\b(?:good ?bye|farewell|hangs? up|hanging up|ends? the (?:call|conversation|talk|chat|session))\b/i;

/** Whether a tool ends the talk, by its name or by what is told of it. */
export function endsTheTalk({
  name,
  description = '',
}: {
  readonly name: string;
  readonly description?: string;
}): boolean {
  const spoken = spokenName(name);
  const words = spoken.split(' ');
  if (/\b(?:hang ?up|good ?bye|farewell)\b/.test(spoken)) return true;
  if (words.some((word) => ENDING.has(word)) && words.some((word) => TALKS.has(word))) return true;
  return words.some((word) => ENDING.has(word)) && MEANS_GOODBYE.test(description);
}

/** The name of a tool as one would say it: lower-case words, one blank between two. */
export function spokenName(name: string): string {
  const spaced = name.replace(/([a-z])([A-Z])/g, '$1 $2').replace(/[_-]+/g, ' ');
  return wordsOf(spaced.replace(/^function call /i, '')).join(' ');
}
