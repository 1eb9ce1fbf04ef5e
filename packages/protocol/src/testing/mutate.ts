/** Deterministic random numbers from 0 up to 1 (mulberry32 by Tommy Ettinger, public domain). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const REPLACEMENTS = [
  'null',
  '[]',
  '{}',
  '0',
  '-1e308',
  'true',
  '""',
  '"\\u0000"',
  '{"__proto__":{"x":1}}',
  '[[[[]]]]',
];

/** Damages JSON text: bytes cut, doubled or changed, or a value replaced by one of another type. */
export function mutateText(text: string, random: () => number): string {
  const at = Math.floor(random() * text.length);
  const length = 1 + Math.floor(random() * 12);
  const replacement = REPLACEMENTS[Math.floor(random() * REPLACEMENTS.length)] ?? 'null';
  switch (Math.floor(random() * 6)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + text.slice(at + length);
    case 2:
      return text.slice(0, at) + text.slice(at, at + length).repeat(3) + text.slice(at + length);
    case 3:
      return text.slice(0, at) + String.fromCharCode(Math.floor(random() * 0xffff)) + text.slice(at + 1);
    default:
      return replaceValue(text, random, replacement);
  }
}

function replaceValue(text: string, random: () => number, replacement: string): string {
  const values = [...text.matchAll(/:("(?:[^"\\]|\\.)*"|[\d.]+|true|null)/g)];
  const chosen = values[Math.floor(random() * values.length)];
  if (chosen?.[1] === undefined) return text;
  const start = chosen.index + 1;
  return text.slice(0, start) + replacement + text.slice(start + chosen[1].length);
}
