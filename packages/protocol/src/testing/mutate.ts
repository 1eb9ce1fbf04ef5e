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
  `${'['.repeat(3000)}${']'.repeat(3000)}`,
  `${'{"properties":'.repeat(500)}{}${'}'.repeat(500)}`,
  `[${'0,'.repeat(5000)}0]`,
  `"${'x'.repeat(70_000)}"`,
  `"${'(['.repeat(500)}"`,
  '"\\ud800 \\u202e"',
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

/** Damages bytes: some changed, cut off, doubled, or filled with one value. */
export function mutateBytes(bytes: Uint8Array, random: () => number): Uint8Array {
  const at = Math.floor(random() * bytes.length);
  const length = 1 + Math.floor(random() * 8);
  const changed = Uint8Array.from(bytes);
  switch (Math.floor(random() * 6)) {
    case 0:
      return changed.slice(0, at);
    case 1:
      return Uint8Array.from([...changed.slice(0, at), ...changed.slice(at + length)]);
    case 2:
      return Uint8Array.from([...changed.slice(0, at), ...changed.slice(at, at + 64), ...changed.slice(at)]);
    case 3:
      return changed.fill(random() < 0.5 ? 0xff : 0, at, at + length);
    default:
      for (let count = 0; count < length; count += 1) {
        changed[Math.floor(random() * changed.length)] = Math.floor(random() * 256);
      }
      return changed;
  }
}
