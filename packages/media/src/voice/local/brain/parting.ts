import { endsTheTalk, spokenName } from './ending-tools.ts';
import { shownName } from './prompt-facts.ts';
import { sayGoodbye } from './small-talk.ts';
import type { Thought } from './thought.ts';
import { argumentsFor, type ToolChoice } from './tool-calls.ts';
import { wordsOf } from './words.ts';

/** Who says more says more than goodbye. */
const MOST_CHARACTERS = 160;

/** What goodbyes are made of; each is looked for at one place, up to the end of a word. */
const GOODBYE =
  /(?:(?:i'll |i will |we'll |we will )?(?:see you|talk to you) (?:later|soon|tomorrow|then|around|again)|good ?bye|bye|farewell|auf wiedersehen|tschüss|au revoir|adiós|arrivederci|(?:那么?|我们|明天|下次|以后)?(?:再见|再見|再会|再會|拜拜)[了吧啦]?)(?= |$)/y;
const LEAVING =
  /(?:i think )?(?:(?:i|we) (?:have to|must|need to|want to|would like to)|i'd like to|i've got to|i gotta|let's|let us) (?:go|leave)(?= |$)/y;
const ENDING =
  /(?:(?:can|could|would|will) you (?:please )?|(?:i want|i'd like|i would like) you to |you (?:can|may) |(?:i|we) (?:have to|must|need to|want to|would like to) |i'd like to |i've got to |let's |let us )?(?:hang up(?: the (?:phone|call))?|(?:end|close|finish|stop|terminate|leave|exit|quit) (?:the |this |our )?(?:call|conversation|talk|chat|session|interview|dialogue|meeting))(?= |$)/y;
const COURTESY =
  /(?:please|thank you(?: very much| so much)?|thanks(?: a lot| so much)?|no thanks|no thank you|for (?:your|the|all your) (?:help|time)|ok|okay|all right|alright|well|oh|so|and|um|uh|hey|yes|yeah|great|sorry|now|then|today|for now|for today|everyone|everybody|sir|madam|my friend|take care|that's all|that is all|(?:it was )?nice (?:talking|to talk) (?:to|with) you|have a (?:nice|good|great|lovely) (?:day|evening|night|weekend|time)|good night|好的?|谢谢[你您]?|嗯)(?= |$)/y;
const ASKED_POLITELY = /(?:^| )(?:can|could|would|will) you /;
const DENYING: ReadonlySet<string> = new Set(['not', 'no', 'never', 'without', 'before', 'after', 'until']);

/**
 * The call of the tool that ends the talk, with a goodbye, where the user says one. It is the one tool that is called by what it means:
 * nobody who says goodbye names a tool. Since it cannot be taken back, the goodbye must be all that is said.
 */
export function partWith(thought: Thought): (ToolChoice & { readonly words: string }) | null {
  const tool = thought.config.tools.find(endsTheTalk);
  if (tool === undefined || !isParting(thought, spokenName(tool.name))) return null;
  const argumentsJson = JSON.stringify(argumentsFor(tool, thought.words));
  return { name: tool.name, argumentsJson, words: sayGoodbye(thought) };
}

/**
 * Goodbyes, wishes to leave, orders to end the talk or the tool's own name, with courtesies around them and nothing else: no question, no
 * "don't". The one exception is a word that was misheard on the way from one of them to a goodbye ("I want to leave melt goodbye").
 */
function isParting({ words, config }: Thought, toolName: string): boolean {
  if (words.length > MOST_CHARACTERS) return false;
  const ownNames = new Set(wordsOf(shownName(config)));
  const spoken = wordsOf(words).filter((word) => !ownNames.has(word));
  const text = spoken.join(' ');
  if (/[?？]/.test(words) && !ASKED_POLITELY.test(text)) return false;
  let [isMeant, isMisheard] = [false, false];
  for (let at = 0; at < text.length; ) {
    const parting = endOfParting(toolName, text, at);
    isMeant ||= parting !== null;
    let end = parting ?? endOf(COURTESY, text, at);
    if (end === null && isMeant && !isMisheard) {
      end = endOfMisheard(text, at);
      isMisheard = true;
    }
    if (end === null) return false;
    at = end + 1;
  }
  return isMeant;
}

function endOf(pattern: RegExp, text: string, at: number): number | null {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : null;
}

function endOfParting(toolName: string, text: string, at: number): number | null {
  const end = endOf(GOODBYE, text, at) ?? endOf(LEAVING, text, at) ?? endOf(ENDING, text, at);
  return end ?? endOfName(toolName, text, at);
}

function endOfName(name: string, text: string, at: number): number | null {
  const end = at + name.length;
  const isThere = name !== '' && text.startsWith(name, at) && (end === text.length || text[end] === ' ');
  return isThere ? end : null;
}

/** Of one word that denies nothing and has a goodbye right behind it. */
function endOfMisheard(text: string, at: number): number | null {
  const end = text.indexOf(' ', at);
  if (end < 0) return null;
  const word = text.slice(at, end);
  if (DENYING.has(word) || word.endsWith("n't")) return null;
  return endOf(GOODBYE, text, end + 1) === null ? null : end;
}
