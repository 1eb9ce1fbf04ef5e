import { describe, expect, it } from 'vitest';
import { jsonFault } from './json-fault.ts';

const where = (text: string) => {
  const fault = jsonFault(text);
  return fault === null ? null : [fault.kind, fault.line, fault.column];
};

describe('the place of a fault in JSON', () => {
  it.each([
    ['', ['empty', 1, 1]],
    [' \n ', ['empty', 2, 2]],
    ['[{"name": "a",}]', ['key', 1, 15]],
    ['[{"name": "a"} {"name": "b"}]', ['comma', 1, 16]],
    ['[\n  {\n    "name" "a"\n  }\n]', ['colon', 3, 12]],
    ['[{name: "a"}]', ['key', 1, 3]],
    ["[{'name': 1}]", ['key', 1, 3]],
    ['[1, ]', ['value', 1, 5]],
    ['[1, 2', ['comma', 1, 6]],
    ['["a]', ['open-text', 1, 5]],
    ['["a\nb"]', ['character', 1, 4]],
    ['["\\x"]', ['character', 1, 3]],
    ['[01]', ['number', 1, 2]],
    ['[1.]', ['number', 1, 2]],
    ['[] []', ['rest', 1, 4]],
    ['[nul]', ['value', 1, 2]],
    ['[“a”]', ['value', 1, 2]],
  ])('%j', (text, place) => {
    expect(where(text)).toEqual(place);
    expect(() => JSON.parse(text)).toThrow();
  });

  it('is told for brackets without end, and at the end of long texts', () => {
    expect(where('['.repeat(100_000))).toEqual(['too-deep', 1, 65]);
    expect(where(`["${String.raw`\"a`.repeat(100_000)}`)).toEqual(['open-text', 1, 300_003]);
  });

  it('is found where the parser finds one, and nowhere else, in texts with one character changed', () => {
    const text = '[{"a": -1.5e+3, "b\\u00e9": [true, null, "ü\\n"], "c": {}}, [], "x"]';
    const signs = ['"', '\\', ',', ':', '{', '}', '[', ']', '0', '9', '.', 'e', '-', 't', ' ', '\n', '\u0007', 'é', ''];
    for (let at = 0; at <= text.length; at += 1) {
      for (const sign of signs) {
        for (const changed of [
          text.slice(0, at) + sign + text.slice(at + 1),
          text.slice(0, at) + sign + text.slice(at),
        ])
          expect([changed, jsonFault(changed) === null]).toEqual([changed, parses(changed)]);
      }
    }
  });
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
