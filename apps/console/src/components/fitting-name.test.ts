import { LIMITS } from '@visavis/protocol';
import { expect, it } from 'vitest';
import { en } from '../i18n/en/console.ts';
import { zh } from '../i18n/zh/console.ts';
import { fittingName } from './fitting-name.ts';

const most = LIMITS.characters.name;

it('names a copy and a link by their avatar, in what a name may have', () => {
  expect(fittingName('Nora', en.gallery.copyOf)).toBe('Copy of Nora');
  const fits = 'N'.repeat(most - 'Copy of '.length);
  expect(fittingName(fits, en.gallery.copyOf)).toBe(`Copy of ${fits}`);
  expect(fittingName(`${fits}NN`, en.gallery.copyOf)).toBe(`Copy of ${fits.slice(1)}…`);
  for (const long of ['N'.repeat(most), '😀'.repeat(most / 2), '娜'.repeat(most)]) {
    for (const made of [en.gallery.copyOf, zh.gallery.copyOf, en.talkLink.firstName, zh.talkLink.firstName]) {
      const name = fittingName(long, made);
      expect(name.length).toBeLessThanOrEqual(most);
      expect(name.length).toBeGreaterThan(most - 4);
      expect(name).toContain('…');
      expect(name.isWellFormed()).toBe(true);
    }
  }
  expect(fittingName('娜'.repeat(most), zh.talkLink.firstName)).toMatch(/… 的链接$/);
});
