import type { Answerer } from './session-events.ts';
import type { SessionEffect, SessionState, Step } from './session-state.ts';
import { advance, andThen, interrupt, NOTHING_WANTED } from './turn-steps.ts';

// A person may answer in place of the voice: any voice then only hears the user and speaks what the person writes.

/**
 * Hands the talk over. What the voice was saying ends when a person takes over, and nothing that it was asked for is wanted
 * any more; given back, it answers from the user's next words on. A voice that cannot answer is given nothing.
 */
export function answerBy(state: SessionState, by: Answerer): Step {
  if (by === state.answeredBy || (by === 'voice' && !state.answers)) return advance(state, []);
  const told = advance({ ...state, answeredBy: by }, [
    { type: 'emit', event: { type: 'answered-by', by, canChange: state.answers } },
  ]);
  if (by === 'voice') return told;
  const freed = andThen(told, forgetTools);
  return andThen(freed, (next) => interrupt({ ...next, ...NOTHING_WANTED, exchange: null }));
}

/** A voice that answers of its own accord is stopped before anything of its reply is heard. */
export function refuseTurn(state: SessionState, turnId: string): Step {
  return advance(state, [{ type: 'voice', input: { type: 'cancel', turnId, playedMs: 0, heardText: '' } }]);
}

/** Results of tools are taken when they come, and nobody waits for them. */
function forgetTools(state: SessionState): Step {
  const effects = state.openCalls.map(({ callId }): SessionEffect => ({ type: 'clear-timer', name: `tool:${callId}` }));
  const given = state.openCalls.map(({ callId }) => ({ callId, timedOut: true }));
  return advance({ ...state, openCalls: [], settledCalls: [...state.settledCalls, ...given] }, effects);
}
