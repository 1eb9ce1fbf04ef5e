import type { Delivery } from '@visavis/protocol/rest';

type Attempt = Pick<Delivery['attempts'][number], 'status' | 'error'>;

type OutcomeTexts = {
  status(status: number): string;
  readonly noStatus: string;
  /** A sentence of the server's, in the language of the page; null: it says no more than that there was no answer. */
  reason(sentence: string): string | null;
};

/** How a receiver answered, in words; `reason`: why it did not, where that is known. Of an answer its status says all. */
export function outcomeOf(
  { status, error }: Attempt,
  texts: OutcomeTexts,
): { readonly answer: string; readonly reason: string | null } {
  if (status !== null) return { answer: texts.status(status), reason: null };
  return { answer: texts.noStatus, reason: error === null ? null : texts.reason(error) };
}
