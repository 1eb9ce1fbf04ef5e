import { tooManyReplies } from '../shared/voice-failures.ts';
import { type Ask, append, type Step, step, type TalkState } from './talk-state.ts';
import type { SentMessage } from './wire-messages.ts';

const MAX_WAITING_REPLIES = 8;

export function addAsk(state: TalkState, ask: Ask): Step {
  if (state.queue.length >= MAX_WAITING_REPLIES) return step(state, [], tooManyReplies(ask.turnId));
  return askNext({ ...state, queue: [...state.queue, ask] });
}

/** Asks for the first waiting reply once the service is quiet: nothing else tells its replies apart. */
export function askNext(state: TalkState): Step {
  const [ask, ...queue] = state.queue;
  if (ask === undefined || !state.isReady || state.ask !== null || state.turn !== null) return step(state);
  const messages: SentMessage[] =
    ask.contents.length === 0
      ? [{ type: 'response.create' }]
      : ask.contents.map((content) => append('instructions', content));
  return step({ ...state, ask, queue, answerDue: null, isNextVoid: false, earlyText: '' }, messages);
}

/** Asks for an answer that the service should have begun by itself. */
export function askOwn(state: TalkState): Step {
  return addAsk({ ...state, answerDue: null, nextId: state.nextId + 1 }, ownAsk(state));
}

/** The reply that is asked for then; `nextId` counts it. */
export function ownAsk({ connection, nextId }: TalkState): Ask {
  const contents = ['Answer now what the user has said.'];
  return { turnId: `reply_${connection}_${nextId}`, contents, isOwn: true };
}
