import { expect, it } from 'vitest';
import { SPECTRUM_BINS, SPECTRUM_WINDOW, Spectrum } from './spectrum.ts';
import { logMel, MEL_BANDS } from './whisper-mel.ts';

it('transforms two windows at once as the definition has it', () => {
  const signals = [7, 60].map((turns) =>
    Float64Array.from({ length: SPECTRUM_WINDOW }, (_, k) => Math.sin((2 * Math.PI * turns * k) / 400) + (k % 13) / 9),
  );
  const [first = new Float64Array(), second = new Float64Array()] = signals;
  const spectrum = new Spectrum();
  for (let k = 0; k < SPECTRUM_WINDOW; k++) spectrum.set(k, first[k] ?? 0, second[k] ?? 0);
  const powers = [new Float64Array(SPECTRUM_BINS), new Float64Array(SPECTRUM_BINS)] as const;
  spectrum.powers(...powers);
  for (const [index, signal] of signals.entries()) {
    for (let bin = 0; bin < SPECTRUM_BINS; bin++) {
      let [real, imaginary] = [0, 0];
      for (const [k, value] of signal.entries()) {
        real += value * Math.cos((2 * Math.PI * bin * k) / 400);
        imaginary -= value * Math.sin((2 * Math.PI * bin * k) / 400);
      }
      expect(powers[index as 0 | 1][bin]).toBeCloseTo(real ** 2 + imaginary ** 2, 6);
    }
  }
});

it("gives the features of Whisper's published extractor", () => {
  const sound = Float32Array.from({ length: 1600 }, (_, k) => {
    const seconds = k / 16_000;
    return 0.5 * Math.sin(2 * Math.PI * 440 * seconds) + 0.1 * Math.cos(2 * Math.PI * 3000 * seconds * (1 + seconds));
  });
  const features = logMel(sound);
  expect(features).toHaveLength(MEL_BANDS * 10);
  for (const [band, frame, value] of REFERENCE) expect(features[band * 10 + frame]).toBeCloseTo(value, 5);
});

it('gives nothing for less than a window step, and the floor for silence', () => {
  expect(logMel(new Float32Array(100))).toHaveLength(0);
  expect(new Set(logMel(new Float32Array(3200)))).toEqual(new Set([-1.5]));
});

/** Band, frame and value, from the extractor's definition in double precision (NumPy). */
const REFERENCE: readonly (readonly [number, number, number])[] = [
  [0, 0, 0.983279],
  [0, 4, -0.561796],
  [0, 9, 0.482042],
  [10, 0, 1.336241],
  [10, 4, 1.348738],
  [10, 9, 1.350464],
  [12, 0, 1.3383],
  [12, 4, 1.293523],
  [12, 9, 1.297192],
  [25, 0, 0.691731],
  [25, 4, -0.561796],
  [25, 9, 0.166032],
  [50, 0, 0.243537],
  [50, 4, -0.561796],
  [50, 9, -0.470692],
  [55, 0, 0.966411],
  [55, 4, 0.453456],
  [55, 9, -0.115671],
  [79, 0, -0.081673],
  [79, 4, -0.561796],
  [79, 9, -0.347376],
];
