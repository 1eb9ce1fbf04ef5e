import type { ServerMessage } from '@visavis/protocol';

/** Bytes not yet taken by the network above which sound is dropped, and above which the client is given up. */
type OutgoingLimits = { readonly dropAudioAboveBytes: number; readonly closeAboveBytes: number };

/** One megabyte is 16 s of base64 sound; four hold far more events than a talk makes in a minute. */
const OUTGOING_LIMITS: OutgoingLimits = Object.freeze({
  dropAudioAboveBytes: 1024 * 1024,
  closeAboveBytes: 4 * 1024 * 1024,
});

type OutgoingDecision = 'send' | 'drop' | 'give-up';

/** What to do with a message for a client that has this much unsent. */
export function decideOutgoing(
  type: ServerMessage['type'],
  bufferedBytes: number,
  limits: OutgoingLimits = OUTGOING_LIMITS,
): OutgoingDecision {
  if (bufferedBytes > limits.closeAboveBytes) return 'give-up';
  return type === 'realtime.response.audio.delta' && bufferedBytes > limits.dropAudioAboveBytes ? 'drop' : 'send';
}
