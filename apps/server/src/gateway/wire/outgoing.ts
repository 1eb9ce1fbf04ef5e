import { LIMITS } from '@visavis/protocol';

/** Bytes not yet taken by the network above which sound is dropped, and above which the client is given up. */
type OutgoingLimits = { readonly outgoingSound: number; readonly outgoing: number };

type OutgoingDecision = 'send' | 'drop' | 'give-up';

/** What to do with a message for a client that has this much unsent. */
export function decideOutgoing(
  isSound: boolean,
  bufferedBytes: number,
  limits: OutgoingLimits = LIMITS.budgets,
): OutgoingDecision {
  if (bufferedBytes > limits.outgoing) return 'give-up';
  return isSound && bufferedBytes > limits.outgoingSound ? 'drop' : 'send';
}
