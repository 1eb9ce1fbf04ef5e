import { describe, expect, it } from 'vitest';
import { LIMITS } from './limits.ts';
import { fittingTools, toolFault, toolsFault } from './tools.ts';
import { jsonFault, treeFault } from './trees.ts';

function nested(levels: number): unknown {
  return JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`);
}

function tool(parameters: unknown, name = 'book') {
  return { name, description: 'Books.', parameters: parameters as Record<string, unknown> };
}

describe('treeFault', () => {
  it('takes plain values, and trees up to their depth', () => {
    for (const value of ['x', 1, null, undefined, {}, [], nested(3), [[[]]]]) {
      expect(treeFault(value, { depth: 3, values: 100 })).toBeNull();
    }
  });

  it('says how a tree is too deep, too large, or has a key that is too long', () => {
    expect(treeFault(nested(4), { depth: 3, values: 100 })).toBe('is nested more than 3 levels deep');
    expect(treeFault([[[[]]]], { depth: 3, values: 100 })).toBe('is nested more than 3 levels deep');
    expect(treeFault(Array(100).fill(0), { depth: 3, values: 100 })).toBe('holds more than 100 values');
    expect(
      treeFault(Object.fromEntries(Array.from({ length: 100 }, (_, n) => [n, [n]])), { depth: 9, values: 150 }),
    ).toBe('holds more than 150 values');
    expect(treeFault({ a: [{ ['k'.repeat(257)]: 1 }] })).toBe('holds a key of more than 256 characters');
  });

  it('comes to an end on a million levels and on a tree that holds itself', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 1_000_000; level += 1) deep = [deep];
    expect(treeFault(deep)).toBe('is nested more than 64 levels deep');
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    expect(treeFault(loop)).toBe('is nested more than 64 levels deep');
    expect(treeFault([loop, loop, loop])).not.toBeNull();
  });
});

describe('jsonFault', () => {
  it('says of a text what treeFault says of its tree', () => {
    const bounds = { depth: 3, values: 100 };
    for (const value of [
      'x',
      {},
      [[[]]],
      nested(3),
      Array(99).fill(0),
      { 'a[[[[': ']]{{{{,,,' },
      ['\\', '\\"[[[[', '"'],
    ]) {
      expect([value, jsonFault(JSON.stringify(value), bounds)]).toEqual([value, treeFault(value, bounds)]);
    }
    for (const value of [[[[[]]]], nested(4), Array(102).fill(0)]) {
      expect(jsonFault(JSON.stringify(value), bounds)).toBe(treeFault(value, bounds));
    }
  });

  it('takes what is no JSON as it comes', () => {
    for (const text of ['', '"', '"\\', '"\\"', ']]]]}}', '[{"', '\\"[']) expect(jsonFault(text)).toBeNull();
    expect(jsonFault(`${']'.repeat(9)}${'['.repeat(80)}`)).toContain('64 levels');
  });

  it('comes to an end on a megabyte of anything', () => {
    for (const piece of ['x', ']', '"', '\\', '\\"', '"\\\\', '[],']) {
      const text = piece.repeat(Math.floor((1024 * 1024) / piece.length));
      expect(() => [jsonFault(text), jsonFault(`"${text}`)]).not.toThrow();
    }
  });
});

describe('tools', () => {
  it('fit up to each limit', () => {
    expect(toolFault(tool(nested(LIMITS.tree.toolDepth)))).toBeNull();
    expect(toolFault(tool(nested(LIMITS.tree.toolDepth + 1)))).toContain('32 levels');
    expect(toolFault(tool({ x: 'y'.repeat(LIMITS.characters.toolParametersJson) }))).toContain('32768');
    expect(toolFault({ ...tool({}), description: 'x'.repeat(4001) })).toContain('4001 characters, at most 4000');
    expect(toolFault(tool({}, 'n'.repeat(65)))).toContain('name');
  });

  it('say what is wrong with a whole list', () => {
    expect(toolsFault([tool({}), tool({})])).toBeNull();
    expect(toolsFault(Array(129).fill(tool({})))).toBe('are 129, at most 128');
    expect(toolsFault([tool({}), tool(nested(2000), 'deep')])).toContain('deep has parameters of which the tree');
    expect(toolsFault(Array(10).fill(tool({ x: 'y'.repeat(30_000) })))).toContain('their JSON has');
  });

  it('that were stored before there were limits: those that fit are kept, the others counted', () => {
    const stored = [tool({}, 'first'), tool(nested(2000), 'deep'), tool({}, 'last')];
    expect(fittingTools(stored)).toEqual({ tools: [stored[0], stored[2]], leftOut: 1 });
    expect(fittingTools(Array(200).fill(tool({})))).toMatchObject({ leftOut: 72 });
    expect(fittingTools(Array(20).fill(tool({ x: 'y'.repeat(30_000) }))).tools).toHaveLength(8);
  });
});
