import type { ToolDefinition } from '../../../core/voice-port.ts';
import type { Thought } from './thought.ts';
import { contentStems, isContentWord, stemOf, wordsOf } from './words.ts';

/** Verbs that begin tool names and say nothing of what the tool is about. */
const GENERIC = new Set(
  ['get', 'set', 'fetch', 'call', 'function', 'tool', 'user', 'data', 'info', 'information', 'current', 'given'].map(
    stemOf,
  ),
);

/**
 * What is said where the user's words ask for a declared tool; null: they ask for none. Rules that look for words in common fire
 * nothing on somebody's page or server.
 */
export function declineTool(thought: Thought): string | null {
  const spoken = new Set(wordsOf(thought.words).map(stemOf));
  if (!thought.config.tools.some((tool) => isAskedFor(tool, spoken))) return null;
  return thought.pick([
    'That takes a tool, and I am a demonstration without a language model, so I call none. Whoever runs this server can connect a model: the page on voice providers says how.',
    'I cannot do that: this demonstration has no language model, and calls no tools. It gets one when the server is started with a model of this machine or with the key of a service.',
  ]);
}

/** The words name the tool, or share at least two meaningful words, and half of theirs, with its description. */
function isAskedFor(tool: ToolDefinition, spoken: ReadonlySet<string>): boolean {
  const nameStems = wordsOf(tool.name.replace(/([a-z])([A-Z])/g, '$1 $2').replace(/[_-]+/g, ' '))
    .map(stemOf)
    .filter((stem) => !GENERIC.has(stem) && isContentWord(stem));
  if (nameStems.length > 0 && nameStems.every((stem) => spoken.has(stem))) return true;
  const described = contentStems(tool.description).filter((stem) => !GENERIC.has(stem) && spoken.has(stem)).length;
  const meaningful = [...spoken].filter((stem) => isContentWord(stem)).length;
  return described >= 2 && described / Math.max(1, meaningful) >= 0.5;
}
