import { LIMITS } from '@visavis/protocol';

/** What a name is made into, like `Copy of Nora`, within what a name may have: a long one is cut at its end. */
export function fittingName(name: string, made: (name: string) => string): string {
  const signs = [...name];
  for (let count = signs.length; count > 0; count -= 1) {
    const text = made(count === signs.length ? name : `${signs.slice(0, count).join('').trimEnd()}…`);
    if (text.length <= LIMITS.characters.name) return text;
  }
  return name;
}
