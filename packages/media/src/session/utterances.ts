import { LIMITS, type UtteranceState } from '@visavis/protocol';
import type { ReplyTurn, SessionEffect } from './session-state.ts';

/** Why a text that was to be said was not. */
export const UTTERANCE_FAULTS = {
  unspoken: 'The voice has said nothing of it.',
  full: `At most ${LIMITS.counts.openReplies} replies may wait to be spoken; this text is left out.`,
} as const;

type Heard = { readonly playedMs: number; readonly heardText: string };

/** Tells what has become of a reply whose words somebody asked for; nothing of other replies. */
export function tellUtterance(
  turn: ReplyTurn,
  state: UtteranceState,
  { playedMs, heardText }: Heard = { playedMs: 0, heardText: '' },
): readonly SessionEffect[] {
  if (turn.utterance === undefined) return [];
  const { id: utteranceId } = turn.utterance;
  const message = state === 'failed' ? UTTERANCE_FAULTS.unspoken : '';
  const event = { type: 'utterance', utteranceId, turnId: turn.id, state, playedMs, heardText, message } as const;
  return [{ type: 'emit', event }];
}
