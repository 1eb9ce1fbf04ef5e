import type { SessionConfigPatch } from './session-events.ts';
import type { SessionEffect, SessionState } from './session-state.ts';

// What a client says of turns: who ends them, whether they are answered, whether they silence the avatar.

type Rules = Pick<SessionState, 'answersTurns' | 'interruptsReplies'>;

const OWN_TURNS: SessionEffect = {
  type: 'emit',
  event: {
    type: 'failed',
    code: 'voice-failed',
    message:
      'The voice of this avatar decides itself when a turn is over, answers it, and falls silent when the user speaks. Turns that the client ends, or that are not answered or do not interrupt, are not to be had with it.',
    fatal: false,
  },
};

/** What holds after a change, what the voice is told of it, and the refusal where the voice alone decides. */
export function changeTurnRules(
  state: SessionState,
  { answersTurns, interruptsReplies, turnDetection }: SessionConfigPatch,
): { readonly rules: Rules; readonly told: Partial<Rules>; readonly refusal: readonly SessionEffect[] } {
  const { ownTurns } = state;
  const known = { answersTurns: state.answersTurns, interruptsReplies: state.interruptsReplies };
  if (ownTurns) {
    const isOther = turnDetection?.endsBy === 'client' || answersTurns === false || interruptsReplies === false;
    return { rules: known, told: {}, refusal: isOther ? [OWN_TURNS] : [] };
  }
  const told: Partial<Rules> = {
    ...(answersTurns === undefined ? {} : { answersTurns }),
    ...(interruptsReplies === undefined ? {} : { interruptsReplies }),
  };
  return { rules: { ...known, ...told }, told, refusal: [] };
}
