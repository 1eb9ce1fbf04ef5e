import { expect, it } from 'vitest';
import { makingPlaces } from './machine-places.ts';

it('makes as many avatars at once as cores and memory bear, and at least one', () => {
  const GB = 1e9;
  expect(makingPlaces({ cores: 1, memoryBytes: 0.5 * GB })).toBe(1);
  expect(makingPlaces({ cores: 16, memoryBytes: 64 * GB })).toBe(8);
  expect(makingPlaces({ cores: 16, memoryBytes: 4 * GB })).toBe(2);
});
