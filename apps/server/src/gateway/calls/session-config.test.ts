import { describe, expect, it } from 'vitest';
import { pictureSizeFor } from './session-config.ts';

describe('the size of the picture', () => {
  it.each([
    ['nothing', undefined, 512],
    ['a small box', 300, 512],
    ['a box between two sizes', 600, 720],
    ['exactly a size', 720, 720],
    ['a large box', 900, 1024],
    ['more than there is', 4000, 1024],
  ])('for %s is the smallest that fills it', (_what, askedPx, expectedPx) => {
    expect(pictureSizeFor(askedPx, { usualPx: 512, largestPx: 1024 })).toBe(expectedPx);
  });

  it('is never above what the operator allows, nor below what is usual', () => {
    expect(pictureSizeFor(1024, { usualPx: 512, largestPx: 512 })).toBe(512);
    expect(pictureSizeFor(1024, { usualPx: 512, largestPx: 800 })).toBe(720);
    expect(pictureSizeFor(512, { usualPx: 256, largestPx: 1024 })).toBe(512);
    expect(pictureSizeFor(1024, { usualPx: 1080, largestPx: 1080 })).toBe(1080);
  });
});
