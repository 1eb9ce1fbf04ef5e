import { expect, it } from 'vitest';
import { finishClause } from './spoken-clause.ts';

const RATE_HZ = 24_000;

/** A tone with a constant part between two silences of 200 ms, and its phones. */
function toneBetweenSilences(amplitude: number): {
  pcm: Int16Array;
  phones: { symbol: string; startMs: number; endMs: number }[];
} {
  const pcm = new Int16Array(RATE_HZ);
  for (let index = 0; index < pcm.length; index += 1) {
    const inTone = index >= 0.2 * RATE_HZ && index < 0.8 * RATE_HZ;
    pcm[index] = 500 + (inTone ? amplitude * Math.sin((2 * Math.PI * 200 * index) / RATE_HZ) : 0);
  }
  const phones = [
    { symbol: 'pau', startMs: 0, endMs: 200 },
    { symbol: 'aa', startMs: 200, endMs: 500 },
    { symbol: 'm', startMs: 500, endMs: 800 },
    { symbol: 'pau', startMs: 800, endMs: 1000 },
  ];
  return { pcm, phones };
}

it('leaves exactly the wanted pauses and moves the phones along', () => {
  const { pcm, phones } = toneBetweenSilences(5000);
  const clause = finishClause([pcm.subarray(0, 7000), pcm.subarray(7000)], phones, { leadMs: 15, trailMs: 300 });
  expect(clause.pcm.length).toBe(0.915 * RATE_HZ);
  expect(clause.phones).toEqual([
    { symbol: 'pau', startMs: 0, endMs: 15 },
    { symbol: 'aa', startMs: 15, endMs: 315 },
    { symbol: 'm', startMs: 315, endMs: 615 },
    { symbol: 'pau', startMs: 615, endMs: 815 },
    { symbol: 'pau', startMs: 815, endMs: 915 },
  ]);
  expect([...clause.pcm.subarray(-2400)].every((sample) => sample === 0)).toBe(true);
});

it('makes quiet and loud sound equally loud, without a constant part and below the peak limit', () => {
  const levels = [300, 20_000].map((amplitude) => {
    const { pcm, phones } = toneBetweenSilences(amplitude);
    const clause = finishClause([pcm], phones, { leadMs: 15, trailMs: 100 });
    const mean = clause.pcm.reduce((sum, sample) => sum + sample, 0) / clause.pcm.length;
    expect(Math.abs(mean)).toBeLessThan(40);
    expect(clause.pcm.every((sample) => Math.abs(sample) <= 0.708 * 32_767 + 1)).toBe(true);
    return Math.sqrt(clause.pcm.reduce((sum, sample) => sum + sample * sample, 0) / clause.pcm.length);
  });
  expect(levels[0]! / levels[1]!).toBeGreaterThan(0.95);
  expect(levels[0]! / levels[1]!).toBeLessThan(1.05);
  expect(levels[0]!).toBeGreaterThan(2000);
});

it('begins and ends without a click', () => {
  const { pcm, phones } = toneBetweenSilences(20_000);
  const clause = finishClause([pcm], phones, { leadMs: 0, trailMs: 0 });
  expect(Math.abs(clause.pcm[0]!)).toBeLessThan(50);
  expect(Math.abs(clause.pcm.at(-1)!)).toBeLessThan(50);
});

it('is silence where nothing is spoken', () => {
  const clause = finishClause([new Int16Array(2400)], [{ symbol: 'pau', startMs: 0, endMs: 100 }], {
    leadMs: 20,
    trailMs: 80,
  });
  expect(clause.pcm).toEqual(new Int16Array(2400));
  expect(clause.phones).toEqual([{ symbol: 'pau', startMs: 0, endMs: 100 }]);
});
