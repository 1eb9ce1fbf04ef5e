import { expect, it } from 'vitest';
import { makingText } from './making-text.ts';

const words = { waiting: 'Waits for its turn.', starting: 'Getting ready…' };

it.each([
  [null, 'Waits for its turn.'],
  [{ progress: 0, step: '' }, 'Getting ready…'],
  [{ progress: 0.3, step: ' ' }, 'Getting ready…'],
  [{ progress: 0, step: 'reading the photo' }, '0 % · reading the photo'],
  [{ progress: 0.559, step: 'drawing the mouth' }, '55 % · drawing the mouth'],
])('the making that is at %o is told as “%s”', (job, text) => {
  expect(makingText(job, words)).toBe(text);
});
