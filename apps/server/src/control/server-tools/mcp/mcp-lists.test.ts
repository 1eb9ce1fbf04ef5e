import { describe, expect, it } from 'vitest';
import { McpLists } from './mcp-lists.ts';

const SAVED = new Date(1000);
const server = (id: string, updatedAt = SAVED) => ({ id, updatedAt });
const tool = (name: string, description = '') => ({ name, description, parameters: {} });

function openLists(maxCharacters = 10_000) {
  const clock = { ms: 0 };
  const lists = new McpLists({ freshMs: 1000, retryMs: 100, maxCharacters, nowMs: () => clock.ms });
  return { lists, clock };
}

describe('lists of tools', () => {
  it('count for a while, and not after their server was changed', () => {
    const { lists, clock } = openLists();
    lists.keep(server('a'), [tool('tides')]);
    expect(lists.fresh(server('a'))).toEqual([tool('tides')]);
    expect(lists.fresh(server('a', new Date(2000)))).toBeNull();
    clock.ms = 1000;
    expect(lists.fresh(server('a'))).toBeNull();
    lists.keep(server('a'), [tool('tides')]);
    lists.forget('a');
    expect(lists.fresh(server('a'))).toBeNull();
  });

  it('that do not come are not asked for again at once: the last one counts meanwhile, or none', () => {
    const { lists, clock } = openLists();
    expect(lists.keepLast(server('dead'))).toEqual([]);
    lists.keep(server('shaken'), [tool('tides')]);
    clock.ms = 1000;
    expect(lists.keepLast(server('shaken'))).toEqual([tool('tides')]);
    expect([lists.fresh(server('shaken')), lists.fresh(server('dead'))]).toEqual([[tool('tides')], null]);
    expect(lists.keepLast(server('dead'))).toEqual([]);
    clock.ms = 1099;
    expect(lists.fresh(server('dead'))).toEqual([]);
    clock.ms = 1100;
    expect([lists.fresh(server('shaken')), lists.fresh(server('dead'))]).toEqual([null, null]);
  });

  it('are forgotten, the oldest first, when they are too many or too long', () => {
    const { lists } = openLists();
    for (const id of ['a', 'b', 'a', 'c']) lists.keep(server(id), [tool('long', 'x'.repeat(4000))]);
    expect(['a', 'b', 'c'].map((id) => lists.fresh(server(id)) !== null)).toEqual([true, false, true]);
    for (let count = 0; count < 1000; count += 1) lists.keep(server(`n${count}`), []);
    expect([lists.fresh(server('c')), lists.fresh(server('n0'))]).toEqual([null, []]);
  });
});
