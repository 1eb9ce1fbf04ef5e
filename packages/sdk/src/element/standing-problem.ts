import { type CallProblem, callProblem } from '../call-problem.ts';
import type { AvatarAttributes } from './avatar-attributes.ts';
import type { CardAnswer } from './avatar-card.ts';
import type { AvatarWords } from './avatar-words.ts';

/** Why no call can be made as the element stands on its page, known before anybody presses a button; null: one can. */
export function standingProblem(
  attributes: AvatarAttributes,
  { hasTokenSource, card }: { readonly hasTokenSource: boolean; readonly card: CardAnswer },
  words: AvatarWords,
): CallProblem | null {
  if (attributes.avatar === '') return callProblem('avatar-unknown', { advice: words.noAvatar });
  if (attributes.license === '' && !hasTokenSource) return callProblem('token-unavailable', { advice: words.noKey });
  return card === 'unknown' ? callProblem('avatar-unknown') : null;
}
