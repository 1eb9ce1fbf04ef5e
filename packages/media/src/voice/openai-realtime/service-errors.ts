import type { VoiceEvent } from '../../core/voice-port.ts';
import { failedEvent, makePassingFailure, type VoiceFailure } from '../shared/voice-failures.ts';
import { classifyError } from './failures.ts';
import { andThen, askNext, changeReply, type Reply, type Step, step, type TalkState } from './talk-state.ts';
import type { ServiceError } from './wire-messages.ts';

/** Inputs whose refusal changes nothing for the user: what they wanted is so already, or is lost with no harm. */
const HARMLESS_ORIGIN = /^(cancel|truncate|delete|replay_\d+)$/;
const HARMLESS_CODE = /response_cancel_not_active|commit_empty|item_truncate|item_delete|item_not_found/;
const BUSY_CODE = 'conversation_already_has_active_response';
/** How often a reply is asked for while the service says that it is busy. */
const MAX_ASKS = 10;

export function isSessionExpiry(error: ServiceError): boolean {
  return error.code === 'session_expired';
}

/** Ends a reply that cannot be had, and goes on with the next one. Should it begin all the same, it is cancelled. */
export function giveUpReply(state: TalkState, reply: Reply, failure: VoiceFailure | null): Step {
  const given = changeReply(state, reply.turnId, { phase: 'done', isCancelled: true });
  const events: VoiceEvent[] = failure === null || reply.isCancelled ? [] : [failedEvent(failure)];
  if (!reply.isCancelled) events.push({ type: 'turn-done', turnId: reply.turnId });
  return andThen(step(given, [], events), askNext);
}

/** The service refuses something. Lasting failures end the talk; the session expiring is no failure. */
export function handleError(state: TalkState, error: ServiceError): Step {
  if (isSessionExpiry(error)) return step(state);
  const origin = error.event_id ?? null;
  const asked = state.replies.find(({ phase }) => phase === 'asked');
  const refused = asked !== undefined && asked.eventId === origin ? asked : undefined;
  if (error.code === BUSY_CODE) return askLater(state, refused ?? (origin === null ? asked : undefined));
  const failure = classifyError(error);
  // A refused request is the fault of one input; the talk goes on.
  const passing = { ...failure, retryable: failure.retryable || failure.category === 'invalid-request' };
  if (refused !== undefined) return giveUpReply(state, refused, passing);
  const settled = settle(state, origin);
  const isHarmless = HARMLESS_ORIGIN.test(origin ?? '') || HARMLESS_CODE.test(error.code ?? '');
  if (failure.category === 'invalid-request' && isHarmless) return step(settled);
  if (origin !== null || asked === undefined) {
    return step(
      settled,
      [],
      [{ ...failedEvent(passing), ...(passing.retryable ? ({ endsReply: false } as const) : {}) }],
    );
  }
  // It may be the reply that is refused: if it does not begin soon, it was.
  const suspected = changeReply(settled, asked.turnId, { isSuspect: true });
  return step(
    suspected,
    [],
    [{ ...failedEvent(passing), ...(passing.retryable ? ({ endsReply: false } as const) : {}) }],
  );
}

/** The service is at another reply; it is asked again after that, or a little later where none is known of. */
function askLater(state: TalkState, reply: Reply | undefined): Step {
  if (reply === undefined) return step(state);
  if (reply.asks < MAX_ASKS) return step(changeReply(state, reply.turnId, { phase: 'waiting' }));
  const message = 'The voice service is busy with another answer. Please say it again.';
  return giveUpReply(state, reply, makePassingFailure(message, BUSY_CODE));
}

/** What was refused is no longer waited for; of refused settings the ones before hold. */
function settle(state: TalkState, origin: string | null): TalkState {
  const refusedSettings = state.sentSettings.find(({ eventId }) => eventId === origin);
  return {
    ...state,
    config: refusedSettings?.before ?? state.config,
    sentSettings: state.sentSettings.filter((sent) => sent !== refusedSettings),
    sentItems: state.sentItems.filter(({ eventId }) => eventId !== origin),
    isCommitting: false,
  };
}
