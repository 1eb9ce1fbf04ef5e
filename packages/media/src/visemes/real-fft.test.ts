import { expect, test } from 'vitest';
import { RealPowerSpectrum } from './real-fft.ts';

test('the power spectrum equals the discrete Fourier transform', () => {
  const length = 64;
  const samples = Float64Array.from({ length }, (_, n) => Math.sin(n * 0.7) + 0.3 * Math.cos(n * n * 0.05) + 0.2);
  const power = new Float64Array(length / 2 + 1);
  new RealPowerSpectrum(length).compute(samples, power);
  for (let bin = 0; bin <= length / 2; bin++) {
    let real = 0;
    let imaginary = 0;
    for (const [n, sample] of samples.entries()) {
      real += sample * Math.cos((2 * Math.PI * bin * n) / length);
      imaginary -= sample * Math.sin((2 * Math.PI * bin * n) / length);
    }
    expect(power[bin]).toBeCloseTo(real * real + imaginary * imaginary, 8);
  }
});

test.each([0, 3, 100, 131_072])('a length of %i is refused', (length) => {
  expect(() => new RealPowerSpectrum(length)).toThrow(RangeError);
});
