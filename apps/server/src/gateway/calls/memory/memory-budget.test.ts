import { describe, expect, it } from 'vitest';
import { MemoryBudget } from './memory-budget.ts';

const LIMITS = { kinds: { text: 50, picture: 100 }, all: 120 };

describe('a budget of memory', () => {
  it('is drawn from up to the limit of each kind, and of all kinds', () => {
    const budget = new MemoryBudget(1000);
    const share = budget.open(LIMITS, () => {});
    expect(share.take('text', 50)).toBe(true);
    expect(share.take('text', 1)).toBe(false);
    expect(share.take('picture', 71)).toBe(false);
    expect(share.take('picture', 70)).toBe(true);
    expect(budget.stats()).toMatchObject({ heldBytes: 120, mostHeldBytes: 120, shares: 1, refusals: 2, evictions: 0 });
    share.give('text', 50);
    expect([share.held('text'), share.heldBytes, share.mostHeldBytes]).toEqual([0, 70, 120]);
    expect(share.hold('picture', 10)).toBe(true);
    expect(share.hold('text', 40)).toBe(true);
    expect(budget.stats().heldBytes).toBe(50);
  });

  it('gets back everything when a share closes, and nothing twice', () => {
    const budget = new MemoryBudget(1000);
    const share = budget.open(LIMITS, () => {});
    share.take('text', 20);
    share.give('text', 500);
    share.take('text', 30);
    share.close();
    share.close();
    share.give('text', 30);
    expect(share.take('text', 1)).toBe(false);
    expect(budget.stats()).toMatchObject({ heldBytes: 0, shares: 0 });
  });

  it('when it is spent, is taken from whoever holds most, so that a small neighbour is served', () => {
    const budget = new MemoryBudget(200);
    const lost: string[] = [];
    const share = (name: string) => budget.open(LIMITS, () => lost.push(name));
    const [greedy, other, small] = [share('greedy'), share('other'), share('small')];
    greedy.take('picture', 100);
    other.take('picture', 90);
    expect(small.take('text', 30)).toBe(true);
    expect(lost).toEqual(['greedy']);
    expect(greedy.take('text', 1)).toBe(false);
    expect(budget.stats()).toMatchObject({ heldBytes: 120, shares: 2, evictions: 1 });
  });

  it('when it is spent, refuses whoever would hold most himself', () => {
    const budget = new MemoryBudget(150);
    const lost: string[] = [];
    const share = (name: string) => budget.open(LIMITS, () => lost.push(name));
    const [first, second] = [share('first'), share('second')];
    first.take('picture', 80);
    expect(second.take('picture', 90)).toBe(false);
    expect(lost).toEqual([]);
    expect(second.take('text', 50)).toBe(true);
  });
});
