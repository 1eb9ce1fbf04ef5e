import { constants, getPriority } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { raiseThreadPriority, resetThreadPriority } from './thread-priority.ts';

describe('thread priority', () => {
  afterEach(() => resetThreadPriority());

  it('runs before ordinary threads where the system allows it, and says whether it does', () => {
    const before = getPriority();
    const isRaised = raiseThreadPriority();
    expect(getPriority()).toBe(isRaised ? constants.priority.PRIORITY_HIGH : before);
  });

  it('goes back to the ordinary', () => {
    raiseThreadPriority();
    resetThreadPriority();
    expect(getPriority()).toBeGreaterThanOrEqual(constants.priority.PRIORITY_NORMAL);
  });
});
