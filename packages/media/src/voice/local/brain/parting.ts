import { endsTheTalk } from './ending-tools.ts';
import { sayGoodbye } from './small-talk.ts';
import type { Thought } from './thought.ts';
import { argumentsFor, chooseTool, type ToolChoice } from './tool-calls.ts';

const GOODBYE =
  /\b(?:good ?bye|bye|see you (?:later|soon|tomorrow|then|around)|farewell|talk to you later|auf wiedersehen|tschüss|au revoir|adiós|arrivederci)(?![\p{L}\p{N}])|再见|再會/iu;
/** A wish to leave, where it is all that is said: other words may come with it, but not many. */
const LEAVING =
  /\b(?:i (?:have to|must|need to|want to|would like to) (?:go|leave|hang up)(?: now)?\W*$|hang up|end (?:the|this) (?:call|conversation|talk|chat|session))\b/i;

/**
 * The call of the tool that ends the talk, with a goodbye, where the user says one. It is the one tool that is called by what it means:
 * nobody who says goodbye names a tool.
 */
export function partWith(thought: Thought): (ToolChoice & { readonly words: string }) | null {
  const tool = thought.config.tools.find(endsTheTalk);
  if (tool === undefined) return null;
  const isMeant = GOODBYE.test(thought.words) || LEAVING.test(thought.words) || chooseTool(thought)?.name === tool.name;
  if (!isMeant) return null;
  const argumentsJson = JSON.stringify(argumentsFor(tool, thought.words));
  return { name: tool.name, argumentsJson, words: sayGoodbye(thought) };
}
