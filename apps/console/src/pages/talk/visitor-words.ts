import type { CallProblem, ProblemCode } from '@visavis/sdk';
import type { TalkTexts } from '../../i18n/en/talk.ts';

type Words = { readonly title: string; readonly advice: string };
type Offered = { readonly avatarName: string; readonly isLink: boolean; readonly texts: TalkTexts };

/**
 * What is said to somebody who came to talk, on the key of this server: whoever reads it has no key, no console and no
 * log. A shared link has one avatar. Problems that are not listed have words for everybody.
 */
function visitorWords({ avatarName, isLink, texts }: Offered): Partial<Record<ProblemCode, Words>> {
  const own = texts.visitors;
  const linkEnded = { title: texts.link.endedTitle, advice: texts.link.endedAdvice };
  return {
    refused: isLink ? linkEnded : { title: own.refused(avatarName), advice: own.refusedAdvice },
    ...(isLink ? { 'avatar-unknown': linkEnded } : {}),
    'insufficient-balance': { title: own.spent, advice: own.spentAdvice },
    'too-many-calls': { title: own.busy, advice: own.busyAdvice },
    'server-error': { title: own.broken, advice: isLink ? own.brokenLinkAdvice : own.brokenAdvice },
    'server-unreachable': { title: own.unreachable, advice: own.unreachableAdvice },
  };
}

/** The problem in a visitor's words, without what the server said to developers. */
export function inVisitorWords(problem: CallProblem, offered: Offered): CallProblem {
  const words = visitorWords(offered)[problem.code];
  return words === undefined ? problem : { ...problem, ...words, detail: null };
}
