import type { Delivery } from '@visavis/protocol/rest';

type Attempt = Pick<Delivery['attempts'][number], 'status' | 'error' | 'fault'>;

type OutcomeTexts = {
  status(status: number): string;
  readonly noStatus: string;
  /** Why there was no answer, in the language of the page; null: nothing more is known. */
  reason(attempt: Attempt): string | null;
};

/** How a receiver answered, in words; `reason`: why it did not, where that is known. Of an answer its status says all. */
export function outcomeOf(
  attempt: Attempt,
  texts: OutcomeTexts,
): { readonly answer: string; readonly reason: string | null } {
  const { status } = attempt;
  if (status !== null) return { answer: texts.status(status), reason: null };
  return { answer: texts.noStatus, reason: texts.reason(attempt) };
}
