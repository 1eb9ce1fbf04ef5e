import { callProblem, type ProblemCode, problemCodes } from '@visavis/sdk';
import { inWords } from '@visavis/sdk/problem-words';
import { expect, it } from 'vitest';
import { en } from '../../i18n/en/talk.ts';
import { zh } from '../../i18n/zh/talk.ts';
import { inVisitorWords } from './visitor-words.ts';

function told(code: ProblemCode, isLink: boolean, texts = en): string {
  const problem = callProblem(code, { advice: 'Choose another avatar.', detail: 'vt_' });
  const { title, advice, detail } = inVisitorWords(problem, { avatarName: 'Mia', isLink, texts });
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

it('who reads Chinese is told every problem in Chinese', () => {
  expect(told('refused', false, zh)).toBe('Mia 暂时无法通话。 请选择其他数字人，或稍后再来。');
  for (const isLink of [true, false]) {
    for (const code of problemCodes) {
      const problem = inWords(callProblem(code), zh.problems);
      const { title, advice } = inVisitorWords(problem, { avatarName: 'Mia', isLink, texts: zh });
      expect(`${title}${advice}`, code).toMatch(/\p{Script=Han}.*。$/u);
      expect(advice, code).not.toMatch(/the |your /);
    }
  }
});
