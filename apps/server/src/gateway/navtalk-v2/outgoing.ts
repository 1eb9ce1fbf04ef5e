import { LIMITS, type ServerMessage } from '@visavis/protocol';

/** Bytes not yet taken by the network above which sound is dropped, and above which the client is given up. */
type OutgoingLimits = { readonly outgoingSound: number; readonly outgoing: number };

type OutgoingDecision = 'send' | 'drop' | 'give-up';

/** What to do with a message for a client that has this much unsent. */
export function decideOutgoing(
  type: ServerMessage['type'],
  bufferedBytes: number,
  limits: OutgoingLimits = LIMITS.budgets,
): OutgoingDecision {
  if (bufferedBytes > limits.outgoing) return 'give-up';
  return type === 'realtime.response.audio.delta' && bufferedBytes > limits.outgoingSound ? 'drop' : 'send';
}
