import { joinSpans } from './heard-text.ts';
import type { SessionInput, SessionState, Step } from './session-state.ts';
import { advance, andThen, endGeneration } from './turn-steps.ts';

/**
 * The longest silence of a voice that owes a reply, whichever voice it is. Adapters have limits of their own, shorter
 * ones, and know better what went wrong; this one holds where they have none.
 */
export const REPLY_WAIT_MS = 30_000;

/** Watches, around one step of the talk, that a voice which owes a reply gives something of it. */
export function watchReplies(before: SessionState, step: Step, input: SessionInput): Step {
  const owed = owesReply(before);
  const owes = owesReply(step.state);
  const atMs = 'atMs' in input ? input.atMs : step.state.voiceSignMs;
  if (!owes) return owed ? andThen(step, (next) => advance(next, [{ type: 'clear-timer', name: 'reply-wait' }])) : step;
  if (owed && !isSignOfReply(before, input)) return step;
  const heard: Step = { ...step, state: { ...step.state, voiceSignMs: atMs } };
  if (owed) return heard;
  return andThen(heard, (next) => advance(next, [{ type: 'set-timer', name: 'reply-wait', delayMs: REPLY_WAIT_MS }]));
}

/** The wait is over, unless something came meanwhile: the first reply that is owed ends, and the talk goes on. */
export function checkReplies(state: SessionState, atMs: number): Step {
  const turn = state.turns.find(({ generating }) => generating);
  if (turn === undefined) return advance(state, []);
  const restMs = state.voiceSignMs + REPLY_WAIT_MS - atMs;
  if (restMs > 0) return advance(state, [{ type: 'set-timer', name: 'reply-wait', delayMs: restMs }]);
  const message = 'The voice did not answer in time. Please say it again.';
  const told = advance({ ...state, voiceSignMs: atMs }, [
    { type: 'emit', event: { type: 'failed', code: 'voice-failed', message, fatal: false } },
    // All that came of it will be played.
    {
      type: 'voice',
      input: { type: 'cancel', turnId: turn.id, playedMs: turn.audioMs, heardText: joinSpans(turn.spans) },
    },
  ]);
  return andThen(
    andThen(told, (next) => endGeneration(next, turn.id)),
    (next) => advance(next, owesReply(next) ? [{ type: 'set-timer', name: 'reply-wait', delayMs: REPLY_WAIT_MS }] : []),
  );
}

function owesReply(state: SessionState): boolean {
  return state.turns.some(({ generating }) => generating);
}

function isSignOfReply(state: SessionState, input: SessionInput): boolean {
  if (input.type === 'voice-audio') return state.turns.some(({ id }) => id === input.turnId);
  if (input.type !== 'voice' || !('turnId' in input.event)) return false;
  const { turnId } = input.event;
  return input.event.type === 'turn-started' || state.turns.some(({ id }) => id === turnId);
}
