import { expect, test } from 'vitest';
import { SlidingQuantile } from './sliding-quantile.ts';

test('gives the quantile of the newest values, as sorting them all does', () => {
  const quantiles = new SlidingQuantile(25);
  const values: number[] = [];
  expect(quantiles.quantile(0.1)).toBeNaN();
  for (let count = 0; count < 400; count += 1) {
    // Values come back, and stay the same for a while.
    const value = Math.round(10 * Math.sin(count * 0.7) + (count % 50));
    quantiles.push(count % 3 === 0 ? -100 : value);
    values.push(count % 3 === 0 ? -100 : value);
    const window = values.slice(-25).sort((one, other) => one - other);
    expect(quantiles.length).toBe(window.length);
    for (const share of [0, 0.1, 0.5, 0.96]) {
      expect(quantiles.quantile(share)).toBe(window[Math.floor(share * window.length)]);
    }
  }
  quantiles.clear();
  quantiles.push(7);
  expect([quantiles.length, quantiles.quantile(0.9)]).toEqual([1, 7]);
});
