import type { VoiceEvent } from '../../core/voice-port.ts';
import { failedEvent, makePassingFailure } from '../shared/voice-failures.ts';
import { ownAsk } from './asking.ts';
import { releaseReply } from './from-wire.ts';
import { setupOf } from './setup.ts';
import { forgetTold, setWords } from './talk-memory.ts';
import { type Ask, andThen, isFree, type Step, step, type TalkState } from './talk-state.ts';
import type { SentMessage } from './wire-messages.ts';

/**
 * A new connection takes the talk up by the handle of the last one, or is told of it once it is ready. Replies that had not made a
 * sound are asked for again; one that was cut off ends where it is.
 */
export function connected(state: TalkState): Step {
  // A handle that did not lead to a session leads to none.
  const handle = state.isResuming && !state.isReady ? null : state.handle;
  const cut = andThen(releaseReply(state), endOfHearing);
  const { ask, turn, queue } = cut.state;
  const isCut = turn !== null && turn.phase !== 'over' && !turn.isMuted;
  const again: Ask[] = ask === null ? [] : [{ ...ask, isSuspect: false }];
  const setup = setupOf(state.config);
  const told = JSON.stringify(setup);
  const next: TalkState = {
    ...cut.state,
    connection: state.connection + 1,
    memory: forgetTold(cut.state.memory, handle?.knownBefore ?? 0),
    toldSetup: told,
    wantedSetup: told,
    handle,
    isResuming: handle !== null,
    isReady: false,
    isLeaving: false,
    ask: null,
    turn: null,
    queue: [...again, ...queue],
    earlyText: '',
    isNextVoid: false,
    ...(handle === null ? { calls: {}, results: [], notes: [] } : {}),
  };
  const message: SentMessage = {
    setup: {
      ...setup,
      sessionResumption: handle === null ? {} : { handle: handle.value },
      ...(handle === null && state.connection > 0 ? { historyConfig: { initialHistoryInClientContent: true } } : {}),
    },
  };
  const events: VoiceEvent[] = isCut ? [{ type: 'turn-done', turnId: turn.turnId }] : [];
  return { state: next, messages: [message], events: [...cut.events, ...events] };
}

/** What the user had said is answered if it is known; otherwise it is lost with the connection. A turn that is still open goes on. */
function endOfHearing(state: TalkState): Step {
  const { words, answerDue, hearing } = state;
  if (hearing !== null || (words === null && answerDue === null)) return step(state);
  const text = words?.text.trim() ?? '';
  const ended: TalkState = { ...state, words: null, answerDue: null };
  const told: VoiceEvent[] = words === null ? [] : [{ type: 'user-transcript-done', itemId: words.itemId, text }];
  if (answerDue === null) return step(ended, [], told);
  if (words !== null && text === '') {
    const message = 'The connection to Gemini broke while you spoke. Please say it again.';
    const failure = failedEvent(makePassingFailure(message, 'lost with the connection'));
    return step(ended, [], [...told, { ...failure, endsReply: false }]);
  }
  const memory = words === null ? state.memory : setWords(state.memory, 'user', words.itemId, text);
  return step({ ...ended, memory, nextId: state.nextId + 1, queue: [ownAsk(state), ...state.queue] }, [], told);
}

/** The service stays away: nobody should go on waiting for replies. */
export function giveUpReplies(state: TalkState): Step {
  const { ask, turn, queue } = state;
  const open = [ask, turn?.phase === 'over' || turn?.isMuted ? null : turn, ...queue].filter((reply) => reply !== null);
  const released = releaseReply(state);
  return andThen(released, (next) =>
    step(
      { ...next, ask: null, queue: [], turn: null },
      [],
      open.map(({ turnId }) => ({ type: 'turn-done', turnId })),
    ),
  );
}

/** Settings hold as long as a connection, and the service announces the end of one: it is changed when nobody speaks. */
export function wantsNewConnection(state: TalkState): boolean {
  const { isReady, isLeaving, hearing, words, answerDue, queue, results } = state;
  if (!isReady || !(isLeaving || state.toldSetup !== state.wantedSetup)) return false;
  const isQuiet = hearing === null && words === null && answerDue === null && queue.length === 0;
  return isQuiet && isFree(state) && results.length === 0 && Object.keys(state.calls).length === 0;
}
