import { withoutSystemPrefix } from '@visavis/protocol';
import { KNOWN_NAMES } from './built-in-names.ts';

/** One name or two, as people have them; `girl2` is none. */
const PERSONAL_NAME = /^\p{L}[\p{L}'’-]{0,30}(?: \p{L}[\p{L}'’-]{0,30})?$/u;

/** The name by which a built-in figure goes that was asked for so; null: by its own. */
export function nameFor(title: string, asked: string): string | null {
  const name = asName(asked);
  return name === null || name.toLowerCase() === title.toLowerCase() ? null : name;
}

/**
 * A figure as one who goes by that name: whoever asks for `navtalk.Emily` is not told by her that she is somebody else. It stays the figure
 * that it is.
 */
export function calledBy<
  Figure extends { readonly title: string; readonly prompt: string; readonly firstMessage: string },
>(figure: Figure, name: string): Figure {
  const rename = (text: string): string =>
    text
      .split(/(?<![\p{L}\p{N}])(?=\p{L})|(?<=\p{L})(?![\p{L}\p{N}])/u)
      .map((word) => (word === figure.title ? name : word))
      .join('');
  return { ...figure, title: name, prompt: rename(figure.prompt), firstMessage: rename(figure.firstMessage) };
}

/** As it is written where it is known, else with a capital. */
function asName(asked: string): string | null {
  const name = withoutSystemPrefix(asked.trim());
  if (!PERSONAL_NAME.test(name)) return null;
  const known = KNOWN_NAMES.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  return known ?? name.charAt(0).toUpperCase() + name.slice(1);
}
