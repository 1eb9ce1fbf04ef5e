import { expect, it } from 'vitest';
import { parsePhones } from './flite-engine.ts';

it('reads phones with their ends, scaled by the size of the throat', () => {
  expect(parsePhones('pau:0.100 hh:0.200 AX1:0.350 \n', 0.5)).toEqual([
    { symbol: 'pau', startMs: 0, endMs: 200 },
    { symbol: 'hh', startMs: 200, endMs: 400 },
    { symbol: 'ax', startMs: 400, endMs: 700 },
  ]);
});

it('lets the phones of a second sentence follow the first', () => {
  const phones = parsePhones('pau:0.100 aa:0.200\npau:0.050 m:0.150', 1);
  expect(phones.map((phone) => phone.endMs)).toEqual([100, 200, 250, 350]);
});
