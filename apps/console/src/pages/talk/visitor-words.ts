import type { CallProblem, ProblemCode } from '@visavis/sdk';
import { linkEndedWords } from './talk-link.ts';

type Words = { readonly title: string; readonly advice: string };

/**
 * What is said to somebody who came to talk, on the key of this server: whoever reads it has no key, no console and no
 * log. Problems that are not listed have words for everybody.
 */
const visitorWords: Partial<Record<ProblemCode, (name: string) => Words>> = {
  refused: (name) => ({
    title: `${name} is not available right now.`,
    advice: 'Choose another avatar, or come back later.',
  }),
  'insufficient-balance': () => ({
    title: 'There are no more calls on this page for now.',
    advice: 'Come back later.',
  }),
  'too-many-calls': () => ({ title: 'All lines are busy right now.', advice: 'Wait a moment, then call again.' }),
  'server-error': () => ({ title: 'Something went wrong.', advice: 'Call again, or choose another avatar.' }),
  'server-unreachable': () => ({
    title: 'This page cannot reach its server.',
    advice: 'Check your network, then call again. If it happens again, come back later.',
  }),
};

/** Where these differ on a shared link, which has one avatar. */
const linkWords: typeof visitorWords = {
  refused: () => linkEndedWords,
  'avatar-unknown': () => linkEndedWords,
  'server-error': () => ({ title: 'Something went wrong.', advice: 'Call again, or come back later.' }),
};

type Offered = { readonly avatarName: string; readonly isLink: boolean };

/** The problem in a visitor's words, without what the server said to developers. */
export function inVisitorWords(problem: CallProblem, { avatarName, isLink }: Offered): CallProblem {
  const words = ((isLink ? linkWords[problem.code] : undefined) ?? visitorWords[problem.code])?.(avatarName);
  return words === undefined ? problem : { ...problem, ...words, detail: null };
}
