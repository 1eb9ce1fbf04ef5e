import type { CallProblem } from '@visavis/sdk';
import { expect, it } from 'vitest';
import { inVisitorWords } from './visitor-words.ts';

function told(code: CallProblem['code'], isLink: boolean): string {
  const problem = { code, title: 'Title', advice: 'Choose another avatar.', detail: 'vt_', retryable: false };
  const { title, advice, detail } = inVisitorWords(problem, { avatarName: 'Mia', isLink });
  expect(detail).toBeNull();
  return `${title} ${advice}`;
}

it('who came by a link is sent to whoever sent it, not to avatars that are not there', () => {
  for (const code of ['refused', 'avatar-unknown'] as const) {
    expect(told(code, true)).toBe(
      'This link does not work any more. It has expired or was withdrawn. Ask whoever sent it for a new one.',
    );
  }
  expect(told('server-error', true)).toBe('Something went wrong. Call again, or come back later.');
});

it('who came to the first page may choose another', () => {
  expect(told('refused', false)).toBe('Mia is not available right now. Choose another avatar, or come back later.');
});
